"""The vault: what is sealed opens only with its key, in its place, for its person."""

import os
import uuid

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap

from services.parcours.vault import Vault

VALUES = {"nom": "MARJOLAINE-ORIGAN", "prenom": "Jonquin"}


def make_vault() -> Vault:
    return Vault(os.urandom(32), os.urandom(32), os.urandom(32))


def test_a_sealed_value_opens_with_the_wrapped_key() -> None:
    vault, person = make_vault(), uuid.uuid4()
    safe, wrapped = vault.new_safe(person)
    sealed = safe.seal("identite", VALUES)
    assert b"MARJOLAINE" not in sealed
    assert sealed[:1] == b"\x01"
    assert vault.safe(person, wrapped).open("identite", sealed) == VALUES


def test_the_same_value_is_never_sealed_twice_alike() -> None:
    safe, _ = make_vault().new_safe(uuid.uuid4())
    assert safe.seal("identite", VALUES) != safe.seal("identite", VALUES)


def test_a_value_moved_to_another_field_or_person_does_not_open() -> None:
    vault, person = make_vault(), uuid.uuid4()
    safe, wrapped = vault.new_safe(person)
    sealed = safe.seal("identite", VALUES)
    with pytest.raises(InvalidTag):
        safe.open("sensible", sealed)
    with pytest.raises(InvalidTag):
        vault.safe(uuid.uuid4(), wrapped).open("identite", sealed)


def test_another_master_key_opens_nothing() -> None:
    person = uuid.uuid4()
    _, wrapped = make_vault().new_safe(person)
    with pytest.raises(InvalidUnwrap):
        make_vault().safe(person, wrapped)


def test_a_blind_index_recognises_equal_values_of_one_kind() -> None:
    vault = make_vault()
    assert vault.blind_index("nir", "x") == vault.blind_index("nir", "x")
    assert vault.blind_index("nir", "x") != vault.blind_index("identite", "x")
    assert vault.blind_index("nir", "x") != make_vault().blind_index("nir", "x")
