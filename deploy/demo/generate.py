"""Generation of the data set: ``python -m deploy.demo.generate --out DIR [--seed 2017] [--scale 1]``.

Deterministic: the same arguments give the same files, to the byte. The exit code is 1 when a total is wrong (at scale
1) or a rule is broken (at any scale).
"""

import argparse
import gc
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy.demo.checks import Verification, verify
from deploy.demo.hours import draw_heures
from deploy.demo.money import draw_annexes, draw_marches, draw_versements, settle_accounts
from deploy.demo.orientations import draw_orientations
from deploy.demo.people import draw_personnes
from deploy.demo.structures import draw_dossiers, draw_structures
from deploy.demo.tables import write_table, write_values
from deploy.demo.world import World


def generate(directory: Path, seed: int = 2017, scale: float = 1.0) -> Verification:
    """Write the CSV files and ``totaux.json`` in a directory, made if need be, and return their verification.

    Parameters
    ----------
    directory
        Files of the same names are replaced.
    seed
        Source of the draws.
    scale
        1 gives exactly the totals of the source; elsewhere they are rounded, with one structure of each type at least.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with _collector_paused():
        _write_files(directory, seed, scale)
        verification = verify(directory, scale)
    summary = {
        "seed": seed,
        "scale": scale,
        "chiffres": verification.chiffres,
        "infractions": verification.infractions,
    }
    content = json.dumps(summary, ensure_ascii=False, indent=1)
    (directory / "totaux.json").write_text(content, encoding="utf-8")
    return verification


def _write_files(directory: Path, seed: int, scale: float) -> None:
    # The order is part of the result: every draw takes from the same source.
    world = World(seed)
    structures = draw_structures(world, scale)
    annexes = draw_annexes(world, structures, scale)
    personnes, contrats = draw_personnes(world, structures, scale)
    heures = draw_heures(world, contrats, scale)
    settle_accounts(world, structures, contrats, scale)
    orientations, candidats = draw_orientations(world, structures, contrats, scale)
    marches = draw_marches(world, structures, scale)
    dossiers = draw_dossiers(world, annexes)
    write_table(directory, "structures", structures)
    write_table(directory, "conventions", annexes)
    write_table(directory, "financements", draw_versements(annexes))
    write_table(directory, "personnes", personnes)
    write_table(directory, "candidats", candidats)
    write_table(directory, "contrats", contrats)
    write_values(directory, "heures", heures)
    write_table(directory, "orientations", orientations)
    write_table(directory, "clauses", marches)
    write_table(directory, "cdiae_dossiers", dossiers)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Stop the garbage collector: nearly every object lives to the end, and looking for cycles costs a second."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def report(verification: Verification) -> Iterator[str]:
    """Yield the lines of the verification, in French, for people."""
    yield f"{'indicateur':24s} {'attendu':>14s} {'obtenu':>16s}"
    for name, value in verification.chiffres.items():
        verdict = "ÉCART" if name in verification.ecarts else "ok"
        yield f"{name:24s} {verification.attendus[name]:>14,} {value:>16,.2f} {verdict}".replace(",", " ")
    yield ""
    yield f"{'règle (infractions attendues : 0)':62s} {'obtenu':>8s}"
    for name, count in sorted(verification.infractions.items()):
        yield f"{name:62s} {count:>8d} {'ÉCART' if count else 'ok'}"


def main(argv: Sequence[str] | None = None) -> int:
    """Generate from the command line, print the verification, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m deploy.demo.generate", description=__doc__)
    parser.add_argument("--out", required=True, type=Path, help="directory of the files")
    parser.add_argument("--seed", type=int, default=2017)
    parser.add_argument("--scale", type=float, default=1.0, help="1: exact totals of the source")
    arguments = parser.parse_args(argv)
    verification = generate(arguments.out, arguments.seed, arguments.scale)
    print("\n".join(report(verification)))
    return 0 if verification.passed else 1


if __name__ == "__main__":
    sys.exit(main())
