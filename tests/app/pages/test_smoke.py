def test_walk(desk):
    desk.sign_in()
    v = desk.signed()
    p = desk.get(f"/prescriber/prescriptions/{v.number}/slip")
    print(p.status, p.text)
    print(desk.get("/prescriber").text)
    desk.speak("fa")
    print(desk.get("/prescriber").text)
