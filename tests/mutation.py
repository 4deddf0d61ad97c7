"""``python -m tests.mutation parcours funding``: change the rules of a service one by one, and count what no test notices.

Each change (a comparison, a number, a word of a refusal) is made in a copy of the tree; the unit tests of the service
run against it. What survives is shown: a test is missing, or the code says more than it needs. ``--modules pass_iae
suspension`` judges these alone.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

Outcome = tuple[str, str, str]

ROOT = Path(__file__).parents[1]
FOLDERS = ("services", "shared", "deploy", "tests")
BUDGET = 0.9
SETTINGS = """\
[tool.mutmut]
source_paths = ["services/{service}/domain"]
pytest_add_cli_args_test_selection = ["tests/unit/{service}"]
also_copy = ["services", "shared", "deploy", "tests"]
max_children = {processes}
[tool.pytest.ini_options]
asyncio_mode = "auto"
asyncio_default_fixture_loop_scope = "session"
asyncio_default_test_loop_scope = "session"
"""
RESULT = re.compile(r"^\s+services\.\w+\.domain\.(\w+)\.(\S+): (\w[\w ]*)$", re.MULTILINE)
UNCHECKED = "not checked"
CAUGHT = ("killed", "timeout", "suspicious", "segfault")
HEADER = "| Module | Changes | Noticed | Survivors |\n| --- | ---: | ---: | ---: |"


def mutate(service: str, tree: Path, processes: int, modules: Sequence[str] = ()) -> list[Outcome]:
    """Return the module, the name and the outcome of every change to the rules of a service, or to some modules."""
    for name in FOLDERS:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tree / "pyproject.toml").write_text(
        SETTINGS.format(service=service, processes=processes), encoding="utf-8"
    )
    told = run(tree, "run", *(f"services.{service}.domain.{module}.*" for module in modules), check=False)
    outcomes: list[Outcome] = RESULT.findall(run(tree, "results", "--all", "true"))
    assert any(outcome != UNCHECKED for _, _, outcome in outcomes), told[-2000:]  # a test fails unchanged
    return [outcome for outcome in outcomes if not modules or outcome[0] in modules]


def run(tree: Path, *arguments: str, check: bool = True) -> str:
    """Run the tool that changes and counts, in a tree; return what it prints."""
    command = (sys.executable, "-m", "mutmut", *arguments)
    return subprocess.run(command, cwd=tree, check=check, capture_output=True, text=True).stdout


def told(service: str, outcomes: Sequence[Outcome], tree: Path) -> Iterator[str]:
    """Yield what survived, then the table by module."""
    changes = Counter(module for module, _, _ in outcomes)
    noticed = Counter(module for module, _, outcome in outcomes if outcome in CAUGHT)
    for module, name, outcome in outcomes:
        if outcome not in CAUGHT:
            mutant = f"services.{service}.domain.{module}.{name}"
            shown = run(tree, "show", mutant).splitlines()
            yield "\n    ".join(
                [f"{module}: {outcome}", *(line for line in shown if re.match(r"[-+] ", line))]
            )
    yield HEADER
    for module, total in sorted(changes.items()):
        yield f"| `{module}` | {total} | {noticed[module]} | {total - noticed[module]} |"
    share = noticed.total() / changes.total()
    yield f"| **{service}** | {changes.total()} | {noticed.total()} ({share:.1%}) | {changes.total() - noticed.total()} |"


def main(arguments: Sequence[str]) -> int:
    """Mutate the rules of some services; return 1 when one is under the budget."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("services", nargs="+", choices=("structures", "parcours", "funding"))
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--modules", nargs="+", default=())
    given = parser.parse_args(arguments)
    shares = []
    for service in given.services:
        with tempfile.TemporaryDirectory(prefix="iae-mutation-") as folder:
            outcomes = mutate(service, Path(folder), given.processes, given.modules)
            for line in told(service, outcomes, Path(folder)):
                sys.stdout.write(f"{line}\n")
        shares.append(sum(outcome in CAUGHT for _, _, outcome in outcomes) / len(outcomes))
    return int(min(shares) < BUDGET)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
