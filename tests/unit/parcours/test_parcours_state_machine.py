"""Whatever a structure and a prescripteur do, in whatever order, a pathway stays within its invariants (parcours §12)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.parcours.commands.decision import Attente, DecisionLine, decider_candidature
from services.parcours.commands.fin_de_parcours import ClotureLine, ReportLine, clore_pass, reporter_pass
from services.parcours.commands.prolongation import (
    Demandes,
    ProlongationLine,
    ReponseLine,
    prolonger,
    repondre,
)
from services.parcours.commands.suspension import (
    Employeurs,
    RepriseLine,
    SuspensionLine,
    reprendre,
    suspendre,
)
from services.parcours.domain import pass_iae as rules
from services.parcours.domain.candidature import PRESCRIPTEUR, Candidature
from services.parcours.domain.dossier import (
    GRANTED,
    Dossier,
    Embauche,
    PassIae,
    Prolongation,
    Suspension,
)
from services.parcours.domain.eligibilite import (
    EMPLOYEUR,
    PRESCRIPTEUR_HABILITE,
    Diagnostic,
    fin_de_validite,
    remplaces,
    retenir,
)
from services.parcours.domain.prolongation import MOTIFS
from services.parcours.domain.suspension import chevauche
from services.parcours.queries.structure import Located, Structure
from shared.access.scopes import Scope
from shared.errors import BusinessError
from shared.writing import Change, Writer
from tests.factories.access import make_caller
from tests.factories.siret import make_siret

WHO, ORGANISATION = UUID(int=7), "FT-59-01"
PLACES = [
    Structure(UUID(int=n), make_siret(n), kind, "59") for n, kind in enumerate(("ACI", "AI", "ETTI"), 1)
]
START = date(2022, 1, 3)
ENTITIES: dict[str, Any] = {
    "candidature": Candidature, "pass_iae": PassIae, "suspension": Suspension, "prolongation": Prolongation,
    "diagnostic": Diagnostic,
}  # fmt: skip
CALLER = make_caller(
    scopes=(Scope.PARCOURS_ECRITURE, Scope.PARCOURS_LECTURE),
    departements=("59",),
    organisations=(ORGANISATION,),
)
lasting = st.sampled_from([-1, 0, 10, 200, 500, 1094, 1096])
places = st.sampled_from(PLACES)


class Pathway(RuleBasedStateMachine):
    """One person, three structures, one prescripteur; rows are stored as the database would."""

    def __init__(self) -> None:
        super().__init__()
        self.today = START
        self.rows: dict[str, dict[UUID, Any]] = {name: {} for name in ENTITIES}
        self.moved: set[UUID] = set()  # PASS IAE closed before their time

    @initialize(n=st.sampled_from([0, 200, 400, 700, 800]), hire=st.sampled_from([0, 0, 30]))
    def begin(self, n: int, hire: int) -> None:
        self.send(PLACES[0])
        self.diagnose(None)
        (known,) = self.all("candidature")
        first = self.today + timedelta(hire)
        line = DecisionLine(candidature=known.id, transition="accept", date_embauche=first)
        assert self.attempt(decider_candidature, line, self.attente)
        self.wait(n)

    # What is stored, as the queries read it.

    def all(self, name: str) -> list[Any]:
        return list(self.rows[name].values())

    @property
    def passes(self) -> list[PassIae]:
        return [known for known in self.all("pass_iae") if not known.annule]

    @property
    def dossier(self) -> Dossier:
        alive = {known.id for known in self.passes}
        hires = [
            Embauche(known.structure_id, known.date_embauche or known.date_suite)
            for known in self.all("candidature")
            if known.etat == "accepted"
        ]
        return Dossier(
            self.passes,
            [s for s in self.all("suspension") if not s.annulee and s.pass_id in alive],
            [p for p in self.all("prolongation") if p.pass_id in alive],
            self.all("diagnostic"),
            hires,
        )

    def attempt(self, decide: Callable[[Any, Any, Writer], Change], line: Any, context: Any) -> bool:
        """Decide and store; nothing is stored of what a rule, or a constraint of the database, refuses."""
        writer = Writer(CALLER, b"", today=self.today)
        try:
            change = decide(line, context, writer)
        except BusinessError:
            return False
        stored = {name: dict(rows) for name, rows in self.rows.items()}
        for table, row in change.rows:
            given = {"numero": "XXXXX0000001", **row}  # the default of the column
            entity = ENTITIES[table.name](**{name: given[name] for name in ENTITIES[table.name].__slots__})
            known = stored[table.name].get(entity.id)
            assert entity.version == (known.version + 1 if known else 1)
            stored[table.name][entity.id] = entity
        live = [known for known in stored["pass_iae"].values() if not known.annule]
        if any(chevauche(a.periode, b.periode) for a in live for b in live if a.id < b.id):
            return False  # ex_pass_iae_concurrent
        self.rows = stored
        return True

    def owners(self, name: str) -> dict[UUID, UUID]:
        return {known.id: WHO for known in self.all(name)}

    def employeurs(self, name: str) -> Employeurs:
        return Employeurs(self.owners(name), {WHO: self.dossier}, Located(PLACES))

    @property
    def attente(self) -> Attente:
        return Attente(self.rows["candidature"], Located(PLACES), {}, {}, {WHO: self.dossier}, {})

    # What people do.

    @rule(n=st.sampled_from([1, 30, 200, 370]))
    def wait(self, n: int) -> None:
        self.today += timedelta(n)

    @rule(place=places)
    def send(self, place: Structure) -> None:
        sent = Candidature(
            id=uuid4(), version=1, personne_id=WHO, structure_id=place.id, origine=PRESCRIPTEUR,
            type_prescripteur="FT", organisation=ORGANISATION, date_orientation=self.today, etat="new",
        )  # fmt: skip
        self.rows["candidature"][sent.id] = sent

    @rule(place=st.none() | places)
    def diagnose(self, place: Structure | None) -> None:
        auteur = EMPLOYEUR if place else PRESCRIPTEUR_HABILITE
        made = Diagnostic(
            uuid4(), 1, WHO, auteur, place.id if place else None, None if place else ORGANISATION, self.today,
            fin_de_validite(auteur, self.today) + timedelta(1), b"",
        )  # fmt: skip
        ended = [] if place else remplaces(self.all("diagnostic"), self.today)
        for each in (*ended, made):
            self.rows["diagnostic"][each.id] = each

    @rule(
        data=st.data(),
        transition=st.sampled_from(["accept", "accept", "refuse", "cancel", "transfer", "reset"]),
        hire=st.integers(-2, 200),
        place=places,
    )
    def decide(self, data: st.DataObject, transition: Any, hire: int, place: Structure) -> None:
        known = data.draw(st.sampled_from(self.all("candidature")))
        line = DecisionLine(
            candidature=known.id,
            transition=transition,
            motif_refus="other" if transition == "refuse" else None,
            date_embauche=self.today + timedelta(hire) if transition == "accept" else None,
            siret=place.siret if transition == "transfer" else None,
        )
        self.attempt(decider_candidature, line, self.attente)

    @precondition(lambda self: self.passes)
    @rule(
        data=st.data(), start=st.sampled_from([-366, -30, -5, 0, 1]), length=lasting,
        motif=st.sampled_from(["CONTRACT_BROKEN", "CONTRAT_PASSERELLE"]),
    )  # fmt: skip
    def suspend(self, data: st.DataObject, start: int, length: int, motif: Any) -> None:
        known = data.draw(st.sampled_from(self.passes))
        first = self.today + timedelta(start)
        line = SuspensionLine(
            pass_iae=known.id, date_debut=first, date_fin=first + timedelta(length), motif=motif
        )
        if self.attempt(suspendre, line, self.employeurs("pass_iae")):
            assert first <= self.today  # invariant 2: never in the future

    @precondition(lambda self: self.dossier.suspensions)
    @rule(data=st.data(), after=st.sampled_from([-1, 0, 1, 9, 100]))
    def resume(self, data: st.DataObject, after: int) -> None:
        known = data.draw(st.sampled_from(self.dossier.suspensions))
        line = RepriseLine(suspension=known.id, premier_jour=known.date_debut + timedelta(after))
        self.attempt(reprendre, line, self.employeurs("suspension"))

    @precondition(lambda self: self.passes)
    @rule(
        data=st.data(),
        place=st.just(PLACES[0]) | places,
        length=st.sampled_from([0, 1, 300, 365, 366]),
        motif=st.sampled_from(["COMPLETE_TRAINING", "PARTICULAR_DIFFICULTIES", "RQTH", "SENIOR"]),
    )
    def prolong(self, data: st.DataObject, place: Structure, length: int, motif: Any) -> None:
        known = data.draw(st.sampled_from(self.passes))
        asked = MOTIFS[motif].valeur.prescripteur
        line = ProlongationLine(
            pass_iae=known.id, siret=place.siret, date_fin=known.date_fin + timedelta(length), motif=motif,
            organisation=ORGANISATION if asked else None,
        )  # fmt: skip
        context = Demandes(self.owners("pass_iae"), {WHO: self.dossier}, Located(PLACES))
        self._prolonged(known.id, lambda: self.attempt(prolonger, line, context))

    @precondition(lambda self: self.rows["prolongation"])
    @rule(data=st.data(), granted=st.booleans())
    def answer(self, data: st.DataObject, *, granted: bool) -> None:
        known = data.draw(st.sampled_from(self.all("prolongation")))
        line = ReponseLine(
            prolongation=known.id, accordee=granted, motif_refus=None if granted else "DURATION"
        )
        context = Demandes(self.owners("prolongation"), {WHO: self.dossier}, Located(()))
        self._prolonged(known.pass_id, lambda: self.attempt(repondre, line, context))

    def _prolonged(self, pass_id: UUID, act: Callable[[], bool]) -> None:
        """Check invariants 3 and 4 of what an act grants: it starts on the last day, under the ceiling of its reason."""
        end, before = self.rows["pass_iae"][pass_id].date_fin, self._granted()
        act()
        for identity in self._granted().keys() - before.keys():
            granted = self.rows["prolongation"][identity]
            assert granted.date_debut == end
            ceiling = MOTIFS[granted.motif].valeur.cumul
            assert ceiling is None or self.dossier.jours_prolonges(pass_id) <= ceiling

    def _granted(self) -> dict[UUID, Prolongation]:
        return {known.id: known for known in self.all("prolongation") if known.etat == GRANTED}

    @precondition(lambda self: self.passes)
    @rule(data=st.data(), start=st.integers(-2, 250))
    def postpone_start(self, data: st.DataObject, start: int) -> None:
        known = data.draw(st.sampled_from(self.passes))
        line = ReportLine(pass_iae=known.id, date_debut=self.today + timedelta(start))
        self.attempt(reporter_pass, line, self.employeurs("pass_iae"))

    @precondition(lambda self: self.passes)
    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        known = data.draw(st.sampled_from(self.passes))
        if self.attempt(clore_pass, ClotureLine(pass_iae=known.id), self.employeurs("pass_iae")):
            self.moved.add(known.id)

    # What always holds.

    @invariant()
    def one_pass_valid_or_to_come(self) -> None:
        assert sum(rules.est_valide(known.periode, self.today) for known in self.passes) <= 1

    @invariant()
    def suspensions_never_overlap(self) -> None:
        for known in self.passes:
            stops = [each.periode for each in self.dossier.suspensions_de(known.id)]
            assert not any(chevauche(a, b) for n, a in enumerate(stops) for b in stops[n + 1 :])

    @invariant()
    def only_what_is_accepted_has_an_act(self) -> None:
        for known in self.all("candidature"):
            acts = (known.pass_id, known.diagnostic_id, known.date_embauche)
            assert known.etat == "accepted" or acts == (None, None, None)

    @invariant()
    def the_last_prescriber_prevails(self) -> None:
        made = [known for known in self.all("diagnostic") if known.auteur == PRESCRIPTEUR_HABILITE]
        held = [known for known in made if known.est_valide(self.today)]
        if held:
            best = retenir(self.all("diagnostic"), PLACES[0].id, self.today, pass_valide=False)
            assert best is not None
            assert best.date_diagnostic == max(known.date_diagnostic for known in made)
        assert len(held) <= 1

    @invariant()
    def the_end_is_the_start_and_what_was_added(self) -> None:
        for known in self.passes:
            if known.id in self.moved:
                continue
            stops = sum(rules.jours_ajoutes(s.periode) for s in self.dossier.suspensions_de(known.id))
            added = stops + self.dossier.jours_prolonges(known.id)
            assert known.date_fin == rules.fin_de_droit_commun(known.date_debut) + timedelta(added)


Pathway.TestCase.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestAPathwayWhateverIsDone = Pathway.TestCase
