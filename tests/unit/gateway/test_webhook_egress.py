"""Nothing is ever sent inside, nor elsewhere than the address that was judged."""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.gateway.webhooks import egress
from services.gateway.webhooks.egress import Egress, Reply, UrlRefusee, check_url, is_public
from shared import clock
from tests.factories.receiver import receiving

INSIDE = (
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "192.0.2.1", "192.88.99.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1",
    "ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::7f00:1", "64:ff9b::7f00:1", "2002:7f00:1::1",
    "2001:0:7f00:1::1", "2001:db8::1",
)  # fmt: skip
OUTSIDE = ("8.8.8.8", "185.199.108.153", "2606:4700:4700::1111")


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_a_public_address_is_allowed(address: str) -> None:
    assert is_public(ip_address(address))


REFUSED = (
    "http://editeur.invalid/", "https://127.0.0.1/", "https://[::1]:8443/", "https://169.254.169.254/latest",
    "https://[::ffff:10.0.0.1]/", "https://user:secret@editeur.invalid/", "https://editeur.invalid/#a",
    "https:///chemin", "ftp://editeur.invalid/", "https://éditeur.invalid/", "https://editeur.invalid:99999/",
    "https://editeur.invalid/a b", "https://[::1", "http://10.0.0.1/", "https://editeur.invalid/\n",
)  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
@pytest.mark.parametrize("local", [False, True])
def test_an_address_that_cannot_be_reached_safely_is_refused_at_once(url: str, *, local: bool) -> None:
    if local and url in ("https://127.0.0.1/", "https://[::1]:8443/"):
        return
    with pytest.raises(UrlRefusee):
        check_url(url, local=local)


def test_this_machine_is_allowed_in_clear_only_when_asked() -> None:
    assert check_url("http://127.0.0.1:9000/recu", local=True) == "http://127.0.0.1:9000/recu"
    assert check_url("https://editeur.invalid:8443/recu?a=1", local=False)
    with pytest.raises(UrlRefusee):
        check_url("http://127.0.0.1:9000/recu", local=False)


class Names:
    """What the names resolve to, one answer a time, the last one repeated; counts the questions."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, _: int) -> Sequence[str]:
        self.asked += 1
        if host == "inconnu.invalid":
            raise socket.gaierror
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


@pytest.mark.parametrize("inside", [["127.0.0.1"], ["::1"], ["169.254.169.254"], ["8.8.8.8", "10.0.0.1"]])
async def test_a_name_that_leads_inside_is_refused_without_a_connection(inside: list[str]) -> None:
    async with receiving() as receiver, Egress(resolve=Names(inside)) as sender:
        reply = await sender.post(f"http://interne.invalid:{receiver.port}/", {}, b"{}")
    assert (reply, receiver.received) == (Reply(None, "ADRESSE_REFUSEE"), [])


async def test_the_very_resolver_of_the_system_is_judged() -> None:
    async with receiving() as receiver, Egress() as sender:
        for host in ("127.0.0.1", "localhost", "2130706433", "0x7f.1"):
            reply = await sender.post(f"http://{host}:{receiver.port}/", {}, b"{}")
            assert reply.erreur in ("ADRESSE_REFUSEE", "INJOIGNABLE")
    assert receiver.received == []


async def test_a_name_that_changes_its_address_afterwards_changes_nothing() -> None:
    """The address judged is the one connected to: the second answer, inside, is never asked for."""
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    async with receiving() as receiver, Egress(resolve=names, allowed=lambda _: True) as sender:
        reply = await sender.post(f"http://change.invalid:{receiver.port}/recu", {}, b"{}")
    assert (reply.taken, names.asked) == (True, 1)
    assert [request.headers["host"] for request in receiver.received] == [f"change.invalid:{receiver.port}"]


async def test_each_sending_is_judged_again() -> None:
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    allowed = ip_address("127.0.0.1")
    async with receiving() as receiver, Egress(resolve=names, allowed=lambda a: a == allowed) as sender:
        replies = [await sender.post(f"http://change.invalid:{receiver.port}/", {}, b"{}") for _ in range(2)]
    assert [reply.erreur for reply in replies] == [None, "ADRESSE_REFUSEE"]


async def test_a_redirect_is_a_failure_and_is_not_followed() -> None:
    async with receiving() as inside, receiving() as receiver, Egress(local=True) as sender:
        receiver.answers, receiver.headers = [307], f"location: {inside.url}\r\n"
        assert await sender.post(receiver.url, {}, b"{}") == Reply(307, "REDIRECTION")
    assert inside.received == []


async def test_who_does_not_answer_in_time_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(egress, "TOTAL_S", 0.05)
    async with receiving() as receiver, Egress(local=True) as sender:
        receiver.open.clear()
        assert await sender.post(receiver.url, {}, b"{}") == Reply(None, "DELAI")


async def test_an_endless_answer_is_not_read() -> None:
    async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        try:
            while True:
                writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
                await writer.drain()
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(endless, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with Egress(local=True) as sender:
        assert await sender.post(f"http://127.0.0.1:{port}/", {}, b"{}") == Reply(200)
    server.close()


@pytest.mark.parametrize("host", ["inconnu.invalid", "127.0.0.1"])
async def test_who_cannot_be_reached_is_said_so(host: str) -> None:
    async with receiving() as receiver:
        port = receiver.port
    async with Egress(local=True, resolve=Names(["127.0.0.1"])) as sender:
        assert await sender.post(f"http://{host}:{port}/", {}, b"{}") == Reply(None, "INJOIGNABLE")


def certified(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The context of a server whose certificate bears a name, and that of a client who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    built = built.not_valid_before(clock.now() - timedelta(1)).not_valid_after(clock.now() + timedelta(1))
    built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    pem = built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "pem").write_bytes(private + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "pem")
    return server, ssl.create_default_context(cadata=pem.decode())


async def test_the_certificate_is_that_of_the_name_not_of_the_address(tmp_path: Path) -> None:
    server, client = certified(tmp_path, "editeur.invalid")
    async with (
        receiving(server) as receiver,
        Egress(local=True, resolve=Names(["127.0.0.1"]), ssl_context=client) as sender,
    ):
        right = await sender.post(f"https://editeur.invalid:{receiver.port}/", {}, b"{}")
        wrong = await sender.post(f"https://autre.invalid:{receiver.port}/", {}, b"{}")
    assert (right.taken, wrong) == (True, Reply(None, "INJOIGNABLE"))
