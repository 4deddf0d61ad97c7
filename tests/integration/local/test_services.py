import asyncio
from pathlib import Path

import pytest

from deploy.local import services
from deploy.local.databases import Urls
from deploy.local.errors import StartRefused
from deploy.local.options import Options
from deploy.local.ports import free_port
from deploy.local.services import (
    SERVICES,
    environments,
    process_environment,
    run_module,
    specs,
    wait_alive,
)
from shared.revision import last_revision

DATABASES = {name: Urls(f"m-{name}", f"a-{name}", f"r-{name}") for name in SERVICES}


def settings(bootstrap: str | None = None, **choices: str) -> dict[str, dict[str, str]]:
    return environments(Options.from_environment(choices), DATABASES, bootstrap, Path("/secrets"))


def test_ports_follow_the_gateway_and_everyone_knows_everyone() -> None:
    for name, variables in settings(IAE_PORT="9000").items():
        assert variables["IAE_GATEWAY_URL"] == "http://127.0.0.1:9000"
        assert variables["IAE_STRUCTURES_URL"] == "http://127.0.0.1:9001"
        assert variables["IAE_PARCOURS_URL"] == "http://127.0.0.1:9002"
        assert variables["IAE_FUNDING_URL"] == "http://127.0.0.1:9003"
        assert variables[f"IAE_{name.upper()}_URL"].endswith(variables["IAE_SERVICE_PORT"])


def test_each_service_receives_its_own_database_and_never_the_owner_of_it() -> None:
    for name, variables in settings().items():
        assert variables["IAE_SERVICE_DATABASE_URL"] == f"a-{name}"
        assert variables["IAE_RELAY_DATABASE_URL"] == f"r-{name}"
        assert f"m-{name}" not in variables.values()


def test_the_bus_is_the_one_resolved() -> None:
    assert settings("127.0.0.1:9092")["parcours"]["IAE_BUS"] == "kafka"
    assert settings("127.0.0.1:9092")["parcours"]["IAE_KAFKA_BOOTSTRAP"] == "127.0.0.1:9092"
    assert settings()["parcours"]["IAE_BUS"] == "journal"
    assert "IAE_KAFKA_BOOTSTRAP" not in settings()["parcours"]


def test_only_the_gateway_knows_the_demonstration_clients_and_only_with_the_demonstration() -> None:
    assert [name for name, each in settings().items() if "IAE_DEMONSTRATION" in each] == ["gateway"]
    assert not [name for name, each in settings(IAE_DEMO="0").items() if "IAE_DEMONSTRATION" in each]


def test_a_child_never_receives_the_administrator_of_the_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IAE_DATABASE_URL", "postgresql://admin@db/postgres")
    monkeypatch.setenv("IAE_BUS", "auto")
    environment = process_environment({"IAE_BUS": "journal"})
    assert "IAE_DATABASE_URL" not in environment
    assert environment["IAE_BUS"] == "journal"


def test_there_are_two_processes_a_service(tmp_path: Path) -> None:
    assert [spec.name for spec in specs("app", settings(), tmp_path)] == [f"{name}-app" for name in SERVICES]
    assert [spec.command[1:] for spec in specs("worker", settings(), tmp_path)] == [
        ["-m", f"services.{name}.worker"] for name in SERVICES
    ]


def test_the_last_revision_is_the_one_that_no_other_follows(tmp_path: Path) -> None:
    assert last_revision(tmp_path) is None
    (tmp_path / "0001_initial.py").write_text('revision = "0001"\ndown_revision = None\n')
    assert last_revision(tmp_path) == "0001"
    (tmp_path / "0002_index.py").write_text('revision: str = "0002"\ndown_revision: str | None = "0001"\n')
    assert last_revision(tmp_path) == "0002"
    (tmp_path / "0003_branche.py").write_text("revision = '0003'\ndown_revision = '0001'\n")
    assert last_revision(tmp_path) is None


async def test_a_module_that_fails_is_said_with_the_end_of_what_it_printed() -> None:
    with pytest.raises(StartRefused, match=r"(?s)json.tool nulle-part a échoué :\n.*No such file"):
        await run_module("json.tool", "nulle-part", settings={})


async def test_a_service_that_never_answers_is_said_with_the_end_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "ALIVE_WITHIN_S", 0.2)
    (tmp_path / "gateway-app.log").write_text("ValueError: IAE_SECRETS_DIR\n")
    with pytest.raises(
        StartRefused, match=r"Le service gateway ne répond pas.*\nValueError: IAE_SECRETS_DIR"
    ):
        await asyncio.wait_for(wait_alive(free_port(), tmp_path), 20)
