"""What is wrong with a photo of a code, and what to do instead."""

from codings.base import Kind, Problem, Words


class NoPicture(Problem):
    code = "picture.missing"
    words = Words(
        fa="عکسی انتخاب نشده است. از کد عکس بگیرید یا پرونده‌ای را انتخاب کنید.",
        en="No photo was chosen. Take a photo of the code or choose a file.",
    )


class NotAPicture(Problem):
    code = "picture.not_a_picture"
    words = Words(
        fa="این پرونده عکس JPEG، PNG یا WebP نیست. با دوربین عکس بگیرید یا عکس دیگری انتخاب کنید.",
        en="This file is no JPEG, PNG or WebP photo. Take a photo with the camera or choose another file.",
    )


class PictureBroken(Problem):
    code = "picture.broken"
    words = Words(
        fa="این عکس آسیب دیده یا ناقص رسیده است. دوباره بفرستید یا عکس تازه‌ای بگیرید.",
        en="This photo is damaged or arrived incomplete. Send it again or take a new one.",
    )


class PictureTooLarge(Problem):
    code = "picture.too_large"
    kind = Kind.TOO_LARGE
    words = Words(
        fa="این عکس بیش از {most} میلیون پیکسل دارد. عکسی کوچک‌تر بگیرید؛ کیفیت معمولی گوشی کافی است.",
        en="This photo has more than {most} million pixels. Take a smaller one; a phone's ordinary quality is enough.",
    )


class NothingReadable(Problem):
    code = "picture.nothing_readable"
    words = Words(
        fa="در این عکس کدی خوانده نشد. برگه یا جعبه را صاف نگه دارید، از نزدیک و در نور کافی بی سایه عکس بگیرید؛"
        " یا با اسکنر بخوانید یا شمارهٔ چاپ‌شده را بنویسید.",
        en="No code could be read in this photo. Hold the slip or pack flat, take the photo from near, in good light"
        " without shadows; or use the hand scanner, or type what is printed.",
    )


class TooManyCodes(Problem):
    code = "picture.too_many_codes"
    words = Words(
        fa="در این عکس بیش از {most} جعبه هست. جعبه‌ها را در چند عکس بگیرید.",
        en="There are more than {most} packs in this photo. Spread them over several photos.",
    )
