"""Rules of the instances of governance: who sits, when, and what a séance may decide."""

from datetime import date
from decimal import Decimal

import pytest

from services.structures.domain import gouvernance as g
from shared.errors import BusinessError

VOIX = {"DDETS-59": True, "CD-59": True, "FT-59": True, "INVITE": False}
JOUR = date(2017, 6, 9)


@pytest.mark.parametrize(
    ("etat", "acte", "apres"),
    [
        ("CONVOQUEE", "ouvrir", "OUVERTE"),
        ("CONVOQUEE", "annuler", "ANNULEE"),
        ("OUVERTE", "clore", "CLOSE"),
        *((etat, "ouvrir", None) for etat in ("OUVERTE", "CLOSE", "ANNULEE")),
        *((etat, "clore", None) for etat in ("CONVOQUEE", "CLOSE", "ANNULEE")),
        *((etat, "annuler", None) for etat in ("OUVERTE", "CLOSE", "ANNULEE")),
    ],
)
def test_a_seance_goes_from_state_to_state_by_the_table(etat: str, acte: str, apres: str | None) -> None:
    if apres:
        assert g.etat_apres(etat, acte) == apres
    else:
        assert refusal(lambda: g.etat_apres(etat, acte)) == "acte_interdit"


@pytest.mark.parametrize(
    ("acte", "champ"), [("ouvrir", "conclusions"), ("clore", "motif_annulation"), ("annuler", "presents")]
)
def test_nothing_that_an_act_leaves_aside_comes_with_it(acte: str, champ: str) -> None:
    g.verifier_pieces(acte, g.PIECES[acte])
    assert refusal(lambda: g.verifier_pieces(acte, [champ])) == "acte_interdit"


@pytest.mark.parametrize(("departement", "code"), [("59", None), ("62", "objet_hors_competence")])
def test_an_instance_examines_the_structures_of_its_territory(departement: str, code: str | None) -> None:
    assert refusal(lambda: g.verifier_ressort("CDIAE", departement, ["59"])) == code


@pytest.mark.parametrize(
    ("nature", "maille", "territoire", "covered"),
    [
        ("CDIAE", "DEPARTEMENT", "59", ("59",)),
        ("CAR_IAE", "REGION", "32", ("02", "59", "60", "62", "80")),
        ("CONFERENCE_FINANCEURS", "DEPARTEMENT", "62", ("62",)),
        ("CDIAE", "REGION", "32", None),
        ("CAR_IAE", "DEPARTEMENT", "59", None),
        ("CDIAE", "DEPARTEMENT", "00", None),
    ],
)
def test_an_instance_sits_at_its_own_level(
    nature: str, maille: str, territoire: str, covered: tuple[str, ...] | None
) -> None:
    if covered:
        assert sorted(g.departements_de(nature, maille, territoire)) == list(covered)
    else:
        assert refusal(lambda: g.departements_de(nature, maille, territoire)) == "territoire_inconnu"


@pytest.mark.parametrize(
    ("presents", "votes"),
    [([], 0), (["CD-59"], 1), (["CD-59", "CD-59", "INVITE"], 1), (["CD-59", "FT-59", "DDETS-59"], 3)],
)
def test_an_organisation_has_one_vote_and_a_guest_none(presents: list[str], votes: int) -> None:
    assert g.voix_presentes(VOIX, presents) == votes


def test_who_is_no_member_is_not_counted_there() -> None:
    assert refusal(lambda: g.voix_presentes(VOIX, ["CD-62"])) == "organisation_non_membre"


@pytest.mark.parametrize(
    ("organisations", "quorum", "code"),
    [
        (list(VOIX), 3, None),
        (list(VOIX), 4, "quorum_impossible"),
        ([*VOIX, "CD-59"], 2, "organisation_en_double"),
    ],
)
def test_a_composition_can_reach_its_quorum(organisations: list[str], quorum: int, code: str | None) -> None:
    assert refusal(lambda: g.verifier_composition(VOIX, organisations, quorum)) == code


@pytest.mark.parametrize(("day", "code"), [(26, None), (27, "delai_de_convocation")])
def test_a_convocation_leaves_the_delay_of_the_instance(day: int, code: str | None) -> None:
    assert refusal(lambda: g.verifier_convocation(date(2017, 5, day), JOUR, 14)) == code


@pytest.mark.parametrize(
    ("etat", "day", "code"),
    [
        ("CONVOQUEE", 26, None),
        ("CONVOQUEE", 27, "ordre_du_jour_arrete"),
        ("OUVERTE", 26, "ordre_du_jour_arrete"),
        ("ANNULEE", 26, "ordre_du_jour_arrete"),
    ],
)
def test_the_agenda_closes_with_the_delay_of_the_convocation(etat: str, day: int, code: str | None) -> None:
    assert refusal(lambda: g.verifier_inscription(etat, date(2017, 5, day), JOUR, 14)) == code


@pytest.mark.parametrize(
    ("nature", "objet", "etp", "montant", "code"),
    [
        ("CDIAE", "CONVENTION", "4.5", None, None),
        ("CDIAE", "FDI", "0", "12000", None),
        ("CDIAE", "FDI", "1", "12000", "demande_incoherente"),
        ("CDIAE", "FDI", "0", None, "demande_incoherente"),
        ("CDIAE", "ANNEXE", "1", "12000", "demande_incoherente"),
        ("CTA", "CONVENTION", "4.5", None, "objet_hors_competence"),
        ("CAR_IAE", "FDI", "0", "12000", "objet_hors_competence"),
    ],
)
def test_an_instance_examines_what_is_its_business(
    nature: str, objet: str, etp: str, montant: str | None, code: str | None
) -> None:
    amount = Decimal(montant) if montant else None
    assert refusal(lambda: g.verifier_demande(nature, objet, Decimal(etp), amount)) == code


@pytest.mark.parametrize(
    ("etat", "quorum", "code"),
    [
        ("OUVERTE", True, None),
        ("OUVERTE", False, "quorum_non_atteint"),
        ("CONVOQUEE", None, "acte_interdit"),
        ("CLOSE", True, "acte_interdit"),
    ],
)
def test_a_seance_gives_an_opinion_only_while_open_with_its_quorum(
    etat: str, *, quorum: bool | None, code: str | None
) -> None:
    assert refusal(lambda: g.verifier_avis(etat, quorum_atteint=quorum)) == code


@pytest.mark.parametrize(
    ("accorde", "demande", "code"),
    [
        (None, None, None),
        ("10", "10", None),
        ("0", "10", None),
        ("10.01", "10", "montant_accorde_superieur"),
        (None, "10", "demande_incoherente"),
        ("10", None, "demande_incoherente"),
    ],
)
def test_an_amount_is_granted_where_asked_and_not_more(
    accorde: str | None, demande: str | None, code: str | None
) -> None:
    amounts = [Decimal(text) if text else None for text in (accorde, demande)]
    assert refusal(lambda: g.verifier_montant(*amounts)) == code


@pytest.mark.parametrize(
    ("suites", "sans_avis", "quorum", "code"),
    [
        ({"2017-1": "POURSUITE"}, 0, True, None),
        ({"2017-1": "POURSUITE"}, 2, True, "dossiers_sans_avis"),
        ({"2017-1": "POURSUITE"}, 2, False, None),
        ({}, 0, True, "situations_sans_suite"),
        ({"2017-1": "POURSUITE", "2017-2": "POURSUITE"}, 0, True, "situation_inconnue"),
    ],
)
def test_a_seance_closes_when_all_is_settled(
    suites: dict[str, str], sans_avis: int, *, quorum: bool, code: str | None
) -> None:
    situations = [{"numero": "2017-1", "refus": 2}]
    assert refusal(lambda: g.verifier_cloture(situations, suites, sans_avis, quorum_atteint=quorum)) == code


@pytest.mark.parametrize(
    ("nature", "textes", "code"),
    [("CTA", ["Situation de…"], "texte_interdit"), ("CTA", [], None), ("CDIAE", ["Diagnostic"], None)],
)
def test_a_cta_writes_no_text_in_which_a_person_could_be_told(
    nature: str, textes: list[str], code: str | None
) -> None:
    assert refusal(lambda: g.verifier_textes(nature, "questions", textes)) == code


def test_a_seance_does_not_open_before_its_day() -> None:
    assert refusal(lambda: g.verifier_ouverture(date(2017, 6, 8), JOUR)) == "seance_a_venir"
    assert refusal(lambda: g.verifier_ouverture(JOUR, JOUR)) is None


def refusal(rule: object) -> str | None:
    """The code of the refusal that a rule raises, if any."""
    try:
        rule()  # type: ignore[operator] # a function without argument
    except BusinessError as error:
        return error.code
    return None
