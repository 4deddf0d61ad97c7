"""Rules of fiches de poste (structures.md §6) and of organisations that send people (parcours.md §2)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from services.structures.domain import poste, prescripteur
from services.structures.domain.errors import ContratNonAdmis, HabilitationInterdite, PrescripteurIncoherent
from services.structures.domain.structure import TYPES
from shared.paging import read_cursor, sign_cursor
from shared.reference.positions import Position, distance_m, position_of_commune, positions
from shared.reference.territories import communes

LE = date(2026, 11, 25)
SENSIBLES = {"ASE", "SPIP", "PJJ", "CSAPA", "CAARUD", "CIDFF", "PREVENTION", "PENSION"}


def test_contracts_depend_on_the_type_of_the_structure() -> None:
    poste.ensure_contrat("ACI", "CDDI_PHC")
    poste.ensure_contrat("EITI", "ACCOMPAGNEMENT_CREATION")
    for kind, contrat in (("EI", "CDDI_PHC"), ("EITI", "CDDI"), ("GEIQ", "CDDI"), ("OPCS", "AUTRE")):
        with pytest.raises(ContratNonAdmis):
            poste.ensure_contrat(kind, contrat)
    assert set(poste.CONTRATS) <= set(TYPES)


def test_a_fiche_grows_old_at_sixty_days() -> None:
    assert not poste.a_rafraichir(LE - timedelta(59), LE)
    assert poste.a_rafraichir(LE - timedelta(60), LE)


def test_a_sensitive_type_is_told_as_another_organisation() -> None:
    masked = {code for code in prescripteur.types_ouverts() if prescripteur.categorie(code) != code}
    assert masked == SENSIBLES
    identity = uuid4()
    assert prescripteur.code_public(identity, "SPIP-59", "SPIP") == str(identity)
    assert prescripteur.code_public(identity, "FT-59-01", "FT") == "FT-59-01"


def test_only_a_habilitated_organisation_has_the_asp_code_of_its_type() -> None:
    assert prescripteur.code_asp("ML", "VALIDATED") == "01"
    assert prescripteur.code_asp("ML", "NOT_SET") == "08"


@pytest.mark.parametrize(("kind", "siret", "safir"), [("ML", None, None), ("ML", "00000001800010", "59212")])
def test_identifiers_fit_the_type(kind: str, siret: str | None, safir: str | None) -> None:
    with pytest.raises(PrescripteurIncoherent):
        prescripteur.ensure_coherent(kind, siret, safir)
    prescripteur.ensure_coherent("FT", None, "59212")


@pytest.mark.parametrize(
    ("kind", "statut", "brsa"),
    [
        ("Autre", "VALIDATED", False),
        ("Orienteur", "VALIDATED", False),
        ("ODC", "VALIDATED", False),
        ("ML", "NOT_REQUIRED", False),
    ],
)
def test_some_habilitations_are_never_given(kind: str, statut: str, brsa: bool) -> None:  # noqa: FBT001 # a case
    with pytest.raises(HabilitationInterdite):
        prescripteur.habiliter(kind, statut, LE, conventionne_brsa=brsa)


def test_a_mandated_organisation_is_habilitated_without_end_and_a_prefectoral_one_for_five_years() -> None:
    assert prescripteur.habiliter("ODC", "VALIDATED", LE, conventionne_brsa=True).fin is None
    given = prescripteur.habiliter("OHPD", "VALIDATED", LE, conventionne_brsa=False)
    assert (given.debut, given.fin) == (LE, date(2031, 11, 24))
    assert prescripteur.fin_prefectorale(date(2024, 2, 29)) == date(2029, 2, 28)
    assert prescripteur.habilite("VALIDATED", given.fin, date(2031, 11, 24))
    assert not prescripteur.habilite("VALIDATED", given.fin, date(2031, 11, 25))
    assert not prescripteur.habilite("REFUSED", None, LE)


def test_a_cursor_serves_only_the_search_it_was_signed_for() -> None:
    key = b"k" * 32
    cursor = sign_cursor(key, "a", (12, "x"))
    assert read_cursor(key, "a", cursor) == [12, "x"]
    assert read_cursor(key, "b", cursor) is None
    assert read_cursor(b"o" * 32, "a", cursor) is None
    assert read_cursor(key, "a", cursor[:-2] + "AA") is None
    assert read_cursor(key, "a", "é pas du base64") is None
    assert read_cursor(key, "a", "") is None


def test_positions_are_those_of_known_communes_and_distances_those_of_the_sphere() -> None:
    assert set(positions()) <= set(communes())
    lille, arras = position_of_commune("59350"), position_of_commune("62041")
    assert distance_m(lille, arras) == pytest.approx(42_500, rel=0.05)
    assert distance_m(lille, lille) == 0
    assert distance_m(Position(0, 0), Position(0, 90)) == pytest.approx(10_007_543, rel=1e-4)
