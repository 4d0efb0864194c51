"""The code on the slip: numeric mode, a version a scanner reads, and back to the same signed text."""

import io

import pytest
import qrcode
import zxingcpp
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from qrcode import util

from codings import jws
from prescriber import signing
from prescriber.signing import InvalidQr
from tests.prescriber import orders

KID = "AbCdEfGhIj0"
ADVICE = (
    "نیم ساعت پیش از صبحانه با یک لیوان پر از آب میل شود و تا یک ساعت پس از آن دراز نکشید",
    "در صورت درد معده همراه غذا مصرف کنید و اگر مدفوع تیره شد بی‌درنگ به پزشک خبر دهید",
    "کپسول را نجوید و نشکنید؛ دست‌کم دو هفته ادامه دهید، حتی اگر سوزش زودتر برطرف شد",
    "بلافاصله پس از شام؛ نخست با مقدار کم آغاز می‌شود تا گوارش به دارو عادت کند",
    "شب‌ها در ساعت ثابت؛ آب گریپ‌فروت ننوشید و درد بی‌دلیل عضله را گزارش کنید",
    "فشار خون را هر روز پیش از مصرف اندازه بگیرید و در دفترچه یادداشت کنید",
    "هنگام برخاستن از بستر آهسته بنشینید و سپس بایستید تا سرگیجه پیش نیاید",
    "اگر خواب آشفته یا تغییر خلق دیدید، مصرف را قطع نکنید و با مطب تماس بگیرید",
)
jws_texts = st.from_regex(r"[A-Za-z0-9_-]{1,300}\.[A-Za-z0-9_-]{1,800}\.[A-Za-z0-9_-]{86}", fullmatch=True)


@pytest.fixture(scope="module")
def key():
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return jws.Key(KID, "ES256", pem.decode())


@pytest.fixture(scope="module")
def signed(key):
    def sign(*items, **changes):
        content = orders.content(*items, **changes)
        return jws.sign(signing.payload(content), key=key, typ=signing.TYP, extra={"zip": "DEF"})

    return sign


def drawn(text):
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=4, border=4)
    code.add_data(text, optimize=20)
    code.make(fit=True)
    return code


def scanned(code):
    """What a real decoder reads from the picture of a code; what is not read at once is held a little nearer."""
    file = io.BytesIO()
    code.make_image().save(file)
    picture = Image.open(file).convert("L")
    for nearer in (1, 2, 3):
        closer = picture.resize((picture.width * nearer, picture.height * nearer))
        found = zxingcpp.read_barcodes(closer, formats=zxingcpp.BarcodeFormat.QRCode)
        if found:
            return found[0].text
    raise AssertionError("no scanner reads this code")


@pytest.mark.parametrize(("count", "versions"), [(1, range(14, 18)), (3, range(17, 21)), (8, range(19, 26))])
def test_an_everyday_prescription_is_one_code_that_a_scanner_reads(signed, count, versions):
    token = signed(*(orders.item(**each) for each in orders.MORE[:count]))
    (text,) = signing.qr_texts(token)
    code = drawn(text)
    assert [segment.mode for segment in code.data_list] == [util.MODE_8BIT_BYTE, util.MODE_NUMBER]
    assert code.version in versions
    assert scanned(code) == text
    assert signing.jws_from_qr([scanned(code)]) == token


def test_the_length_is_known_before_anything_is_signed(signed):
    for count in (1, 3, 8):
        items = [orders.item(**each) for each in orders.MORE[:count]]
        payload = signing.payload(orders.content(*items))
        assert signing.jws_length(payload, kid=KID) == len(signed(*items))


def test_a_long_prescription_is_two_codes_in_any_order(signed):
    token = signed(
        *(orders.item(**each | {"instruction": said}) for each, said in zip(orders.MORE, ADVICE, strict=True))
    )
    texts = signing.qr_texts(token)
    assert [text[:10] for text in texts] == ["NSK1:1/2:/", "NSK1:2/2:/"]
    codes = [drawn(text) for text in texts]
    assert all(code.version <= signing.QR_VERSION for code in codes)
    read = [scanned(code) for code in codes]
    assert signing.jws_from_qr(read) == signing.jws_from_qr(read[::-1]) == token
    assert signing.jws_from_qr([*read, read[0]]) == token


@pytest.mark.parametrize(
    ("length", "versions"), [(1186, [25]), (1187, [25]), (1188, [18, 18]), (2363, [25, 25]), (2364, [25, 25])]
)
def test_what_is_said_to_fit_fits_into_version_25(length, versions):
    token = "A" * 80 + "." + "z" * (length - 168) + "." + "_" * 86
    assert signing.fits(length) == len(versions)
    assert [drawn(text).version for text in signing.qr_texts(token)] == versions


def test_one_character_more_would_need_a_larger_code():
    prefix = "NSK1:1/2:/"
    assert drawn(prefix + "45" * 1182).version == 25
    assert drawn(prefix + "45" * 1183).version == 26
    assert signing.fits(2365) == 0
    with pytest.raises(ValueError, match="too long"):
        signing.qr_texts("A" * 2365)


@given(jws_texts)
def test_every_signed_text_survives_the_code(token):
    assert signing.jws_from_qr(signing.qr_texts(token)) == token


@given(jws_texts)
def test_the_digits_are_those_of_smart_health_cards(token):
    digits = "".join(text.rpartition("/")[2] for text in signing.qr_texts(token))
    assert digits.isdecimal()
    assert "".join(chr(int(digits[i : i + 2]) + 45) for i in range(0, len(digits), 2)) == token


def test_a_scanners_line_end_is_not_part_of_the_code(signed):
    token = signed()
    (text,) = signing.qr_texts(token)
    assert signing.jws_from_qr([f"{text}\r\n"]) == token


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: [],
        lambda text: [""],
        lambda text: [text[6:]],
        lambda text: [text.replace("NSK1", "nsk1")],
        lambda text: [text.replace("NSK1:/", "NSK2:/")],
        lambda text: [text[:-1]],
        lambda text: [text[:40]],
        lambda text: [f"{text}78"],
        lambda text: [f"{text}99"],
        lambda text: [text.replace("1", "۱")],
        lambda text: [f"{text[:20]} {text[20:]}"],
        lambda text: [text, text.replace("NSK1:/", "NSK1:1/2:/")],
        lambda text: [text.replace("NSK1:/", "NSK1:1/2:/")],
        lambda text: [f"NSK1:/{'00' * 1188}"],
        lambda text: [f"NSK1:/{'4500' * 20}"],
        lambda text: ["https://rx.example/q/1057Y3KP0M4A-1#abc"],
        lambda text: [text, text + "00", text + "0000"],
    ],
)
def test_anything_but_the_whole_code_is_refused(signed, spoil):
    (text,) = signing.qr_texts(signed())
    with pytest.raises(InvalidQr):
        signing.jws_from_qr(spoil(text))


def test_halves_of_two_prescriptions_give_a_text_whose_signature_fails(signed, key):
    token = signed(*(orders.item(**each) for each in orders.MORE))
    other = signed(*(orders.item(**each) for each in orders.MORE[::-1]))
    middle = len(token) // 2
    mixed = signing.jws_from_qr(
        [
            "NSK1:1/2:/" + signing.slip._as_digits(token[:middle]),
            "NSK1:2/2:/" + signing.slip._as_digits(other[middle:]),
        ]
    )
    with pytest.raises(jws.InvalidJws):
        jws.verify(mixed, key=key, typ=signing.TYP)
