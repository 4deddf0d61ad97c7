"""Which diagnosis counts, and what an acceptance does to the PASS IAE (``domaine/parcours.md`` §4.3, §5.3 to §5.5)."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from services.parcours.commands.classement import age_days, is_archivable, is_refusable
from services.parcours.domain.candidature import Candidature
from services.parcours.domain.delivrance import (
    Arrivee,
    afficher,
    carence_levee,
    delivrer,
    est_identifiee,
    fin_apres,
    finir_suspension,
    refus_d_entree,
)
from services.parcours.domain.dossier import (
    Dossier,
    Embauche,
    PassIae,
    Prolongation,
    Suspension,
    periodes_couvertes,
)
from services.parcours.domain.eligibilite import Diagnostic, fin_de_validite, remplaces, retenir
from services.parcours.domain.errors_pass import HorsCalendrier, Refuse, SansDiagnostic, ensure_none
from services.parcours.domain.pass_iae import fin_estimee, fin_repoussee
from services.parcours.domain.regles import Periode
from services.parcours.domain.transitions import ETATS
from shared.errors import BusinessError
from tests.factories.dossier import ELSEWHERE, HERE, PERSON, a_pass

JOUR = date(2024, 3, 1)


def a_diagnosis(auteur: str, jour: date, structure: UUID | None = None) -> Diagnostic:
    expire = fin_de_validite(auteur, jour) + timedelta(1)
    return Diagnostic(uuid4(), 1, PERSON, auteur, structure, None, jour, expire, b"")


def a_suspension(known: PassIae, debut: date, fin: date, motif: str = "CONTRACT_BROKEN") -> Suspension:
    return Suspension(uuid4(), 1, known.id, HERE, motif, debut, fin, False)


def hire(embauche: date = JOUR) -> Arrivee:
    return Arrivee(PERSON, HERE, embauche, JOUR)


BY_PRESCRIPTEUR = a_diagnosis("prescripteur_habilite", date(2024, 1, 1))
LATER = a_diagnosis("prescripteur_habilite", date(2024, 2, 1))
OWN = a_diagnosis("employeur", date(2024, 2, 15), HERE)
OTHERS = a_diagnosis("employeur", date(2024, 2, 20), ELSEWHERE)


def test_a_prescripteur_comes_first_then_the_latest_and_an_employer_only_for_itself() -> None:
    assert retenir([OWN, BY_PRESCRIPTEUR, OTHERS], HERE, JOUR, pass_valide=False) == BY_PRESCRIPTEUR
    assert retenir([BY_PRESCRIPTEUR, LATER, OWN], HERE, JOUR, pass_valide=False) == LATER
    assert retenir([OWN, OTHERS], HERE, JOUR, pass_valide=False) == OWN
    assert retenir([OTHERS], HERE, JOUR, pass_valide=True) is None
    assert retenir([], HERE, JOUR, pass_valide=True) is None


@pytest.mark.parametrize(("jour", "holds"), [(date(2024, 5, 16), True), (date(2024, 5, 17), False)])
def test_a_diagnosis_holds_until_the_eve_of_its_end_or_as_long_as_the_pass(
    *, jour: date, holds: bool
) -> None:
    assert OWN.expire_le == date(2024, 5, 17)
    assert (retenir([OWN], HERE, jour, pass_valide=False) == OWN) is holds
    assert retenir([OWN], HERE, jour, pass_valide=True) == OWN


def test_a_new_diagnosis_of_a_prescripteur_ends_the_former_that_very_day() -> None:
    (ended,) = remplaces([BY_PRESCRIPTEUR, OWN], JOUR)
    assert (ended.id, ended.version, ended.expire_le) == (BY_PRESCRIPTEUR.id, 2, JOUR)
    assert not ended.est_valide(JOUR)
    assert [each.id for each in remplaces([LATER], LATER.date_diagnostic)] == [LATER.id]
    assert remplaces([BY_PRESCRIPTEUR], BY_PRESCRIPTEUR.expire_le) == []
    assert remplaces([BY_PRESCRIPTEUR], date(2023, 12, 31)) == []


def test_without_a_pass_a_diagnosis_delivers_one_from_the_day_of_the_hire() -> None:
    identity = uuid4()
    given = delivrer(Dossier(diagnostics=[OWN]), hire(date(2024, 4, 1)), identity)
    assert given.pass_iae == PassIae(
        id=identity,
        version=1,
        personne_id=PERSON,
        numero=None,
        origine="default",
        date_debut=date(2024, 4, 1),
        date_fin=date(2026, 3, 31),
        annule=False,
        structure_id=HERE,
        diagnostic_id=OWN.id,
    )
    assert (given.change, given.diagnostic, given.suspension) == (True, OWN, None)
    with pytest.raises(SansDiagnostic):
        delivrer(Dossier(diagnostics=[OTHERS]), hire(), identity)


@pytest.mark.parametrize(
    ("nir", "motif", "identified"),
    [(True, "FORGOTTEN", True), (False, "FORGOTTEN", False), (False, "NOT_REGISTERED", True), (False, None, True)],
)  # fmt: skip
def test_a_pass_is_delivered_at_once_unless_both_numbers_are_missing(
    *, nir: bool, motif: str | None, identified: bool
) -> None:
    assert est_identifiee(nir=nir, motif_absence_france_travail=motif) is identified


def test_a_hire_of_somebody_without_a_number_waits_for_its_pass_but_not_for_one_that_is_there() -> None:
    unknown = replace(hire(), identifiee=False)
    given = delivrer(Dossier(diagnostics=[OWN]), unknown, uuid4())
    assert (given.pass_iae, given.diagnostic, given.change, given.a_la_main) == (None, OWN, False, True)
    with pytest.raises(SansDiagnostic):
        delivrer(Dossier(), unknown, uuid4())
    known = a_pass()
    reused = delivrer(Dossier(passes=[known]), unknown, uuid4())
    assert (reused.pass_iae, reused.a_la_main) == (known, False)


def test_an_old_agrement_that_covers_the_hire_is_enough() -> None:
    old = Dossier(agrements=[Periode(date(2022, 3, 2), JOUR)], diagnostics=[OWN])
    given = delivrer(old, hire(), uuid4())
    assert (given.pass_iae, given.diagnostic, given.change) == (None, OWN, False)
    old = replace(old, diagnostics=[])
    with pytest.raises(SansDiagnostic):
        delivrer(old, hire(JOUR + timedelta(1)), uuid4())


def test_a_valid_pass_is_used_again_without_any_diagnosis() -> None:
    known = a_pass()
    given = delivrer(Dossier(passes=[known]), hire(), uuid4())
    assert (given.pass_iae, given.change, given.diagnostic) == (known, False, None)
    expired = replace(OWN, expire_le=JOUR)
    assert delivrer(Dossier(passes=[known], diagnostics=[expired]), hire(), uuid4()).diagnostic == expired


def test_a_pass_that_starts_after_the_hire_is_brought_forward_with_its_full_length() -> None:
    known = a_pass(date(2024, 4, 10))
    given = delivrer(Dossier(passes=[known], diagnostics=[OWN]), hire(date(2024, 3, 20)), uuid4())
    assert given.diagnostic == OWN
    assert given.pass_iae is not None
    assert given.pass_iae.periode == Periode(date(2024, 3, 20), date(2026, 3, 19))
    assert (given.pass_iae.version, given.pass_iae.numero, given.change) == (2, known.numero, True)
    assert not delivrer(Dossier(passes=[known]), hire(date(2024, 4, 10)), uuid4()).change


@pytest.mark.parametrize(
    ("embauche", "end", "cancelled", "fin"),
    [
        (date(2024, 2, 1), date(2024, 3, 31), True, date(2024, 12, 30)),
        (date(2024, 2, 2), date(2024, 2, 1), False, date(2024, 12, 30)),
        (date(2024, 3, 1), date(2024, 2, 29), False, date(2025, 1, 27)),
        (date(2024, 3, 31), date(2024, 3, 30), False, date(2025, 2, 26)),
    ],
)
def test_a_hire_ends_the_suspension_on_its_eve(
    *, embauche: date, end: date, cancelled: bool, fin: date
) -> None:
    known = a_pass(date_fin=date(2024, 12, 30) + timedelta(59))
    suspension = a_suspension(known, date(2024, 2, 1), date(2024, 3, 31))
    dossier = Dossier(passes=[known], suspensions=[suspension], diagnostics=[OWN])
    given = delivrer(dossier, hire(embauche), uuid4())
    assert given.pass_iae is not None
    assert given.suspension is not None
    assert (given.change, given.diagnostic) == (True, OWN)
    assert (given.pass_iae.version, given.suspension.version) == (2, 2)
    assert given.pass_iae.date_fin == fin
    assert (given.suspension.date_fin, given.suspension.annulee) == (end, cancelled)
    ended = finir_suspension(suspension, embauche)
    assert (ended, fin_apres(known.date_fin, suspension, ended)) == (given.suspension, fin)


@pytest.mark.parametrize(
    ("motif", "embauche"), [("SICKNESS", date(2024, 3, 1)), ("CONTRACT_BROKEN", date(2024, 4, 1))]
)
def test_a_suspension_that_is_over_then_or_of_an_old_reason_stays(motif: str, embauche: date) -> None:
    known = a_pass()
    suspension = a_suspension(known, date(2024, 2, 1), date(2024, 3, 31), motif)
    given = delivrer(Dossier(passes=[known], suspensions=[suspension]), hire(embauche), uuid4())
    assert (given.pass_iae, given.change, given.suspension) == (known, False, None)


OVER = a_pass(date(2021, 10, 1))
"""Ends on 30 September 2023: carence until 30 September 2025."""


@pytest.mark.parametrize(
    ("jour", "kept_out"),
    [
        (date(2023, 9, 30), False),
        (date(2023, 10, 1), True),
        (date(2025, 9, 30), True),
        (date(2025, 10, 1), False),
    ],
)
def test_the_carence_keeps_out_for_two_years(*, jour: date, kept_out: bool) -> None:
    dossier = Dossier(passes=[OVER])
    codes = [refus.code for refus in refus_d_entree(dossier, jour, envoi_habilite=False)]
    assert codes == (["en_carence"] if kept_out else [])
    assert refus_d_entree(dossier, jour, envoi_habilite=True) == []


def test_an_old_agrement_that_still_runs_lets_in() -> None:
    still = Dossier(passes=[OVER], agrements=[Periode(date(2022, 3, 2), JOUR)])
    assert refus_d_entree(still, JOUR, envoi_habilite=False) == []
    assert refus_d_entree(still, JOUR + timedelta(1), envoi_habilite=False) != []
    ended = Dossier(passes=[OVER], agrements=[Periode(date(2022, 3, 2), JOUR - timedelta(1))])
    assert refus_d_entree(ended, JOUR, envoi_habilite=False) != []


def test_who_lifts_the_carence() -> None:
    for diagnostic, lifted in ((BY_PRESCRIPTEUR, True), (OWN, False), (OTHERS, False)):
        dossier = Dossier(passes=[OVER], diagnostics=[diagnostic])
        assert carence_levee(dossier, JOUR, envoi_habilite=False) is lifted
        assert (refus_d_entree(dossier, JOUR, envoi_habilite=False) == []) is lifted
    expired = Dossier(passes=[OVER], diagnostics=[BY_PRESCRIPTEUR])
    assert not carence_levee(expired, BY_PRESCRIPTEUR.expire_le, envoi_habilite=False)
    assert carence_levee(Dossier(), JOUR, envoi_habilite=True)


def test_a_suspension_of_an_old_reason_keeps_out_whoever_sends() -> None:
    known = a_pass()
    for motif, codes in (("SICKNESS", ["pass_suspendu"]), ("CONTRACT_SUSPENDED", [])):
        stopped = a_suspension(known, date(2024, 3, 1), date(2024, 3, 1), motif)
        dossier = Dossier(passes=[known], suspensions=[stopped])
        assert [r.code for r in refus_d_entree(dossier, JOUR, envoi_habilite=True)] == codes
        assert refus_d_entree(dossier, JOUR + timedelta(1), envoi_habilite=True) == []


def test_the_days_covered_leave_out_the_suspensions() -> None:
    known = Periode(date(2024, 1, 1), date(2024, 12, 31))
    first, second = Periode(date(2024, 1, 1), date(2024, 1, 31)), Periode(date(2024, 6, 1), date(2024, 6, 1))
    after = Periode(date(2024, 12, 20), date(2025, 3, 1))
    assert periodes_couvertes(known, []) == [known]
    assert periodes_couvertes(known, [second, first]) == [
        Periode(date(2024, 2, 1), date(2024, 5, 31)),
        Periode(date(2024, 6, 2), date(2024, 12, 31)),
    ]
    assert periodes_couvertes(known, [after]) == [Periode(date(2024, 1, 1), date(2024, 12, 19))]
    assert periodes_couvertes(known, [known]) == []
    but_last = Periode(known.debut, date(2024, 12, 30))
    assert periodes_couvertes(known, [but_last]) == [Periode(known.fin, known.fin)]


def test_a_dossier_tells_its_last_pass_hire_and_days_prolonged() -> None:
    known = a_pass()
    days = {"date_debut": known.date_fin, "date_fin": known.date_fin + timedelta(30), "demandee_le": JOUR}
    granted, pending, denied = (
        Prolongation(uuid4(), 1, known.id, HERE, "RQTH", etat=etat, **days)  # type: ignore[arg-type] # dates
        for etat in ("GRANTED", "PENDING", "DENIED")
    )
    other = replace(granted, id=uuid4(), pass_id=OVER.id, date_fin=granted.date_fin + timedelta(1))
    dossier = Dossier(
        passes=[known, OVER],
        prolongations=[granted, denied, pending, other],
        embauches=[Embauche(HERE, JOUR)],
        contrats=[Embauche(ELSEWHERE, JOUR + timedelta(1))],
    )
    assert (dossier.dernier_pass(), dossier.pass_valide(JOUR)) == (known, known)
    assert dossier.jours_prolonges(known.id) == 30
    assert dossier.demande_en_cours(known.id) == pending
    assert dossier.demande_en_cours(OVER.id) is None
    assert dossier.derniere_embauche() == Embauche(ELSEWHERE, JOUR + timedelta(1))
    later = Embauche(HERE, JOUR + timedelta(2))
    assert replace(dossier, embauches=[later]).derniere_embauche() == later
    assert (Dossier().derniere_embauche(), Dossier().dernier_pass(), Dossier().pass_valide(JOUR)) == (
        None,
    ) * 3


def test_the_suspensions_of_a_pass_are_told_oldest_first() -> None:
    known = a_pass()
    late, early = (a_suspension(known, debut, debut) for debut in (date(2024, 2, 1), date(2023, 2, 1)))
    other = a_suspension(OVER, date(2022, 2, 1), date(2022, 2, 1))
    dossier = Dossier(suspensions=[late, other, early])
    assert dossier.suspensions_de(known.id) == [early, late]


def test_a_pass_may_end_on_the_last_day_that_is_held() -> None:
    last = date(2999, 12, 31)
    assert fin_repoussee(last - timedelta(729), []) == last
    with pytest.raises(HorsCalendrier):
        fin_repoussee(last - timedelta(728), [])


def test_the_end_is_estimated_as_if_suspensions_stopped_today() -> None:
    known = Periode(date(2021, 3, 25), date(2023, 3, 24) + timedelta(74))
    stops = [Periode(date(2022, 3, 1), date(2022, 3, 6)), Periode(date(2022, 11, 1), date(2022, 12, 1))]
    jour = date(2022, 11, 22)
    assert fin_estimee(known, stops, jour) == jour + timedelta(186)
    assert fin_estimee(known, [], jour) == known.fin
    assert fin_estimee(known, [], date(2021, 1, 1)) == known.fin


def test_a_number_is_shown_in_groups() -> None:
    assert afficher("XXXXX0000001") == "XXXXX 00 00001"


def test_refusals_are_raised_alone_or_together() -> None:
    one, other = BusinessError("un"), BusinessError("deux", champ="c", correction="r", source="s")
    ensure_none([])
    with pytest.raises(BusinessError) as alone:
        ensure_none([one])
    assert alone.value is one
    with pytest.raises(Refuse) as both:
        ensure_none([one, other])
    assert both.value.faults == [
        {"champ": "", "code": "refus", "detail": "un", "correction": ""},
        {"champ": "c", "code": "refus", "detail": "deux", "correction": "r", "source": "s"},
    ]


@pytest.mark.parametrize("etat", ETATS)
def test_candidatures_are_refused_after_60_days_and_put_away_after_180(etat: str) -> None:
    sent = Candidature(
        uuid4(), 1, PERSON, HERE, "CANDIDAT", "SPONTANEE", None, date_orientation=JOUR, etat=etat
    )  # fmt: skip
    refusable = etat in {"new", "processing"}
    archivable = etat in {"new", "processing", "postponed", "refused", "cancelled", "obsolete"}
    for days in (59, 60, 179, 180):
        jour = JOUR + timedelta(days)
        assert is_refusable(sent, jour) is (refusable and days >= 60)
        assert is_archivable(sent, jour) is (archivable and days >= 180)
        away = replace(sent, archivee_le=JOUR)
        assert not is_refusable(away, jour)
        assert not is_archivable(away, jour)
    assert age_days(replace(sent, change_le=JOUR + timedelta(10)), JOUR + timedelta(12)) == 2
