"""Whatever a structure and a prescripteur do, in whatever order, a pathway stays within its invariants (parcours §12)."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.parcours.commands import fin_de_parcours as fin
from services.parcours.commands.decision import Attente, DecisionLine, decider_candidature
from services.parcours.commands.embauche import EmbaucheReporteeLine, Embauches, reporter_embauche
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
from services.parcours.domain import eligibilite
from services.parcours.domain import pass_iae as rules
from services.parcours.domain.candidature import PRESCRIPTEUR, Candidature
from services.parcours.domain.dossier import (
    GRANTED,
    PENDING,
    Dossier,
    Embauche,
    PassIae,
    Prolongation,
    Suspension,
)
from services.parcours.domain.habilitation import VALIDATED, Habilitation
from services.parcours.domain.prolongation import MOTIFS, fenetre, fenetre_ouverte
from services.parcours.domain.suspension import MOTIFS as MOTIFS_DE_SUSPENSION
from services.parcours.domain.suspension import chevauche
from services.parcours.queries.structure import Located, Structure
from shared.access.scopes import Scope
from shared.contracts.parcours import PassIaeAnnule, PassIaeFact
from shared.errors import BusinessError
from shared.writing import Change, Writer
from tests.factories.access import make_caller
from tests.factories.siret import make_siret

WHO, ORGANISATION = UUID(int=7), "FT-59-01"
HABILITATIONS = {ORGANISATION: [Habilitation(VALIDATED, None, None)]}
PLACES = [
    Structure(UUID(int=n), make_siret(n), kind, "59") for n, kind in enumerate(("ACI", "AI", "ETTI"), 1)
]
START = date(2022, 1, 3)
ENTITIES: dict[str, Any] = {
    "candidature": Candidature, "pass_iae": PassIae, "suspension": Suspension, "prolongation": Prolongation,
    "diagnostic": eligibilite.Diagnostic,
}  # fmt: skip
CALLER = make_caller(
    scopes=(Scope.PARCOURS_ECRITURE, Scope.PARCOURS_LECTURE),
    departements=("59",),
    organisations=(ORGANISATION,),
)
lasting = st.sampled_from([-1, 0, 10, 200, 500, 500, 1094, 1096])
places = st.sampled_from(PLACES)


class Pathway(RuleBasedStateMachine):
    """One person, three structures, one prescripteur; rows are stored as the database would."""

    def __init__(self) -> None:
        super().__init__()
        self.today = START
        self.rows: dict[str, dict[UUID, Any]] = {name: {} for name in ENTITIES}
        self.moved: set[UUID] = set()  # PASS IAE closed before their time
        self.told: dict[UUID, Any] = {}  # last fact of each PASS IAE
        self.granted: list[tuple[UUID, date]] = []  # prolongations as granted, and the last day before each

    @initialize(n=st.sampled_from([0, 0, 200, 400, 700, 800]), hire=st.sampled_from([0, 0, 30, 90]))
    def begin(self, n: int, hire: int) -> None:
        for place in PLACES:
            self.send(place)
        self.diagnose(None)
        known = self.all("candidature")[0]
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
        self.granted += [
            (known.id, self.rows["pass_iae"][known.pass_id].date_fin)
            for known in stored["prolongation"].values()
            if known.etat == GRANTED and known.id not in {each for each, _ in self.granted}
        ]
        facts = [fact.fact for fact in change.facts if isinstance(fact.fact, PassIaeFact)]
        assert len(facts) == len({fact.pass_id for fact in facts})  # invariant 8: one notice a change
        self.told |= {fact.pass_id: fact for fact in facts}
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

    def running(self) -> list[PassIae]:
        return [known for known in self.passes if rules.est_en_cours(known.periode, self.today)]

    def hires_to_come(self) -> list[Candidature]:
        hired = [known for known in self.all("candidature") if known.pass_id]
        return [known for known in hired if known.date_embauche >= self.today]

    def come_to_the_window(self, known: PassIae, side: int) -> None:
        """Come to a day around the first or the last on which a PASS IAE may be prolonged, if it is not past."""
        opens, closes = fenetre(known.date_fin)
        self.today = max(self.today, (opens if side < 2 else closes) + timedelta(side % 2 * 2 - 1))

    @rule(place=places)
    def send(self, place: Structure) -> None:
        sent = Candidature(
            id=uuid4(), version=1, personne_id=WHO, structure_id=place.id, origine=PRESCRIPTEUR,
            type_prescripteur="FT", organisation=ORGANISATION, date_orientation=self.today, etat="new",
        )  # fmt: skip
        self.rows["candidature"][sent.id] = sent

    @rule(place=st.none() | places)
    def diagnose(self, place: Structure | None) -> None:
        auteur = eligibilite.EMPLOYEUR if place else eligibilite.PRESCRIPTEUR_HABILITE
        made = eligibilite.Diagnostic(
            uuid4(), 1, WHO, auteur, place.id if place else None, None if place else ORGANISATION, self.today,
            eligibilite.fin_de_validite(auteur, self.today) + timedelta(1), b"",
        )  # fmt: skip
        ended = [] if place else eligibilite.remplaces(self.all("diagnostic"), self.today)
        for each in (*ended, made):
            self.rows["diagnostic"][each.id] = each

    @rule(
        data=st.data(),
        transition=st.sampled_from(["accept", "accept", "refuse", "cancel", "transfer", "reset"]),
        hire=st.sampled_from([-1, 0, 0, 10, 40, 190]),
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
        before = self.dossier
        if self.attempt(decider_candidature, line, self.attente) and transition == "accept":
            self._hired(known.id, before)

    def _hired(self, identity: UUID, before: Dossier) -> None:
        """Check what a hire does: the PASS IAE valid until then is used, and only then; all else that waited is over."""
        hired = self.rows["candidature"][identity]
        act = self.rows["pass_iae"][hired.pass_id]
        valid = before.pass_valide(self.today)
        assert act.id == valid.id if valid else act.version == 1
        assert act.date_debut <= hired.date_embauche <= act.date_fin
        assert not any(known.etat in {"new", "processing", "postponed"} for known in self.all("candidature"))
        current = self.dossier.suspension_en_cours(act.id, hired.date_embauche)
        assert current is None or not MOTIFS_DE_SUSPENSION[current.motif].valeur.levable

    @precondition(lambda self: self.hires_to_come())
    @rule(data=st.data(), n=st.sampled_from([-1, 0, 30, 31]))
    def postpone_hire(self, data: st.DataObject, n: int) -> None:
        line = EmbaucheReporteeLine(
            candidature=data.draw(st.sampled_from(self.hires_to_come())).id,
            date_embauche=self.today + timedelta(n),
        )
        context = Embauches(self.rows["candidature"], Located(PLACES), {WHO: self.dossier})
        self.attempt(reporter_embauche, line, context)

    @precondition(lambda self: self.passes)
    @rule(data=st.data(), really=st.sampled_from([False, False, False, True]))
    def cancel_pass(self, data: st.DataObject, *, really: bool) -> None:
        if not really:  # else hardly any pathway grows old
            return
        known = data.draw(st.sampled_from(self.passes))
        context = fin.Annulables(self.owners("pass_iae"), {WHO: self.dossier}, self.rows["candidature"])
        self.attempt(fin.annuler_pass, fin.AnnulationLine(pass_iae=known.id), context)

    @precondition(lambda self: self.running())
    @rule(
        data=st.data(), start=st.sampled_from([-366, -30, -5, 0, 0, 0, 1]), length=lasting,
        motif=st.sampled_from(["CONTRACT_BROKEN", "CONTRAT_PASSERELLE"]),
    )  # fmt: skip
    def suspend(self, data: st.DataObject, start: int, length: int, motif: Any) -> None:
        known = data.draw(st.sampled_from(self.running()))
        first = self.today + timedelta(start)
        line = SuspensionLine(
            pass_iae=known.id, date_debut=first, date_fin=first + timedelta(length), motif=motif
        )
        if self.attempt(suspendre, line, self.employeurs("pass_iae")):
            assert self.dossier.suspension_en_cours(known.id, first)

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
        length=st.sampled_from([0, 1, 300, 365, 365, 365, 366]),
        side=st.sampled_from([None, 0, 1, 1, 1, 2, 3]),
        times=st.sampled_from([1, 1, 6]),
        motif=st.sampled_from(
            ["COMPLETE_TRAINING", "PARTICULAR_DIFFICULTIES", "RQTH", "SENIOR", "SENIOR_CDI"]
        ),
    )
    def prolong(
        self, data: st.DataObject, place: Structure, length: int, side: int | None, times: int, motif: Any
    ) -> None:
        identity = data.draw(st.sampled_from(self.passes)).id
        asked = MOTIFS[motif].valeur.prescripteur
        for _ in range(times):
            known = self.rows["pass_iae"][identity]
            if side is not None:
                self.come_to_the_window(known, side)
            line = ProlongationLine(
                pass_iae=identity, siret=place.siret, date_fin=known.date_fin + timedelta(length), motif=motif,
                organisation=ORGANISATION if asked else None,
            )  # fmt: skip
            context = Demandes(self.owners("pass_iae"), {WHO: self.dossier}, Located(PLACES), HABILITATIONS)
            if not self.attempt(prolonger, line, context):
                return
            assert fenetre_ouverte(known.date_fin, self.today)
            waiting = self.dossier.demande_en_cours(identity)
            if waiting and times > 1:
                self.reply(waiting, granted=True)

    @precondition(lambda self: self.rows["prolongation"])
    @rule(data=st.data(), granted=st.sampled_from([True, True, False]))
    def answer(self, data: st.DataObject, *, granted: bool) -> None:
        made = self.all("prolongation")
        waiting = [known for known in made if known.etat == PENDING]
        self.reply(data.draw(st.sampled_from(waiting or made)), granted=granted)

    def reply(self, known: Prolongation, *, granted: bool) -> None:
        line = ReponseLine(
            prolongation=known.id, accordee=granted, motif_refus=None if granted else "DURATION"
        )
        context = Demandes(self.owners("prolongation"), {WHO: self.dossier}, Located(()), HABILITATIONS)
        self.attempt(repondre, line, context)

    @precondition(lambda self: self.passes)
    @rule(data=st.data(), start=st.integers(-2, 250))
    def postpone_start(self, data: st.DataObject, start: int) -> None:
        known = data.draw(st.sampled_from(self.passes))
        line = fin.ReportLine(pass_iae=known.id, date_debut=self.today + timedelta(start))
        self.attempt(fin.reporter_pass, line, self.employeurs("pass_iae"))

    @precondition(lambda self: self.dossier.suspensions)
    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        known = data.draw(st.sampled_from(self.passes))
        if self.attempt(fin.clore_pass, fin.ClotureLine(pass_iae=known.id), self.employeurs("pass_iae")):
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
            assert all(known.date_debut <= stop.debut <= self.today for stop in stops)

    @invariant()
    def a_prolongation_starts_on_the_last_day_under_the_ceiling_of_its_reason(self) -> None:
        days: Counter[UUID] = Counter()
        for identity, last in self.granted:
            known = self.rows["prolongation"][identity]
            days[known.pass_id] += (known.date_fin - known.date_debut).days
            ceiling = MOTIFS[known.motif].valeur.cumul
            assert known.date_debut == last
            assert ceiling is None or days[known.pass_id] <= ceiling

    @invariant()
    def one_request_waits_at_most(self) -> None:
        waiting = Counter(known.pass_id for known in self.all("prolongation") if known.etat == PENDING)
        assert all(count == 1 for count in waiting.values())

    @invariant()
    def a_hire_rests_on_an_act_of_its_own_that_is_not_cancelled(self) -> None:
        alive = {known.id for known in self.passes}
        assert {known.pass_id for known in self.all("candidature") if known.pass_id} <= alive

    @invariant()
    def what_is_told_of_a_pass_is_what_is_stored(self) -> None:
        for known in self.all("pass_iae"):
            told = self.told[known.id]
            assert (told.date_debut, told.date_fin) == known.periode
            assert isinstance(told, PassIaeAnnule) is known.annule
            stops = [] if known.annule else [each.periode for each in self.dossier.suspensions_de(known.id)]
            assert [(days.debut, days.fin) for days in told.suspensions] == stops

    @invariant()
    def only_what_is_accepted_has_an_act(self) -> None:
        for known in self.all("candidature"):
            acts = (known.pass_id, known.diagnostic_id, known.date_embauche)
            assert known.etat == "accepted" or acts == (None, None, None)

    @invariant()
    def the_last_prescriber_prevails(self) -> None:
        made = [
            known for known in self.all("diagnostic") if known.auteur == eligibilite.PRESCRIPTEUR_HABILITE
        ]
        held = [known for known in made if known.est_valide(self.today)]
        if held:
            best = eligibilite.retenir(self.all("diagnostic"), PLACES[0].id, self.today, pass_valide=False)
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
    max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestAPathwayWhateverIsDone = Pathway.TestCase
