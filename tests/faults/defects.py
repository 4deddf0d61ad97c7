"""``python -m tests.faults.defects``: plant each defect in a copy of the tree, and say which test caught it."""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.planted import DEFECTS, Change, Defect

ROOT = Path(__file__).parents[2]
FOLDERS = ("services", "shared", "deploy", "tests", "pyproject.toml")
SUITES = (("tests/bus", "tests/unit/messaging/test_loop.py"), ("tests/faults/test_short_campaign.py",))
PAGE = ROOT / "docs" / "defauts-plantes.md"
HEAD = """\
# Planted defects

Each line is a mistake that looks like a simplification of the bus. `python -m tests.faults.defects` plants them one
at a time in a copy of the tree and runs the test that should see it, then `tests/bus`, then a short fault campaign, until a test fails. A defect that
no test catches fails the command.

| Defect | Caught by |
| --- | --- |
"""


@dataclass(frozen=True)
class Catch:
    """The test that failed first; none when the defect survived."""

    test: str | None
    took_s: float


def missing(changes: Sequence[Change]) -> list[str]:
    """Return what cannot be changed: each old text must be there exactly once."""
    return [
        f"{change.path}: {change.old.strip()[:80]}"
        for change in changes
        if (ROOT / change.path).read_text(encoding="utf-8").count(change.old) != 1
    ]


def copy_tree(target: Path) -> None:
    """Copy what the tests need."""
    for name in FOLDERS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target / name)


def first_failure(tree: Path, first: str) -> str | None:
    """Run a test, then the suites, in a tree until one fails; return its name."""
    for suite in ((first,), *SUITES):
        answer = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *suite],
            cwd=tree, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if answer.returncode:
            found = re.search(r"^(?:FAILED|ERROR) (\S+)", answer.stdout, re.MULTILINE)
            return found[1] if found else answer.stdout[-2000:] + answer.stderr[-2000:]
    return None


def plant(defect: Defect) -> Catch:
    """Plant a defect in a copy of the tree and let the tests look for it."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="iae-defect-") as folder:
        tree = Path(folder)
        copy_tree(tree)
        for change in defect.changes:
            path = tree / change.path
            path.write_text(
                path.read_text(encoding="utf-8").replace(change.old, change.new), encoding="utf-8"
            )
        return Catch(first_failure(tree, defect.first), time.monotonic() - started)


def main(arguments: Sequence[str]) -> int:
    """Plant the defects; return 1 when one survives, or when the tests fail without any."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.defects")
    parser.add_argument("--only", default="", help="part of the name of the defects to plant")
    wanted = [defect for defect in DEFECTS if parser.parse_args(arguments).only in defect.name]
    for defect in wanted:
        if absent := missing(defect.changes):
            sys.stdout.write(f"cannot be planted any more: {defect.name}\n  {absent}\n")
            return 1
    if len(wanted) == len(DEFECTS):
        sound = plant(Defect("none", "tests/bus/test_order.py", []))
        if sound.test:
            sys.stdout.write(f"the tests fail without any defect: {sound.test}\n")
            return 1
    lines = []
    survivors = 0
    for defect in wanted:
        catch = plant(defect)
        survivors += catch.test is None
        shown = f"`{catch.test}`" if catch.test else "**nothing**"
        lines.append(f"| {defect.name} | {shown} |")
        sys.stdout.write(f"{defect.name}: {catch.test or 'SURVIVES'} ({catch.took_s:.0f} s)\n")
        sys.stdout.flush()
    if len(wanted) == len(DEFECTS):
        PAGE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return int(bool(survivors))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
