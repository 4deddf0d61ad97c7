from pathlib import Path

import pytest

from deploy.local.errors import StartRefused
from deploy.local.options import BusChoice, Options


def test_without_any_variable_everything_is_chosen_for_you() -> None:
    options = Options.from_environment({})
    assert (options.port, options.bus, options.demonstration) == (8000, BusChoice.AUTO, "1")
    assert (options.database_url, options.kafka_bootstrap) == (None, None)
    assert options.state.name == ".state"


def test_every_choice_is_read() -> None:
    options = Options.from_environment(
        {
            "IAE_STATE": "/srv/iae",
            "IAE_PORT": "9000",
            "IAE_BUS": "journal",
            "IAE_DEMO": "0",
            "IAE_DATABASE_URL": "postgresql+asyncpg://admin@db/postgres",
        }
    )
    assert options == Options(
        state=Path("/srv/iae"),
        port=9000,
        bus=BusChoice.JOURNAL,
        kafka_bootstrap=None,
        database_url="postgresql://admin@db/postgres",
        demonstration="",
    )


@pytest.mark.parametrize("port", ["0", "65533", "-1", "http", "8000.5", "²"])
def test_an_impossible_port_is_refused_with_a_sentence(port: str) -> None:
    with pytest.raises(StartRefused, match=r"IAE_PORT vaut « .* » ; il faut un nombre entre 1 et 65532"):
        Options.from_environment({"IAE_PORT": port})


def test_an_unknown_bus_is_refused_with_the_possible_ones() -> None:
    with pytest.raises(
        StartRefused, match="IAE_BUS vaut « rabbit » ; les valeurs possibles sont auto, kafka, journal"
    ):
        Options.from_environment({"IAE_BUS": "rabbit"})
