"""TLS: the system's trust decides, and a refused certificate means that nothing was sent."""

from __future__ import annotations

import datetime as dt
import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from psaqb_desktop.adapters.http.session import HttpSession
from psaqb_desktop.domain.errors import ServiceUnavailableError

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Make a certificate for localhost that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def server(loopback: Any, certificate: Path) -> Any:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return loopback(lambda connection: connection.sendall(ANSWER), tls=context)


def post(url: str) -> int:
    http = HttpSession("QuickBooks", sleep=lambda _: None)
    try:
        return http.send("POST", url, data=b"x", is_safe_to_repeat=False).status
    finally:
        http.close()


def test_an_unknown_certificate_is_refused_before_anything_is_sent(server: Any) -> None:
    with pytest.raises(ServiceUnavailableError) as caught:
        post(server.url)
    assert "CertVerification" in caught.value.details
    assert server.received == []


def test_what_the_system_trusts_is_trusted(
    server: Any, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert post(server.url) == 200


def test_a_server_without_tls_gets_nothing(loopback: Any) -> None:
    plain = loopback(lambda connection: connection.close())
    plain.is_deaf = True
    with pytest.raises(ServiceUnavailableError):
        post(plain.url.replace("http://127.0.0.1", "https://localhost"))
