import pathlib, pypdfium2, pytest

OUT = pathlib.Path("/tmp/slipshots")
LONG = [("metformin", "tablet"), ("atorvastatin", "tablet"), ("omeprazole", "capsule")]


def shots(screen, name):
    screen.page.screenshot(path=OUT / f"{name}.png", full_page=True)


def test_shots(people, world):
    one = world.prescribe()
    import random

    r = random.Random(3)
    letters = "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
    tablets = {m["inn"]: m for m in world.told["medicines"] if m["form"] == "tablet"}
    many = [
        world.item(
            inn,
            "tablet",
            frequency="1x1",
            quantity="7",
            instruction=" ".join("".join(r.choices(letters, k=6)) for _ in range(16)),
        )
        for inn in list(tablets)[:8]
    ]
    two = None
    try:
        two = world.prescribe(many)
    except Exception as e:
        print("two:", repr(e)[:500])
    for lang in ("fa", "en"):
        for w in (1280, 390):
            d = people.physician(language=lang, width=w, dark=(lang, w) == ("en", 390))
            at = f"/prescriber/prescriptions/{one['number']}/slip"
            d.goto(at)
            shots(d, f"preview-{lang}-{w}")
            print(lang, w, "wide", d.wider_than_the_screen(), "axe", d.axe())
            if w == 390:
                continue
            for large in (False, True):
                for n, p in (("one", one), ("two", two)):
                    if p is None:
                        continue
                    at = f"/prescriber/prescriptions/{p['number']}/slip"
                    d.goto(at)
                    d.page.locator("input[name=large]").set_checked(large)
                    d.page.locator("button[value=print]").click()
                    d.page.wait_for_url("**/slip/*")
                    print(d.page.url)
                    if not large and n == "one":
                        shots(d, f"given-{lang}")
                        print(d.axe())
                    d.page.pdf(path=OUT / f"print-{lang}-{large}-{n}.pdf", prefer_css_page_size=True)
                    d.goto(at)
                    key = d.page.locator("input[name=key]").input_value()
                    f = {"key": key, "form": "pdf", "language": lang}
                    if large:
                        f["large"] = "on"
                    res = d.context.request.post(world.url + at, form=f, headers={"Origin": world.url})
                    print(
                        res.status,
                        res.headers.get("content-type"),
                        res.url,
                        "" if res.ok else res.text()[:1500],
                    )
                    if res.ok:
                        (OUT / f"typst-{lang}-{large}-{n}.pdf").write_bytes(res.body())
    for f in sorted(OUT.glob("*.pdf")):
        d = pypdfium2.PdfDocument(f)
        print(f.name, len(d), d[0].get_size())
        for i, pg in enumerate(d):
            pg.render(scale=110 / 72).to_pil().save(OUT / f"{f.stem}-{i}.png")


def test_patient(people, world):
    one = world.prescribe()
    for lang in ("fa", "en"):
        for w in (1280, 390):
            d = people.visitor(language=lang, width=w, dark=(lang, w) == ("en", 390))
            d.goto(f"/q/{one['number']}")
            shots(d, f"pointer-{lang}-{w}")
            print(d.axe(), d.wider_than_the_screen())
            d.page.goto("about:blank")
            d.page.goto(one["pointer"].replace("http://localhost:8000", world.url))
            d.page.get_by_text("amoxicillin").first.wait_for()
            print(d.page.url)
            shots(d, f"own-{lang}-{w}")
            print(d.axe(), d.wider_than_the_screen())
