"""What the clients did, by their own account: one line per act, written once its answer is here."""

import json
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any


@dataclass
class Act:
    """One write, tried until it is answered.

    Attributes
    ----------
    key
        Its Idempotency-Key, the same at each attempt.
    kind
        What it writes: ``structures``, ``conventions``, ``candidatures``, ``decisions``, ``declarations``,
        ``marches``, or ``imports``.
    refused
        Whether it must be refused by a rule.
    version
        Version that the aggregate must have once it is written.
    lines
        How many facts of its kind it writes.
    """

    key: str
    kind: str
    service: str
    method: str
    path: str
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    refused: bool = False
    version: int = 1
    lines: int = 1
    attempts: int = 0
    status: int | None = None
    identity: str | None = None
    position: int | None = None

    @property
    def acknowledged(self) -> bool:
        """Whether a success was answered."""
        return self.status is not None and self.status < 300


class Acts:
    """All the acts of a campaign, and what contradicts the promises made to their client."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.all: list[Act] = []
        self.broken: list[str] = []
        self.statuses: Counter[int | str] = Counter()
        self._numbers = count(1)

    def number(self) -> int:
        """Return a number never given in this campaign: what is made from it is new in every phase."""
        return next(self._numbers)

    def begin(self, act: Act) -> Act:
        """Take note of an act before its first attempt."""
        self.all.append(act)
        return act

    def answered(self, act: Act, status: int, identity: str | None) -> None:
        """Take note of a final answer; another answer to the same key breaks a promise."""
        if act.status is None:
            act.status, act.identity = status, identity
        elif (act.status, act.identity) != (status, identity):
            self.broken.append(f"key {act.key} answered {act.status} {act.identity} then {status} {identity}")
        if act.refused == act.acknowledged:
            self.broken.append(f"{act.kind} {act.key}: status {status}, refused is expected {act.refused}")
        line = {
            "key": act.key, "kind": act.kind, "status": status, "id": identity, "version": act.version,
            "attempts": act.attempts,
        }  # fmt: skip
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def acknowledged(self, kind: str | None = None) -> list[Act]:
        """Return the acts of a kind that succeeded."""
        return [a for a in self.all if a.acknowledged and kind in (None, a.kind)]

    def unknown(self, kind: str | None = None) -> list[Act]:
        """Return the acts of a kind that were never answered."""
        return [a for a in self.all if a.status is None and kind in (None, a.kind)]
