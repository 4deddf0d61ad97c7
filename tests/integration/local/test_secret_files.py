import base64
import json
import stat
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from deploy.local.secret_files import create_passwords, create_secret_files

SERVICES = ("gateway", "structures", "parcours", "funding")
FILES = {
    "signing_key.json",
    "jwks.json",
    "kek",
    "index_key",
    "cursor_key",
    "webhook_key",
    "client_gateway",
    "client_structures",
    "client_parcours",
    "client_funding",
    "client_reprise",
}


def test_secrets_are_created_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    create_secret_files(folder, SERVICES)
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    create_secret_files(folder, SERVICES)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first
    assert set(first) == FILES
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_symmetric_keys_are_32_bytes_and_all_different(tmp_path: Path) -> None:
    create_secret_files(tmp_path, SERVICES)
    keys = [
        base64.urlsafe_b64decode((tmp_path / name).read_bytes())
        for name in ("kek", "index_key", "cursor_key", "webhook_key")
    ]
    assert [len(key) for key in keys] == [32, 32, 32, 32]
    assert len(set(keys)) == 4


def test_the_public_set_checks_what_the_private_key_signs_and_gives_nothing_away(tmp_path: Path) -> None:
    create_secret_files(tmp_path, SERVICES)
    private = ECKey.import_key(json.loads((tmp_path / "signing_key.json").read_text()))
    public = json.loads((tmp_path / "jwks.json").read_text())
    token = jwt.encode({"alg": "ES256", "kid": private.kid}, {"sub": "essai"}, private)
    assert jwt.decode(token, KeySet.import_key_set(public), algorithms=["ES256"]).claims == {"sub": "essai"}
    assert "d" not in public["keys"][0]


def test_passwords_are_kept_and_a_new_role_receives_its_own(tmp_path: Path) -> None:
    path = tmp_path / "passwords.json"
    first = create_passwords(path, ["a_appli", "a_relais"])
    second = create_passwords(path, ["a_appli", "a_relais", "b_appli"])
    assert first.items() <= second.items()
    assert len(set(second.values())) == 3
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
