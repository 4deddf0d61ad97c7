"""Any order of commitments, payments and movements, drawn by Hypothesis: sums balance and no envelope is broken."""

import asyncio
from collections.abc import Coroutine
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.funding.commands.annexe import ANNEXES, AnnexeLine
from services.funding.commands.avenant import AVENANTS, AvenantLine
from services.funding.commands.cofinancement import COFINANCEMENTS, CofinancementLine
from services.funding.commands.enveloppe import ENVELOPPES, MOUVEMENTS, EnveloppeLine, MouvementLine
from services.funding.commands.etat_annexe import ETATS_ANNEXES, EtatLine
from services.funding.commands.redeploiement import (
    APPLICATIONS,
    DECISIONS,
    REDEPLOIEMENTS,
    ApplicationLine,
    DecisionLine,
    PropositionLine,
)
from services.funding.commands.versement import (
    CONTREPASSATIONS,
    VERSEMENTS,
    ContrepassationLine,
    VersementLine,
)
from services.funding.tables import tables
from shared.db import create_engine
from shared.writing import Accepted, Line, Nature, Writer, write_batch
from tests.conftest import Databases
from tests.factories.funding import make_envelope, make_structure, receive
from tests.factories.siret import make_siret
from tests.factories.tokens import make_caller

T = TypeVar("T")
SUMS = text("select notifie, abondements, retraits, engage from enveloppe where id = :id")
ON_ANNEXE = text("""
    select coalesce(sum(e.montant), 0) from ecriture e join versement v on v.id = e.versement_id
    where e.compte = 'ANNEXE' and v.annexe_id = any(cast(:ids as uuid[]))
""")
WHOLE = text("select coalesce(sum(montant), 0) from ecriture")
REPLACED_BY = text("select id from annexe_financiere where avenant_de = :id")
ETP = st.integers(0, 30)
EUROS = st.integers(1, 40_000)
_years, _numbers = count(2000), count(1)


class Machine(RuleBasedStateMachine):
    """One envelope of a year of its own, annexes at 1 000 € an ETP."""

    loop: asyncio.AbstractEventLoop
    engine: AsyncEngine

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(asyncio.wait_for(work, 30))

    def write(self, nature: Nature[Any, Any], line: Line) -> UUID | None:
        """Write one line; return what it made, None when it is refused."""
        writer = Writer(make_caller(), b"test")
        (outcome,), _ = self.run(write_batch(self.engine.begin, tables.write, nature, [line], writer))
        return outcome.identity if isinstance(outcome, Accepted) else None

    @initialize(montant=EUROS)
    def begin(self, montant: int) -> None:
        self.year = next(_years)
        self.credits = Decimal(montant)
        self.annexes: dict[UUID, tuple[str, int, Decimal]] = {}  # number, euros, cofunded
        self.every: list[UUID] = []
        self.paid: dict[UUID, int] = {}
        line = EnveloppeLine.model_validate(
            {
                "niveau": "DEPARTEMENTAL",
                "territoire": "59",
                "annee": self.year,
                "nature": "AIDE_POSTE",
                "montant": str(montant),
            }
        )
        identity = self.write(ENVELOPPES, line)
        assert identity
        self.envelope = identity

    @property
    def engaged(self) -> Decimal:
        return sum((euros - cofunded for _, euros, cofunded in self.annexes.values()), Decimal(0))

    @rule(etp=ETP)
    def record(self, etp: int) -> None:
        numero = f"AUT05917{next(_numbers):04d}A0M0"
        line = AnnexeLine.model_validate(
            {
                "numero": numero, "siret": make_siret(3), "type_structure": "AUTRE", "mesure": "AUTRE", "etat": "VALIDE",
                "date_debut": f"{self.year}-01-01", "date_fin": f"{self.year}-12-31", "etp": str(etp),
                "heures_par_etp": "1820", "montant_unitaire": "1000", "montant_socle": f"{etp * 1000}",
            }
        )  # fmt: skip
        identity = self.write(ANNEXES, line)
        assert (identity is not None) == (self.engaged + etp * 1000 <= self.credits)
        if identity:
            self.annexes[identity] = (numero, etp * 1000, Decimal(0))
            self.every.append(identity)

    @precondition(lambda self: self.annexes)
    @rule(data=st.data(), etp=ETP)
    def modify(self, data: st.DataObject, etp: int) -> None:
        annexe = data.draw(st.sampled_from(sorted(self.annexes)))
        numero, euros, cofunded = self.annexes[annexe]
        line = AvenantLine.model_validate(
            {"annexe": str(annexe), "nature": "MODIFICATION", "etp": str(etp), "motif": "Essai"}
        )
        fits = self.engaged + etp * 1000 - euros <= self.credits
        allowed = fits and cofunded <= etp * 1000 and numero[-1] != "9"
        identity = self.write(AVENANTS, line)
        assert (identity is not None) == allowed
        if identity:
            del self.annexes[annexe]
            self.annexes[identity] = (f"{numero[:-1]}{int(numero[-1]) + 1}", etp * 1000, cofunded)
            self.every.append(identity)

    @precondition(lambda self: self.annexes)
    @rule(data=st.data(), montant=EUROS, financeur=st.sampled_from(["FSE", "PLIE"]))
    def cofund(self, data: st.DataObject, montant: int, financeur: str) -> None:
        annexe = data.draw(st.sampled_from(sorted(self.annexes)))
        numero, euros, cofunded = self.annexes[annexe]
        line = CofinancementLine.model_validate(
            {
                "annexe": str(annexe),
                "financeur": financeur,
                "montant": str(montant),
                "date_accord": f"{self.year}-02-01",
            }
        )
        if self.write(COFINANCEMENTS, line):
            self.annexes[annexe] = (numero, euros, cofunded + montant)
            assert cofunded + montant <= euros

    @precondition(lambda self: len(self.annexes) > 1)
    @rule(data=st.data(), taken=st.integers(1, 30), given=st.integers(1, 30))
    def move_etp(self, data: st.DataObject, taken: int, given: int) -> None:
        pair = data.draw(st.permutations(sorted(self.annexes)))[:2]
        lignes = [
            {"annexe": str(annexe), "sens": sens, "etp": str(etp)}
            for annexe, sens, etp in zip(pair, ("RETRAIT", "ATTRIBUTION"), (taken, given), strict=True)
        ]
        proposed = self.write(
            REDEPLOIEMENTS,
            PropositionLine.model_validate({"region": "32", "motif": "Essai", "lignes": lignes}),
        )
        source, destination = (self.annexes[annexe] for annexe in pair)
        assert (proposed is not None) == (given <= taken <= source[1] // 1000)
        if proposed is None:
            return
        decided = {"redeploiement": str(proposed), "decision": "ACCEPTE", "motif": "Essai"}
        assert self.write(DECISIONS, DecisionLine.model_validate(decided))
        line = ApplicationLine.model_validate({"redeploiement": str(proposed)})
        applied = self.write(APPLICATIONS, line)
        room = source[0][-1] != "9" and destination[0][-1] != "9"
        assert (applied is not None) == (room and source[2] <= source[1] - taken * 1000)
        if applied:
            for annexe, (numero, euros, cofunded), delta in zip(
                pair, (source, destination), (-taken, given), strict=True
            ):
                del self.annexes[annexe]
                identity = self.replacement(annexe)
                self.annexes[identity] = (
                    f"{numero[:-1]}{int(numero[-1]) + 1}",
                    euros + delta * 1000,
                    cofunded,
                )
                self.every.append(identity)
            assert self.write(APPLICATIONS, line) is None

    def replacement(self, annexe: UUID) -> UUID:
        """Return the annexe that an avenant put in the place of another."""

        async def read() -> UUID:
            async with self.engine.connect() as conn:
                return UUID(str((await conn.execute(REPLACED_BY, {"id": annexe})).scalar_one()))

        return self.run(read())

    @precondition(lambda self: self.annexes)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        annexe = data.draw(st.sampled_from(sorted(self.annexes)))
        line = EtatLine.model_validate({"annexe": str(annexe), "etat": "ANNULE", "motif": "Essai"})
        assert self.write(ETATS_ANNEXES, line)
        del self.annexes[annexe]

    @precondition(lambda self: self.annexes)
    @rule(data=st.data(), montant=EUROS, cofunder=st.booleans())
    def pay(self, data: st.DataObject, montant: int, *, cofunder: bool) -> None:
        annexe = data.draw(st.sampled_from(sorted(self.annexes)))
        line = VersementLine.model_validate(
            {
                "annexe": self.annexes[annexe][0], "mois": f"{self.year}-03", "montant": str(montant),
                "financeur": "FSE" if cofunder else "ETAT",
                "nature": "COFINANCEMENT" if cofunder else "AIDE_POSTE_SOCLE",
            }
        )  # fmt: skip
        identity = self.write(VERSEMENTS, line)
        assert identity
        self.paid[identity] = montant

    @precondition(lambda self: self.paid)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        payment = data.draw(st.sampled_from(sorted(self.paid)))
        line = ContrepassationLine.model_validate({"versement": str(payment), "motif": "Essai"})
        assert self.write(CONTREPASSATIONS, line)
        del self.paid[payment]
        assert self.write(CONTREPASSATIONS, line) is None

    @rule(montant=EUROS, comes=st.booleans())
    def move(self, montant: int, *, comes: bool) -> None:
        side = "destination" if comes else "origine"
        line = MouvementLine.model_validate(
            {side: str(self.envelope), "montant": str(montant), "motif": "AUTRE"}
        )
        taken = self.write(MOUVEMENTS, line)
        after = self.credits + (montant if comes else -montant)
        assert (taken is not None) == (self.engaged <= after)
        if taken:
            self.credits = after

    @invariant()
    def the_sums_are_those_of_the_acts(self) -> None:
        self.run(self._check())

    async def _check(self) -> None:
        async with self.engine.connect() as conn:
            row = (await conn.execute(SUMS, {"id": self.envelope})).one()
            assert row.notifie + row.abondements - row.retraits == self.credits
            assert row.engage == self.engaged <= self.credits
            paid = (await conn.execute(ON_ANNEXE, {"ids": self.every})).scalar_one()
            assert paid == sum(self.paid.values())
            assert (await conn.execute(WHOLE)).scalar_one() == 0


async def _prepare(databases: Databases) -> str:
    urls = await databases.clone("funding")
    engine = create_engine(urls.appli, application="test")
    structure = make_structure(id=uuid4(), siret=make_siret(3), type_structure="AUTRE")
    await receive(engine, make_envelope(structure, structure.structure_id))
    await engine.dispose()
    return urls.appli


async def test_no_order_of_acts_breaks_an_envelope_or_a_balance(databases: Databases) -> None:
    """The machine has its own loop in a thread, hence its own connections."""
    url = await _prepare(databases)
    await asyncio.to_thread(_play, url)


def _play(url: str) -> None:
    Machine.loop = asyncio.new_event_loop()
    Machine.engine = create_engine(url, application="machine", pool_size=1)
    checks = settings(
        max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
    )
    try:
        run_state_machine_as_test(Machine, settings=checks)
    finally:
        Machine.loop.run_until_complete(Machine.engine.dispose())
        Machine.loop.close()
