"""A certificate of this machine's own, for a telephone that wants https: true to the addresses, made once, private."""

import ssl
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
from cryptography import x509

from app import local_tls
from app.service import utc_now


class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def test_a_browser_that_trusts_it_is_let_in_at_this_address(tmp_path):
    made = local_tls.pair(tmp_path, local_tls.addresses(), now=utc_now())
    assert made.key.stat().st_mode & 0o777 == 0o600
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(made.certificate, made.key)
    trusting = ssl.create_default_context(cafile=made.certificate)
    with HTTPServer(("127.0.0.1", 0), Hello) as server:
        server.socket = served.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"https://127.0.0.1:{server.server_address[1]}"
            assert httpx.get(url, verify=trusting, trust_env=False).status_code == 204
        finally:
            server.shutdown()
            thread.join()


def test_it_is_made_again_only_for_another_address_or_when_it_ends(tmp_path):
    now = utc_now()
    names = ["192.0.2.7"]

    def serial(names, at):
        made = local_tls.pair(tmp_path, names, now=at)
        return x509.load_pem_x509_certificate(made.certificate.read_bytes()).serial_number

    first = serial(names, now)
    assert serial(names, now + timedelta(days=60)) == first
    another = serial(["192.0.2.8"], now)
    assert another != first
    assert serial(["192.0.2.8"], now + timedelta(days=89)) != another
