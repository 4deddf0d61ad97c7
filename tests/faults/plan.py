"""A plan of faults is a seed: the same seed draws the same faults, at the same instants, on the same targets."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from random import Random

from tests.faults.proxy import Weather


class Kind(StrEnum):
    """What is done to the product."""

    KILL = "kill"
    KILL_ALL = "kill all"
    FREEZE = "freeze"
    CRASH = "crash at"
    NETWORK = "network"
    POSTGRES = "restart at once"
    BROKER_KILL = "broker killed"
    BROKER_FREEZE = "broker frozen"
    BROKER_WIPE = "broker wiped"
    DISK_FULL = "disk full"


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes
    ----------
    at
        Seconds after the start of the load.
    lasts
        Seconds; 0 for what is over at once.
    detail
        Point of a crash, weather of a network.
    """

    at: float
    kind: Kind
    targets: tuple[str, ...]
    lasts: float = 0.0
    detail: str = ""

    def __str__(self) -> str:
        lasts = f" for {self.lasts:.1f} s" if self.lasts else ""
        return (
            " ".join(filter(None, (f"{self.at:6.1f} s ", self.kind, self.detail, ", ".join(self.targets))))
            + lasts
        )


@dataclass(frozen=True)
class Stage:
    """What there is to break.

    Attributes
    ----------
    links
        Names of the proxies.
    longest_s
        The longest freeze or cut.
    """

    processes: Sequence[str]
    links: Sequence[str]
    broker: bool
    small_disk: bool
    longest_s: float
    pace_s: float


POINTS = {
    "app": ("write.before_commit", "write.after_commit"),
    "imports": ("imports.between_batches",),
    "sequencer": ("sequencer.before_commit", "sequencer.after_commit"),
    "relay": ("relay.after_ack", "relay.before_cursor"),
    "consumer": ("consumer.before_commit", "consumer.after_commit"),
}
PASSAGES = (1, 2, 3)
IMPORTING = "structures"
"""The load imports there."""
WEIGHTS = {
    Kind.KILL: 6, Kind.KILL_ALL: 1, Kind.FREEZE: 4, Kind.CRASH: 6, Kind.NETWORK: 5, Kind.POSTGRES: 2,
    Kind.BROKER_KILL: 2, Kind.BROKER_FREEZE: 2, Kind.BROKER_WIPE: 2, Kind.DISK_FULL: 1,
}  # fmt: skip
ON_BROKER = {Kind.BROKER_KILL, Kind.BROKER_FREEZE, Kind.BROKER_WIPE, Kind.DISK_FULL}


def crash_points(stage: Stage) -> list[tuple[str, str]]:
    """Return every process with every point that it can pass, as ``name:k``."""
    found = []
    for process in stage.processes:
        service, kind = process.split("-")[:2]
        if kind == "app":
            kinds = ["app"] if service != "gateway" else []
            kinds += ["imports"] if service == IMPORTING else []
        else:
            kinds = ["consumer"]
            if service != "gateway":
                kinds += ["sequencer", *(["relay"] if stage.broker else [])]
        found += [(process, f"{point}:{k}") for k, kind in product(PASSAGES, kinds) for point in POINTS[kind]]
    return found


def make_plan(seed: int, count: int, stage: Stage) -> list[Fault]:
    """Return ``count`` faults in order of time."""
    draw = Random(seed)
    kinds = [kind for kind in Kind if stage.broker or kind not in ON_BROKER]
    kinds = [kind for kind in kinds if stage.small_disk or kind is not Kind.DISK_FULL]
    points = crash_points(stage)
    draw.shuffle(points)
    at, plan = 1.0, []
    for rank in range(count):
        kind = draw.choices(kinds, [WEIGHTS[k] for k in kinds])[0]
        lasts = round(draw.uniform(min(3.0, stage.longest_s), stage.longest_s), 1)
        match kind:
            case Kind.KILL:
                fault = Fault(at, kind, tuple(draw.sample(stage.processes, draw.choice((1, 1, 2)))))
            case Kind.KILL_ALL:
                fault = Fault(at, kind, tuple(stage.processes))
            case Kind.FREEZE:
                fault = Fault(at, kind, (draw.choice(stage.processes),), lasts)
            case Kind.CRASH:
                process, point = points[rank % len(points)]
                fault = Fault(at, kind, (process,), detail=point)
            case Kind.NETWORK:
                weather = draw.choice([w for w in Weather if w is not Weather.FINE])
                fault = Fault(at, kind, (draw.choice(stage.links),), lasts, weather)
            case Kind.POSTGRES:
                fault = Fault(at, kind, ("postgresql",))
            case Kind.BROKER_FREEZE | Kind.DISK_FULL:
                fault = Fault(at, kind, ("kafka",), lasts)
            case _:
                fault = Fault(at, kind, ("kafka",))
        plan.append(fault)
        at = round(at + draw.uniform(0.4, 1.6) * stage.pace_s, 1)
    return plan


def every_point(seed: int, stage: Stage) -> list[Fault]:
    """Return a death at each crash point of each process, at its first, second and third passage, one after the other."""
    draw = Random(seed)
    points = crash_points(stage)
    draw.shuffle(points)
    return [Fault(0.0, Kind.CRASH, (process,), detail=point) for process, point in points]
