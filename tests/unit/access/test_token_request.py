"""Reading what a stranger sends to the token endpoint."""

import base64
import re
from urllib.parse import urlencode

import pytest

from services.gateway.access.errors import TokenRefused
from services.gateway.access.token_request import read_token_request

FORM = {"content-type": "application/x-www-form-urlencoded"}
GRANT = {"grant_type": "client_credentials"}
POSTED = GRANT | {"client_id": "demo-lecteur", "client_secret": "s"}


def basic(text: str, scheme: str = "Basic") -> dict[str, str]:
    return FORM | {"authorization": f"{scheme} {base64.b64encode(text.encode()).decode()}"}


def test_the_secret_may_be_in_the_header() -> None:
    asked = read_token_request(basic("demo-lecteur:mot%3Ade%2Bpasse"), urlencode(GRANT).encode())

    assert (asked.client_id, asked.secret, asked.scope) == ("demo-lecteur", "mot:de+passe", None)


def test_the_secret_may_be_in_the_form() -> None:
    asked = read_token_request(
        {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"},
        urlencode(POSTED | {"scope": "parcours.lecture structures.lecture"}).encode(),
    )

    assert (asked.client_id, asked.secret) == ("demo-lecteur", "s")
    assert asked.scope == "parcours.lecture structures.lecture"


def test_the_client_may_be_named_in_both_but_its_secret_in_one() -> None:
    asked = read_token_request(
        basic("demo-lecteur:s"), urlencode(GRANT | {"client_id": "demo-lecteur"}).encode()
    )

    assert asked.secret == "s"


def test_an_empty_field_counts_as_absent() -> None:
    assert read_token_request(FORM, urlencode(POSTED | {"scope": ""}).encode()).scope is None


def test_the_secret_is_not_shown() -> None:
    assert "tres-secret" not in repr(
        read_token_request(FORM, urlencode(POSTED | {"client_secret": "tres-secret"}).encode())
    )


@pytest.mark.parametrize(
    ("headers", "body", "error"),
    [
        ({}, urlencode(POSTED), "invalid_request"),
        ({"content-type": "application/json"}, '{"grant_type": "client_credentials"}', "invalid_request"),
        (FORM, "", "invalid_request"),
        (FORM, "grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
        (FORM, "grant_type=%FF", "invalid_request"),
        (FORM, "é=1", "invalid_request"),
        (FORM, "&".join(f"a{n}=1" for n in range(30)), "invalid_request"),
        (basic("demo-lecteur:s"), urlencode(POSTED), "invalid_request"),
        (FORM, urlencode(POSTED | {"grant_type": "password"}), "unsupported_grant_type"),
        (FORM, urlencode(GRANT), "invalid_client"),
        (FORM, urlencode(GRANT | {"client_id": "demo-lecteur"}), "invalid_client"),
        (FORM, urlencode(POSTED | {"client_id": "demo\0lecteur"}), "invalid_client"),
        (FORM, urlencode(POSTED | {"client_id": "a" * 65}), "invalid_client"),
        (FORM, urlencode(POSTED | {"client_id": "demo lecteur"}), "invalid_client"),
        (basic("demo-lecteur"), urlencode(GRANT), "invalid_client"),
        (basic("demo-lecteur:s", scheme="Bearer"), urlencode(GRANT), "invalid_client"),
        (FORM | {"authorization": "Basic"}, urlencode(GRANT), "invalid_client"),
        (FORM | {"authorization": "Basic é"}, urlencode(GRANT), "invalid_client"),
        (
            FORM | {"authorization": f"Basic {base64.b64encode(b'a:%s').decode()}!"},
            urlencode(GRANT),
            "invalid_client",
        ),
        (
            FORM | {"authorization": f"Basic {base64.b64encode(bytes([255])).decode()}"},
            urlencode(GRANT),
            "invalid_client",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_code_of_the_standard(
    headers: dict[str, str], body: str, error: str
) -> None:
    with pytest.raises(TokenRefused) as refusal:
        read_token_request(headers, body.encode())

    assert refusal.value.error == error
    assert refusal.value.status == (401 if error == "invalid_client" else 400)
    assert ("WWW-Authenticate" in refusal.value.headers) is (error == "invalid_client")
    assert re.fullmatch(r"[\x20\x21\x23-\x5B\x5D-\x7E]+", refusal.value.description)
