"""What a measure says: figures beside their budgets, as a table for the terminal and for the page."""

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.kafka import kafka_version
from deploy.local.postgres import find_binaries
from shared import clock

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
MARKERS = ("<!-- figures of make bench: begin -->\n", "<!-- figures of make bench: end -->\n")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes
    ----------
    budget
        In words; empty for a figure that only explains another.
    met
        None without a budget.
    """

    what: str
    measured: str
    budget: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """One word of the table."""
        return {True: "met", False: "**missed**", None: ""}[self.met]


def table(figures: Sequence[Figure]) -> str:
    """Return figures as a Markdown table."""
    rows = [("What", "Measured", "Budget", ""), ("---", "---", "---", "---")]
    rows += [(figure.what, figure.measured, figure.budget, figure.verdict) for figure in figures]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def write_page(figures: Sequence[Figure], seconds: float) -> None:
    """Put the table of a whole run in its page, in the place of the former one."""
    begin, end = MARKERS
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    sentence = f"`make bench`, {clock.today()}, {seconds / 60:.0f} minutes, on {machine()}."
    PAGE.write_text(f"{before}{begin}{sentence}\n\n{table(figures)}\n{end}{after}", encoding="utf-8")


def machine() -> str:
    """Return what the figures were measured on."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (
        f"{os.cpu_count()} cores ({model[1] if model else platform.machine()}), {memory:.0f} GB, "
        f"PostgreSQL {find_binaries().major}, Kafka {kafka_version()}, Python {platform.python_version()}"
    )
