"""To which addresses a connection is made at all: what a name resolves to is checked, and nothing else is told."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lifecare_gql.domain.webhooks import WebhookPolicy
from lifecare_gql.web.webhooks import Sender
from tests.web.receiving import Receiver, receiving

LOCAL = WebhookPolicy(loopback=True, seconds=5)
HEADERS = {"webhook-id": "msg_1"}

OF_THIS_MACHINE = (
    # Names, for whoever only looks at what is written; all of them lead here.
    *("127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.1.", "0", "ip6-localhost"),
    socket.gethostname(),
)


@pytest.mark.parametrize("host", OF_THIS_MACHINE)
async def test_no_name_of_this_machine_is_connected_to(host: str, tmp_path: Path) -> None:
    async with tls(tmp_path, host) as (receiver, trusted):
        url = f"https://{host}:{receiver.port}/in"
        answer = await Sender(WebhookPolicy(seconds=5), trusted).send(url, HEADERS, b"{}")
        assert answer.status is None
        assert answer.why in ("NotAllowed", "gaierror")
        assert receiver.heard == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254", "[::ffff:127.0.0.1]"]
)
async def test_no_address_of_ones_own_is_connected_to(host: str) -> None:
    for scheme in ("http", "https"):
        answer = await Sender(WebhookPolicy(seconds=5)).send(f"{scheme}://{host}/", HEADERS, b"{}")
        assert (answer.status, answer.why) == (None, "NotAllowed")


def tls(directory: Path, name: str) -> Tls:
    return Tls(directory, name)


class Tls:
    """A receiver with a certificate for the name, and whom it is trusted by."""

    def __init__(self, directory: Path, name: str) -> None:
        self._directory, self._name = directory, name

    async def __aenter__(self) -> tuple[Receiver, ssl.SSLContext]:
        certificate, key = certified(self._directory, self._name)
        trusted = ssl.create_default_context(cafile=str(certificate))
        self._running = receiving(ssl_certfile=str(certificate), ssl_keyfile=str(key))
        return await self._running.__aenter__(), trusted

    async def __aexit__(self, *why: object) -> None:
        await self._running.__aexit__(None, None, None)


def certified(directory: Path, name: str) -> tuple[Path, Path]:
    """A certificate for a name or an address, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    try:
        other: x509.GeneralName = x509.IPAddress(ip_address(name))
    except ValueError:
        other = x509.DNSName(name)
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([other]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    paths = directory / "certificate.pem", directory / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(secret)
    return paths


async def test_the_certificate_is_that_of_the_name_though_the_connection_goes_to_an_address(
    tmp_path: Path,
) -> None:
    async with tls(tmp_path, "localhost") as (receiver, trusted):
        answer = await Sender(LOCAL, trusted).send(f"https://localhost:{receiver.port}/in", HEADERS, b"{}")
        assert answer.status == 200, answer
        assert receiver.heard[0].headers["host"] == f"localhost:{receiver.port}"
        assert (
            await Sender(LOCAL, trusted).send(f"https://127.0.0.1:{receiver.port}/", HEADERS, b"")
        ).status is None
        untrusted = await Sender(LOCAL).send(f"https://localhost:{receiver.port}/in", HEADERS, b"{}")
        assert untrusted.status is None
        assert len(receiver.heard) == 1


async def test_an_allowed_network_is_told_and_no_proxy_of_the_environment_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    here = WebhookPolicy(networks=(ip_network("127.0.0.0/8"),), seconds=5)
    async with tls(tmp_path, "127.0.0.1") as (receiver, trusted):
        answer = await Sender(here, trusted).send(f"https://127.0.0.1:{receiver.port}/in", HEADERS, b"{}")
        assert answer.status == 200, answer
        assert receiver.heard[0].path == "/in"


@pytest.mark.parametrize("status", [200, 204, 301, 410, 500])
async def test_only_the_status_is_taken(status: int) -> None:
    async with receiving(lambda _: status) as receiver:
        assert (await Sender(LOCAL).send(receiver.url, HEADERS, b"{}")).status == status
        assert len(receiver.heard) == 1
