"""One short campaign at each run of the tests; the long ones are `make proof`."""

from tests.faults.campaign import Choices, plans_of, run_campaign
from tests.faults.plan import Kind

SHORT = Choices(
    seed=37,
    faults=20,
    services=("gateway", "structures", "parcours"),
    writers=6,
    pace_s=1.2,
    longest_s=4.0,
    small_disk=False,
)


def test_a_seed_always_draws_the_same_plan() -> None:
    (plan,), (again,) = plans_of(SHORT), plans_of(SHORT)
    assert plan == again
    assert len(plan) == SHORT.faults
    assert [fault.at for fault in plan] == sorted(fault.at for fault in plan)


def test_the_short_plan_holds_what_matters_most() -> None:
    (plan,) = plans_of(SHORT)
    assert {fault.kind for fault in plan} >= {
        Kind.KILL,
        Kind.CRASH,
        Kind.BROKER_WIPE,
        Kind.POSTGRES,
        Kind.NETWORK,
    }


async def test_twenty_faults_break_no_promise() -> None:
    report = await run_campaign(SHORT)
    assert not report.broken, str(report)
    assert report.figures["acknowledged"] > 0
