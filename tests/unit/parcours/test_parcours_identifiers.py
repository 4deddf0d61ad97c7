"""Identifiers judged and decomposed (``domaine/parcours.md`` §3, ``domaine/structures.md`` §2, §5.1, §8.2)."""

from typing import Any

import pytest

from tests.factories.parcours import make_nir as nir
from tests.factories.simulators import simulate


async def judge(kind: str, text: str | None) -> dict[str, Any]:
    told = await simulate("identifiants", {kind: text})
    assert set(told) == {kind, "regles"}
    assert ("raison" in told[kind]) is not told[kind]["valide"]
    return dict(told[kind])


@pytest.mark.parametrize("first", "123478")
async def test_the_first_figure_of_a_nir_tells_the_civility(first: str) -> None:
    told = await judge("nir", nir(f"{first}850578006084"))
    assert (told["valide"], told["civilite"]) == (True, "M" if first in "137" else "MME")
    assert (told["annee"], told["mois"], told["mois_fictif"], told["departement"]) == (85, 5, False, "78")


@pytest.mark.parametrize("month", range(100))
async def test_the_month_of_a_nir_is_real_or_fictitious(month: int) -> None:
    told = await judge("nir", nir(f"185{month:02}78006084"))
    valid = 1 <= month <= 12 or 20 <= month <= 42 or 50 <= month <= 99
    assert (told["valide"], told.get("raison")) == (valid, None if valid else "mois_invalide")


@pytest.mark.parametrize(
    ("text", "raison", "departement"),
    [
        (nir("1850578006084"), None, "78"),
        (f" {nir('1850578006084')[:5]} {nir('1850578006084')[5:]} ", None, "78"),
        (nir("185052A006084"), None, "2A"),
        (nir("185052B006084"), None, "2B"),
        (nir("185052A006084").lower(), None, "2A"),
        (nir("1850597412084"), None, "974"),
        (nir("1850599412084"), None, None),
        (nir("0850578006084"), "premier_chiffre_invalide", "78"),
        (nir("5850578006084"), "premier_chiffre_invalide", "78"),
        (nir("1850578006084")[:13] + "00", "cle_invalide", "78"),
        ("269054958815780", "exemple_public", "49"),
        ("2 69 05 49 588 157 80", "exemple_public", "49"),
    ],
)
async def test_a_nir_is_judged_and_decomposed(text: str, raison: str | None, departement: str | None) -> None:
    told = await judge("nir", text)
    assert (told.get("raison"), told["departement"]) == (raison, departement)


@pytest.mark.parametrize(
    ("kind", "text", "raison"),
    [
        ("nir", "", "vide"),
        ("nir", "   ", "vide"),
        ("nir", nir("1850578006084")[:14], "forme_invalide"),
        ("nir", nir("1850578006084") + "1", "forme_invalide"),
        ("nir", "185052C00608412", "forme_invalide"),
        ("nir", "١٨٥٠٥٧٨٠٠٦٠٨٤٣٤", "forme_invalide"),
        ("nir", "x" * 10_000, "forme_invalide"),
        ("ntt", "", "vide"),
        ("ntt", "1123456789", "forme_invalide"),
        ("ntt", "1123456789" + "A" * 31, "forme_invalide"),
        ("ntt", "3123456789A", "forme_invalide"),
        ("ntt", "112345678AB", "forme_invalide"),
        ("ntt", "1123456789é", "forme_invalide"),
        ("siret", "", "vide"),
        ("siret", "1200001530001", "forme_invalide"),
        ("siret", "120000153000111", "forme_invalide"),
        ("siret", "1200001530001a", "forme_invalide"),
        ("siret", "12000015300012", "cle_invalide"),
        ("siret", "35600000000041", "cle_invalide"),
        ("siren", "", "vide"),
        ("siren", "12000015", "forme_invalide"),
        ("siren", "1200001533", "forme_invalide"),
        ("siren", "120000154", "cle_invalide"),
        ("naf", "", "vide"),
        ("naf", "6201", "forme_invalide"),
        ("naf", "62011", "forme_invalide"),
        ("naf", "620ZZ", "forme_invalide"),
        ("naf", "6201ZZ", "forme_invalide"),
        ("naf", "6201É", "forme_invalide"),
        ("identifiant_france_travail", "", "vide"),
        ("identifiant_france_travail", "123456A8", "forme_invalide"),
        ("identifiant_france_travail", "1234567", "forme_invalide"),
        ("identifiant_france_travail", "123456789", "forme_invalide"),
        ("identifiant_france_travail", "1234567é", "forme_invalide"),
        ("identifiant_france_travail", "1234567890A", "forme_invalide"),
        ("identifiant_france_travail", "123456789012", "forme_invalide"),
        ("code_postal", "", "vide"),
        ("code_postal", "1234", "forme_invalide"),
        ("code_postal", "123456", "forme_invalide"),
        ("code_postal", "2A000", "forme_invalide"),
        ("numero_annexe", "", "vide"),
        ("numero_annexe", None, "vide"),
        ("numero_annexe", "ACI", "vide_ou_trop_court"),
        ("numero_annexe", "ACI063170007", "suffixe_absent"),
        ("numero_annexe", "ACI063170007Z1Z1", "suffixe_incorrect"),
        ("numero_annexe", "EI08018002A1M1", "prefixe_incorrect"),
        ("numero_annexe", "AI08816001A1M1", "prefixe_incorrect"),
        ("numero_annexe", "XYZ063170007A0M0", "prefixe_incorrect"),
        ("numero_annexe", "aci063170007A0M0", "prefixe_incorrect"),
        ("numero_annexe", "ACI063170007A0M0\n", "suffixe_incorrect"),
    ],
)
async def test_any_wrong_text_is_judged_with_its_reason(kind: str, text: str | None, raison: str) -> None:
    assert (await judge(kind, text))["raison"] == raison


@pytest.mark.parametrize(
    ("kind", "text", "parts"),
    [
        ("ntt", "1 123456789 a", {"siren": "123456789", "suite": "a"}),
        ("ntt", "2123456789" + "Z" * 30, {"siren": "123456789", "suite": "Z" * 30}),
        ("siret", "12000015300011", {"siren": "120000153", "nic": "00011", "affichage": "120 000 153 00011"}),
        ("siret", "35600000000048", {"siren": "356000000"}),
        ("siret", "35600000049837", {"siren": "356000000", "nic": "49837"}),
        ("siren", "120000153", {"affichage": "120 000 153"}),
        ("siren", "356000000", {}),
        ("naf", "6201Z", {"division": "62", "affichage": "62.01Z"}),
        ("naf", "6201z", {"affichage": "62.01Z"}),
        ("identifiant_france_travail", "12345678", {}),
        ("identifiant_france_travail", "1234567A", {}),
        ("identifiant_france_travail", "1234567a", {}),
        ("identifiant_france_travail", "12345678901", {}),
        ("code_postal", "12345", {"departement": "12"}),
        ("code_postal", "59000", {"departement": "59"}),
        ("code_postal", "02100", {"departement": "02"}),
        *(("code_postal", f"{head}00", {"departement": code}) for head, code in (
            ("200", "2A"), ("201", "2A"), ("207", "2A"), ("202", "2B"), ("204", "2B"), ("206", "2B"),
            ("203", None), ("205", None), ("208", None), ("209", None), ("971", "971"), ("976", "976"), ("988", "988"),
            ("990", "99"),
        )),
    ],
)  # fmt: skip
async def test_a_right_identifier_is_decomposed(kind: str, text: str, parts: dict[str, Any]) -> None:
    told = await judge(kind, text)
    assert told["valide"] is True
    assert {name: told[name] for name in parts} == parts


async def test_a_number_without_its_keys_still_tells_its_parts() -> None:
    told = await judge("siret", "12345678900001")
    assert (told["valide"], told["siren"], told["nic"]) == (False, "123456789", "00001")


@pytest.mark.parametrize(
    ("numero", "parts", "shown"),
    [
        ("ACI051170013A0M1", ("ACI", "51", 2017, "0013", 0, 1), "ACI 051 17 0013 A0 M1"),
        ("ACI 051 17 0013 A0 M1", ("ACI", "51", 2017, "0013", 0, 1), "ACI 051 17 0013 A0 M1"),
        *((f"ACI063170007A{a}M{m}", ("ACI", "63", 2017, "0007", a, m), f"ACI 063 17 0007 A{a} M{m}")
          for a in (0, 1) for m in (0, 1)),
        ("EI080180002A1M1", ("EI", "80", 2018, "0002", 1, 1), "EI 080 18 0002 A1 M1"),
        ("EI59V182019A1M1", ("EI", "59", 2018, "2019", 1, 1), "EI 59V 18 2019 A1 M1"),
        ("AI088160001A1M1", ("AI", "88", 2016, "0001", 1, 1), "AI 088 16 0001 A1 M1"),
        ("ETTI080180002A1M1", ("ETTI", "80", 2018, "0002", 1, 1), "ETTI 080 18 0002 A1 M1"),
        ("ETTI59L181001A1M1", ("ETTI", "59", 2018, "1001", 1, 1), "ETTI 59L 18 1001 A1 M1"),
        ("EITI974260001A0M0", ("EITI", "974", 2026, "0001", 0, 0), "EITI 974 26 0001 A0 M0"),
        ("ACI02A260001A0M0", ("ACI", "2A", 2026, "0001", 0, 0), "ACI 02A 26 0001 A0 M0"),
        ("ACI02V260001A0M0", ("ACI", "02", 2026, "0001", 0, 0), "ACI 02V 26 0001 A0 M0"),
        ("ACI000260001A0M0", ("ACI", None, 2026, "0001", 0, 0), "ACI 000 26 0001 A0 M0"),
        ("ACI076260005A0M0", ("ACI", "76", 2026, "0005", 0, 0), "ACI 076 26 0005 A0 M0"),
    ],
)  # fmt: skip
async def test_the_number_of_an_annexe_is_read(numero: str, parts: tuple[Any, ...], shown: str) -> None:
    told = await judge("numero_annexe", numero)
    names = ("mesure", "departement", "millesime", "ordre", "renouvellement", "modification")
    assert tuple(told[name] for name in names) == parts
    assert (told["valide"], told["affichage"]) == (True, shown)


async def test_identifiers_are_judged_together_and_nothing_is_judged_alone() -> None:
    told = await simulate("identifiants", {"siren": "120000153", "code_postal": "x"})
    assert (told["siren"]["valide"], told["code_postal"]["valide"]) == (True, False)
    assert [regle["code"] for regle in told["regles"]] == ["siren", "code_postal"]
    assert await simulate("identifiants", {}) == {"regles": []}
