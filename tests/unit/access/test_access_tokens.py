"""Tokens: what we issue is read back; everything else is refused."""

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from shared.access.errors import JetonExpire, JetonInvalide
from shared.access.scopes import Audience, Scope
from shared.access.tokens import LEEWAY, MAX_LIFETIME, REREAD_PAUSE, KeySet, Signer, TokenVerifier
from tests.factories.access import ISSUER, NOW, STRUCTURE, forge, make_caller, make_key, write_key_set

KEY = make_key()
SIGNER = Signer(KEY, ISSUER)


@pytest.fixture
def key_set(tmp_path: Path) -> KeySet:
    return KeySet(write_key_set(tmp_path / "jwks.json", KEY))


@pytest.fixture
def verifier(key_set: KeySet) -> TokenVerifier:
    return TokenVerifier(key_set, issuer=ISSUER, audience=Audience.PARCOURS)


def claims_of(token: str) -> dict[str, Any]:
    return jwt.decode(token, KEY, algorithms=["ES256"]).claims


def good_claims(**changes: object) -> dict[str, Any]:
    claims = claims_of(SIGNER.issue(make_caller(), now=NOW)) | changes
    return {name: value for name, value in claims.items() if value is not None}


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def test_a_token_is_read_back_as_its_caller(verifier: TokenVerifier) -> None:
    caller = make_caller(
        subject="agent-fictif",
        scopes=[Scope.PARCOURS_LECTURE, Scope.IDENTITE_LECTURE],
        structures=[STRUCTURE],
        departements=["59", "2A"],
        organisations=["FT-59-01"],
        acts_for=str(STRUCTURE),
    )

    assert verifier.verify(SIGNER.issue(caller, now=NOW), NOW) == caller


def test_a_token_follows_the_profile() -> None:
    token = SIGNER.issue(make_caller(scopes=[Scope.STRUCTURES_LECTURE, Scope.FINANCEMENT_LECTURE]), now=NOW)
    claims = claims_of(token)

    assert jwt.decode(token, KEY, algorithms=["ES256"]).header == {
        "alg": "ES256",
        "typ": "at+jwt",
        "kid": KEY.kid,
    }
    assert claims["aud"] == ["funding", "gateway", "structures"]
    assert claims["scope"] == "financement.lecture structures.lecture"
    assert claims["exp"] - claims["iat"] == 25 * 60
    assert claims["sub"] == claims["client_id"] == "client-fictif"
    assert "act" not in claims
    assert claims["perimetre"] == {"structures": [], "departements": [], "organisations": []}


def test_a_client_that_speaks_for_another_is_named() -> None:
    caller = make_caller(client_id="gateway", subject="agent-fictif")

    assert claims_of(SIGNER.issue(caller, now=NOW, lifetime=timedelta(seconds=60)))["act"] == "gateway"


def test_two_tokens_of_one_caller_differ() -> None:
    assert (
        claims_of(SIGNER.issue(make_caller(), now=NOW))["jti"]
        != claims_of(SIGNER.issue(make_caller(), now=NOW))["jti"]
    )


def test_no_token_lives_longer_than_the_rule() -> None:
    with pytest.raises(ValueError, match="25 minutes"):
        SIGNER.issue(make_caller(), now=NOW, lifetime=MAX_LIFETIME + timedelta(seconds=1))


def test_a_token_is_good_until_its_end_and_a_little_more(verifier: TokenVerifier) -> None:
    token = SIGNER.issue(make_caller(), now=NOW)
    end = NOW + MAX_LIFETIME

    verifier.verify(token, NOW - LEEWAY)
    verifier.verify(token, end + LEEWAY - timedelta(seconds=1))
    with pytest.raises(JetonExpire):
        verifier.verify(token, end + LEEWAY)


def test_an_expired_token_is_refused_at_first_sight(verifier: TokenVerifier) -> None:
    with pytest.raises(JetonExpire) as refusal:
        verifier.verify(GOOD, NOW + MAX_LIFETIME + LEEWAY)
    assert (refusal.value.status, refusal.value.code) == (401, "jeton_expire")


STRANGER = make_key()
P384 = make_key("P-384")
PUBLIC_PEM = KEY.as_pem(private=False)
PUBLIC_JWK = json.dumps(KEY.as_dict(private=False)).encode()
GOOD = SIGNER.issue(make_caller(), now=NOW)
HEAD, BODY, SIGNATURE = GOOD.split(".")
HEADER = {"alg": "ES256", "typ": "at+jwt", "kid": KEY.kid}


def with_header(content: object) -> str:
    return f"{b64(json.dumps(content).encode())}.{BODY}.{SIGNATURE}"


HOSTILE = {
    "empty": "",
    "not a token": "bonjour",
    "two parts": f"{HEAD}.{BODY}",
    "four parts": f"{GOOD}.{SIGNATURE}",
    "not ASCII": "é.é.é",
    "huge": f"{HEAD}.{'A' * 200_000}.{SIGNATURE}",
    "header is a list": with_header(["alg"]),
    "header is a text": with_header("alg"),
    "header is a number": with_header(1),
    "deep header": f"{b64(b'[' * 300)}.{BODY}.{SIGNATURE}",
    "algorithm is a list": with_header(HEADER | {"alg": ["ES256"]}),
    "type is a number": with_header(HEADER | {"typ": 1}),
    "key name is a list": with_header(HEADER | {"kid": [KEY.kid]}),
    "no type": with_header({"alg": "ES256", "kid": KEY.kid}),
    "no key name": with_header({"alg": "ES256", "typ": "at+jwt"}),
    "algorithm none": f"{b64(json.dumps(HEADER | {'alg': 'none'}).encode())}.{BODY}.",
    "algorithm NONE": f"{b64(json.dumps(HEADER | {'alg': 'nOnE'}).encode())}.{BODY}.",
    "no signature": f"{HEAD}.{BODY}.",
    "null signature": f"{HEAD}.{BODY}.{b64(bytes(64))}",
    "cut signature": GOOD[:-4],
    "HS256 with the public key in PEM": forge(
        OctKey.import_key(PUBLIC_PEM.replace(b"-----BEGIN", b"----BEGIN")),
        good_claims(),
        alg="HS256",
        kid=KEY.kid,
    ),
    "HS256 with the public JWK": forge(
        OctKey.import_key(PUBLIC_JWK), good_claims(), alg="HS256", kid=KEY.kid
    ),
    "RS256": forge(RSAKey.generate_key(2048), good_claims(), alg="RS256", kid=KEY.kid),
    "ES384": forge(P384, good_claims(), alg="ES384", kid=KEY.kid),
    "unknown key": forge(STRANGER, good_claims()),
    "stranger under a known name": forge(STRANGER, good_claims(), kid=KEY.kid),
    "key brought along": forge(STRANGER, good_claims(), kid=KEY.kid, jwk=STRANGER.as_dict(private=False)),
    "key to be fetched": forge(STRANGER, good_claims(), kid=KEY.kid, jku="http://stranger.invalid/jwks.json"),
    "unknown critical header": with_header(HEADER | {"crit": ["exp"]}),
    "plain JWT": forge(KEY, good_claims(), typ="JWT"),
    "identity token": forge(KEY, good_claims(), typ="id_token+jwt"),
    "other issuer": forge(KEY, good_claims(iss="http://stranger.invalid")),
    "no issuer": forge(KEY, good_claims(iss=None)),
    "other audience": forge(KEY, good_claims(aud=["structures", "gateway"])),
    "audience within a word": forge(KEY, good_claims(aud="parcours-bis")),
    "no audience": forge(KEY, good_claims(aud=None)),
    "no end": forge(KEY, good_claims(exp=None)),
    "no beginning": forge(KEY, good_claims(iat=None)),
    "end is true": forge(KEY, good_claims(exp=True)),
    "end is not a number": forge(KEY, good_claims(exp=float("nan"))),
    "end is infinite": forge(KEY, good_claims(exp=float("inf"))),
    "end is a text": forge(KEY, good_claims(exp="9999999999")),
    "end far away": forge(KEY, good_claims(exp=10**18)),
    "lives too long": forge(KEY, good_claims(exp=int(NOW.timestamp()) + 26 * 60)),
    "not yet issued": forge(KEY, good_claims(iat=int(NOW.timestamp()) + 60)),
    "not yet valid": forge(KEY, good_claims(nbf=int(NOW.timestamp()) + 60)),
    "no client": forge(KEY, good_claims(client_id=None)),
    "no scope": forge(KEY, good_claims(scope=None)),
    "scope is a list": forge(KEY, good_claims(scope=["parcours.lecture"])),
    "perimeter is a text": forge(KEY, good_claims(perimetre="59")),
    "département is a number": forge(KEY, good_claims(perimetre={"departements": [59]})),
    "structure is no identifier": forge(KEY, good_claims(perimetre={"structures": ["S00001"]})),
    "claims are a list": forge(KEY, ["sub"]),
}


@pytest.mark.parametrize("token", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_token_is_refused(verifier: TokenVerifier, token: str) -> None:
    with pytest.raises(JetonInvalide) as refusal:
        verifier.verify(token, NOW)
    assert (refusal.value.status, refusal.value.code) == (401, "jeton_invalide")
    with pytest.raises(JetonInvalide):  # and is not remembered as good
        verifier.verify(token, NOW)


@pytest.fixture(scope="module")
def one_verifier(tmp_path_factory: pytest.TempPathFactory) -> TokenVerifier:
    keys = KeySet(write_key_set(tmp_path_factory.mktemp("keys") / "jwks.json", KEY))
    return TokenVerifier(keys, issuer=ISSUER, audience=Audience.PARCOURS)


@given(st.integers(0, len(GOOD) - 1), st.characters(codec="latin-1"))
def test_a_token_altered_anywhere_is_refused(
    one_verifier: TokenVerifier, position: int, character: str
) -> None:
    assume(GOOD[position] != character)
    with pytest.raises(JetonInvalide):
        one_verifier.verify(GOOD[:position] + character + GOOD[position + 1 :], NOW)


def test_a_scope_of_the_future_opens_nothing_and_breaks_nothing(verifier: TokenVerifier) -> None:
    caller = verifier.verify(forge(KEY, good_claims(scope="parcours.lecture lune.ecriture")), NOW)

    assert caller.scopes == {Scope.PARCOURS_LECTURE}


def test_an_audience_may_be_a_single_text(verifier: TokenVerifier) -> None:
    verifier.verify(forge(KEY, good_claims(aud="parcours")), NOW)


def test_a_token_without_perimeter_has_an_empty_one(verifier: TokenVerifier) -> None:
    caller = verifier.verify(forge(KEY, good_claims(perimetre=None)), NOW)

    assert caller.perimetre == make_caller().perimetre


def test_a_perimeter_of_four_hundred_structures_fits(verifier: TokenVerifier) -> None:
    caller = make_caller(structures=[UUID(int=n) for n in range(400)])

    assert verifier.verify(SIGNER.issue(caller, now=NOW), NOW) == caller


def test_a_remembered_token_is_not_checked_twice(
    verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = verifier.verify(GOOD, NOW)
    monkeypatch.setattr(TokenVerifier, "_check", None)

    assert verifier.verify(GOOD, NOW) is first


def test_only_the_latest_tokens_are_remembered(key_set: KeySet) -> None:
    verifier = TokenVerifier(key_set, issuer=ISSUER, audience=Audience.PARCOURS, capacity=2)
    first, second, third = (SIGNER.issue(make_caller(), now=NOW) for _ in range(3))
    for token in (first, second, first, third):
        verifier.verify(token, NOW)

    assert set(verifier._known) == {first, third}


def test_a_new_key_is_found_and_a_withdrawn_one_forgotten_with_its_tokens(tmp_path: Path) -> None:
    path = write_key_set(tmp_path / "jwks.json", KEY)
    verifier = TokenVerifier(KeySet(path), issuer=ISSUER, audience=Audience.PARCOURS)
    verifier.verify(GOOD, NOW)
    write_key_set(path, STRANGER)

    verifier.verify(Signer(STRANGER, ISSUER).issue(make_caller(), now=NOW), NOW)

    with pytest.raises(JetonInvalide):
        verifier.verify(GOOD, NOW)


def test_unknown_keys_do_not_make_us_read_the_file_each_time(tmp_path: Path) -> None:
    path = write_key_set(tmp_path / "jwks.json", KEY)
    keys = KeySet(path)
    assert keys.find("inconnue", NOW) is None
    write_key_set(path, KEY, STRANGER)

    assert keys.find(Signer(STRANGER, ISSUER).kid, NOW + REREAD_PAUSE - timedelta(seconds=1)) is None
    assert keys.find(Signer(STRANGER, ISSUER).kid, NOW + REREAD_PAUSE) is not None


def test_a_half_written_file_leaves_the_keys_in_hand(tmp_path: Path) -> None:
    path = write_key_set(tmp_path / "jwks.json", KEY)
    keys = KeySet(path)
    path.write_text('{"keys": [', encoding="utf-8")

    assert keys.find("inconnue", NOW) is None
    assert keys.find(SIGNER.kid, NOW) is not None


def test_what_is_published_has_no_private_part(key_set: KeySet) -> None:
    assert key_set.as_json() == {"keys": [KEY.as_dict(private=False)]}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"keys": []}',
        '{"keys": [1]}',
        '{"keys": 1}',
        '{"keys": [{"kty": "EC", "crv": "P-256"}]}',
        '{"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}',
        json.dumps({"keys": [P384.as_dict(private=False)]}),
        json.dumps({"keys": [KEY.as_dict(private=True)]}),
        json.dumps({"keys": [KEY.as_dict(private=False) | {"use": "enc"}]}),
    ],
)
def test_a_bad_key_set_stops_the_start(tmp_path: Path, content: str) -> None:
    path = tmp_path / "jwks.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(ValueError):  # noqa: PT011 -- json, our own and the library's all mean: do not start
        KeySet(path)


def test_the_signing_key_is_a_private_p256_key() -> None:
    signer = Signer.from_json(json.dumps(KEY.as_dict(private=True)), ISSUER)

    assert signer.kid == KEY.kid
    for bad in ("[]", "{}", json.dumps(KEY.as_dict(private=False)), json.dumps(P384.as_dict(private=True))):
        with pytest.raises(ValueError, match="signing key"):
            Signer.from_json(bad, ISSUER)
