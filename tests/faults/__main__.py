"""``python -m tests.faults --seed S --faults N --bus kafka|journal[,…]``: one campaign, replayed by its seed."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from tests.faults.campaign import Choices, run_campaign


def main(arguments: Sequence[str]) -> int:
    """Run a campaign; return 1 when an invariant is broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=int, default=40)
    parser.add_argument(
        "--bus", default="kafka", help="kafka, journal, or several with commas: one phase each"
    )
    parser.add_argument("--pace", type=float, default=3.0, help="mean seconds between two faults")
    parser.add_argument("--longest", type=float, default=20.0, help="longest freeze or cut, seconds")
    parser.add_argument("--writers", type=int, default=24)
    parser.add_argument(
        "--every-point", action="store_true", help="a death at each crash point of each process, once"
    )
    given = parser.parse_args(arguments)
    choices = Choices(
        seed=given.seed, faults=given.faults, buses=given.bus.split(","), pace_s=given.pace,
        longest_s=given.longest, writers=given.writers, every_point=given.every_point,
    )  # fmt: skip
    report = asyncio.run(run_campaign(choices))
    sys.stdout.write(f"{report}\n")
    return int(bool(report.broken))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
