"""Territories: what an INSEE code tells, here and elsewhere in France."""

import pytest

from shared.reference import territories as t
from shared.reference.files import UnknownCode


@pytest.mark.parametrize(
    ("code_insee", "departement"),
    [
        ("59350", "59"),  # Lille
        ("02408", "02"),  # Laon: the zero stays
        ("75056", "75"),  # outside the region
        ("2A004", "2A"),  # Ajaccio
        ("2B033", "2B"),  # Bastia
        ("97105", "971"),  # Basse-Terre
        ("97611", "976"),  # Mamoudzou
        ("02026", "02"),  # a commune that has disappeared
    ],
)
def test_a_commune_tells_its_departement_anywhere_in_france(code_insee: str, departement: str) -> None:
    assert t.departement_of_commune(code_insee) == departement


@pytest.mark.parametrize(
    "code_insee", ["", "5935", "593500", "20004", "99100", "97501", "98735", "2C004", "5935A"]
)
def test_a_code_that_tells_no_departement_is_refused(code_insee: str) -> None:
    with pytest.raises(UnknownCode, match="commune : code inconnu"):
        t.departement_of_commune(code_insee)


def test_the_region_holds_five_departements_and_its_known_population() -> None:
    assert t.departements_of_region("32") == ("02", "59", "60", "62", "80")
    assert t.departements_of_region("94") == ("2A", "2B")
    assert t.region_of_departement("62") == "32"
    assert t.region("32").population == sum(c.population for c in t.communes().values()) == 5_992_194
    counts = {
        d: sum(c.code_departement == d for c in t.communes().values()) for d in ("02", "59", "60", "62", "80")
    }
    assert counts == {d: t.departement(d).nb_communes for d in counts}


def test_every_region_and_departement_agree() -> None:
    assert len(t.regions()) == 18
    assert len(t.departements()) == 101
    assert sorted(d for r in t.regions() for d in t.departements_of_region(r)) == sorted(t.departements())


def test_a_commune_has_its_postal_codes_and_an_epci_of_the_region() -> None:
    lille = t.commune("59350")
    assert lille.nom == "Lille"
    assert "59000" in lille.codes_postaux
    assert t.epci(lille.code_epci).type == "METRO"
    assert all(c.codes_postaux and c.code_epci in t.epcis() for c in t.communes().values())


def test_a_former_commune_is_found_by_its_old_code() -> None:
    assert t.resolve_commune("02026").code_insee == "02458"
    assert t.resolve_commune("59350") == t.commune("59350")
    assert set(t.former_communes().values()) <= t.communes().keys()
    with pytest.raises(UnknownCode):
        t.commune("02026")


def test_an_unknown_code_says_what_was_looked_up() -> None:
    lookups = (t.region, t.departement, t.commune, t.resolve_commune, t.epci)
    for lookup in (*lookups, t.region_of_departement, t.departements_of_region):
        with pytest.raises(UnknownCode) as caught:
            lookup("00000")
        assert caught.value.code == "00000"
        assert str(caught.value) == f"{caught.value.nomenclature} : code inconnu « 00000 »"


def test_nothing_that_is_read_can_be_changed() -> None:
    with pytest.raises(TypeError):
        t.regions()["32"] = t.region("11")  # type: ignore[index] # the refusal is what is tested
    with pytest.raises(AttributeError):
        t.commune("59350").nom = "Autre"  # type: ignore[misc] # idem
