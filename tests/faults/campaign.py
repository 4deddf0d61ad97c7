"""One campaign: a seed, the product on one bus after the other, a load, the faults of the plan, the invariants."""

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.acts import Acts
from tests.faults.invariants import Inspection
from tests.faults.load import Load
from tests.faults.plan import Fault, Kind, Stage, every_point, make_plan
from tests.faults.platform import KAFKA, Cast, Platform, may_mount
from tests.faults.watch import Watch

SETTLED_WITHIN_S = 10.0
GIVEN_UP_AFTER_S = 90.0
POINT_WITHIN_S = 15.0
Say = Callable[[str], None]


@dataclass(frozen=True)
class Choices:
    """What a campaign is made of.

    Attributes
    ----------
    buses
        One phase each, in order, on the same data.
    faults
        In all; shared between the phases.
    pace_s
        Mean time between two faults.
    every_point
        A death at each crash point of each process, instead of drawn faults.
    """

    seed: int
    faults: int
    buses: Sequence[str] = (KAFKA,)
    services: Sequence[str] = ("gateway", "structures", "parcours", "funding")
    workers: int = 2
    writers: int = 24
    pace_s: float = 3.0
    longest_s: float = 20.0
    small_disk: bool = True
    every_point: bool = False


@dataclass
class Report:
    """What a campaign showed.

    Attributes
    ----------
    missed
        Crash points that no process passed in time.
    settled_s
        Seconds from the end of the load to rest, by phase.
    """

    broken: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int | str] = field(default_factory=Counter)
    exits: Counter[str] = field(default_factory=Counter)
    settled_s: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [
            f"figures   {dict(self.figures)}",
            f"answers   {dict(sorted(self.statuses.items(), key=lambda item: -item[1]))}",
            f"exits     {dict(self.exits)}",
            f"settled   {', '.join(f'{s:.1f} s' for s in self.settled_s)} after the load",
        ]
        lines += [f"missed    {point}" for point in self.missed]
        lines += [f"BROKEN    {fault}" for fault in self.broken] or ["all eight invariants hold"]
        return "\n".join(lines)


def plans_of(choices: Choices) -> list[list[Fault]]:
    """Return the faults of each phase."""
    cast = Cast(choices.services, choices.workers)
    count = len(choices.buses)
    plans = []
    for rank, bus in enumerate(choices.buses):
        stage = Stage(
            processes=cast.processes,
            links=[*choices.services, *([KAFKA] if bus == KAFKA else [])],
            broker=bus == KAFKA,
            small_disk=choices.small_disk and may_mount(),
            longest_s=choices.longest_s,
            pace_s=choices.pace_s,
        )
        seed = choices.seed * 100 + rank
        if choices.every_point:
            plans.append(every_point(seed, stage))
        else:
            share = choices.faults // count + (rank < choices.faults % count)
            plans.append(make_plan(seed, share, stage))
    return plans


async def run_campaign(choices: Choices, say: Say = print) -> Report:
    """Run a campaign; its folder is removed unless something is broken."""
    folder = Path(tempfile.mkdtemp(prefix="iae-faults-"))
    report = Report()
    try:
        await Campaign(choices, folder, report, say).run()
    finally:
        if report.broken:
            say(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return report


class Campaign:
    """A campaign in a folder, that fills a report."""

    def __init__(self, choices: Choices, folder: Path, report: Report, say: Say) -> None:
        self._choices = choices
        self._report = report
        self._say = say
        self._platform = Platform(folder, Cast(choices.services, choices.workers))
        self._acts = Acts(folder / "acts.jsonl")

    async def run(self) -> None:
        """Run every phase on the same stores."""
        plans = plans_of(self._choices)
        disk = any(fault.kind is Kind.DISK_FULL for plan in plans for fault in plan)
        async with self._platform.stores(broker=KAFKA in self._choices.buses, small_disk=disk):
            for rank, (bus, plan) in enumerate(zip(self._choices.buses, plans, strict=True)):
                self._say(f"— {bus}, seed {self._choices.seed}")
                for fault in plan:
                    self._say(f"  {fault}")
                async with self._platform.processes(bus):
                    self._say("  every process answers")
                    await self._phase(bus, plan, self._choices.seed * 10 + rank)
        self._report.statuses = self._acts.statuses
        self._report.exits.update(_outcome(sentence) for sentence in self._platform.exits)
        for status in (500, 400, 401, 403, 404):
            if self._acts.statuses[status]:
                self._report.broken.append(f"{self._acts.statuses[status]} answers {status}")

    async def _phase(self, bus: str, plan: Sequence[Fault], seed: int) -> None:
        load = Load(self._platform, self._acts, seed)
        watch = Watch(self._platform, load)
        writing = asyncio.create_task(load.run(self._choices.writers))
        watching = asyncio.create_task(watch.run())
        if self._choices.every_point:
            await self._one_by_one(plan)
        else:
            start = asyncio.get_running_loop().time()
            async with asyncio.TaskGroup() as group:
                for fault in plan:
                    group.create_task(self._at(start, fault))
        await self._platform.wait_alive()
        load.stop()
        async with asyncio.timeout(GIVEN_UP_AFTER_S):
            await asyncio.gather(writing, watching)
        self._say("  the load is over")
        inspection = Inspection(self._platform, self._acts, bus)
        try:
            await self._settle(inspection)
            self._report.broken += [f"{bus}: invariant {fault}" for fault in await inspection.check()]
            self._report.broken += [f"{bus}: invariant 6, {fault}" for fault in watch.broken[:5]]
        finally:
            await inspection.close()
        for name in ("acknowledged", "unknown", "events", "duplicates"):
            self._report.figures[name] = inspection.figures[name]
        self._report.figures["readings"] += watch.readings
        self._report.figures["own writes read"] += watch.own_writes
        self._report.figures["faults"] += len(plan)

    async def _at(self, start: float, fault: Fault) -> None:
        await asyncio.sleep(start + fault.at - asyncio.get_running_loop().time())
        await self._platform.undergo(fault)

    async def _one_by_one(self, plan: Sequence[Fault]) -> None:
        """Wait after each armed start until the process died at its point, or for too long."""
        for fault in plan:
            await self._platform.undergo(fault)
            if await self._platform.dies(fault.targets[0], POINT_WITHIN_S):
                self._report.figures["points reached"] += 1
            else:
                self._report.missed.append(f"{fault.targets[0]} {fault.detail}")

    async def _settle(self, inspection: Inspection) -> None:
        """Wait until all that was written is everywhere, and say how long it took."""
        clock = asyncio.get_running_loop().time
        start = clock()
        while (left := await inspection.settled()) and clock() - start < GIVEN_UP_AFTER_S:
            await asyncio.sleep(0.1)
        took = clock() - start
        self._report.settled_s.append(took)
        if left or took > SETTLED_WITHIN_S:
            self._report.broken.append(f"invariant 8, at rest after {took:.1f} s, {left or 'too late'}")


def _outcome(sentence: str) -> str:
    """Return the name and code of a process that ended, as the supervisor says them."""
    name, _, rest = sentence.partition(" ")
    code = rest.partition("(code ")[2].partition(")")[0]
    return f"{name.rstrip('-0123456789')} {code}"
