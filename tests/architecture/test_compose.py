"""What docker-compose.yml promises, read from the file: hardened containers, secrets as files, the settings of local mode."""

import re
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from deploy.docker.prepare import GIVEN
from deploy.local.kafka import PROPERTIES, kafka_version
from deploy.local.postgres import SETTINGS
from shared.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
JOBS = {name for name, service in SERVICES.items() if service["restart"] == "no"}
PROCESSES = {
    f"{name}-{kind}"
    for name, kind in product(("structures", "parcours", "funding", "gateway"), ("app", "worker"))
}
STORES = {"postgres", "kafka"}
EVERY_SERVICE = pytest.mark.parametrize("name", SERVICES)
PINNED = re.compile(r"\$\{IAE_(\w+_)?IMAGE:-[\w./-]+:(?!latest)[\w.-]+\}")


def secrets_mounted(service: dict[str, Any]) -> dict[str, str]:
    """Return how a service mounts each volume of secrets, by name of volume."""
    mounts = [mount.split(":") for mount in service.get("volumes", ()) if mount.startswith("secrets-")]
    return {volume: "".join(mode) or "rw" for volume, _, *mode in mounts}


def test_there_is_one_container_a_process() -> None:
    assert set(SERVICES) == PROCESSES | STORES | JOBS
    for name in PROCESSES:
        assert SERVICES[name]["command"] == ["python", "-m", f"services.{name.replace('-', '.')}"]


@EVERY_SERVICE
def test_a_container_can_do_no_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"].partition(":")[0] not in ("0", "root")
    assert "privileged" not in service
    assert "cap_add" not in service
    assert {"mem_limit", "pids_limit"} <= set(service)
    assert {"max-size", "max-file"} <= set(service["logging"]["options"])


@EVERY_SERVICE
def test_a_service_is_watched_and_stopped_gently_unless_it_is_a_job(name: str) -> None:
    service = SERVICES[name]
    if name in JOBS:
        assert "healthcheck" not in service
        return
    assert service["healthcheck"]["test"]
    assert service["restart"] == "unless-stopped"
    assert int(service["stop_grace_period"].removesuffix("s")) >= 20


@EVERY_SERVICE
def test_a_service_waits_for_the_end_of_jobs_and_the_health_of_others(name: str) -> None:
    for other, wait in SERVICES[name].get("depends_on", {}).items():
        expected = "service_completed_successfully" if other in JOBS else "service_healthy"
        assert wait == {"condition": expected}


@EVERY_SERVICE
def test_no_secret_is_in_the_environment(name: str) -> None:
    for variable, value in SERVICES[name].get("environment", {}).items():
        assert urlsplit(value).password is None
        if re.search(r"PASSWORD|SECRET|TOKEN", variable):
            assert variable.endswith(("_FILE", "_DIR"))
            assert value.startswith("/secrets/")


def test_each_secret_is_mounted_where_it_is_used_and_written_by_one_job() -> None:
    expected = {f"secrets-{folder}" for folder in (*GIVEN, "source", "postgres", "migrations")}
    assert {volume for volume in COMPOSE["volumes"] if volume.startswith("secrets-")} == expected
    assert secrets_mounted(SERVICES["secrets"]) == dict.fromkeys(expected, "rw")
    for name in set(SERVICES) - {"secrets"}:
        owner = re.sub(r"-(app|worker)$|-(?<=migration-)\w+$", "", name)
        owner = {"databases": "source", "migration": "migrations"}.get(owner, owner)
        given = {f"secrets-{owner}": "ro"} if f"secrets-{owner}" in expected else {}
        assert secrets_mounted(SERVICES[name]) == given


@EVERY_SERVICE
def test_an_image_is_pinned_and_may_be_replaced(name: str) -> None:
    assert PINNED.fullmatch(SERVICES[name]["image"])


def test_one_image_is_built_once_from_a_base_that_may_be_replaced() -> None:
    built = {name: service["build"] for name, service in SERVICES.items() if "build" in service}
    assert list(built) == ["secrets"]
    assert PINNED.fullmatch(built["secrets"]["args"]["PYTHON_IMAGE"])
    assert len({service["image"] for name, service in SERVICES.items() if name not in STORES}) == 1


def test_only_the_gateway_is_published_and_only_on_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"gateway-app": ["127.0.0.1:${IAE_PORT:-8000}:8000"]}
    open_networks = {
        name for name, network in COMPOSE["networks"].items() if not (network or {}).get("internal")
    }
    members = {
        network: [name for name, service in SERVICES.items() if network in service.get("networks", ())]
        for network in open_networks
    }
    assert members == {"edge": ["gateway-app"], "out": ["gateway-worker"]}


def test_what_an_operator_asks_for_does_not_start_alone() -> None:
    profiles = {name: service["profiles"] for name, service in SERVICES.items() if "profiles" in service}
    assert profiles == {name: [name] for name in ("demonstration", "operations")}


@pytest.mark.parametrize("name", sorted(PROCESSES))
def test_a_process_receives_settings_that_exist(name: str) -> None:
    variables = [v for v in SERVICES[name]["environment"] if v.startswith("IAE_")]
    assert {v.removeprefix("IAE_").lower() for v in variables} <= set(Settings.model_fields)


def test_kafka_is_the_version_and_has_the_settings_of_local_mode() -> None:
    kafka = SERVICES["kafka"]
    assert kafka["image"].endswith(f":{kafka_version()}}}")
    lines = [line for line in PROPERTIES.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    local = {
        f"KAFKA_{key.upper().replace('.', '_')}": value for key, _, value in (x.partition("=") for x in lines)
    }
    same = {variable: value for variable, value in local.items() if "$" not in value}
    assert {variable: kafka["environment"][variable] for variable in same} == same
    assert set(local) <= set(kafka["environment"])


def test_postgres_has_the_settings_of_local_mode() -> None:
    local = {
        key: value
        for key, value in SETTINGS.items()
        if key not in ("listen_addresses", "unix_socket_directories")
    }
    program, *options = SERVICES["postgres"]["command"]
    assert program == "postgres"
    assert dict(option.removeprefix("-c").split("=") for option in options) == local


def test_the_image_runs_as_nobody_known_and_checks_what_it_installs() -> None:
    dockerfile = (ROOT / "deploy" / "docker" / "Dockerfile").read_text(encoding="utf-8")
    instructions = [line for line in dockerfile.splitlines() if re.match(r"[A-Z]+ ", line)]
    assert [line for line in instructions if line.startswith("USER")] == ["USER 10001:10001"]
    assert {line.split()[1] for line in instructions if line.startswith("FROM")} == {"${PYTHON_IMAGE}"}
    assert len(re.findall(r" install --no-cache-dir [^&]*--require-hashes", dockerfile)) == dockerfile.count(
        "bin/pip "
    )
    for folder in (*GIVEN, "source", "postgres", "migrations"):
        assert f"/secrets/{folder}" in dockerfile


def test_only_what_runs_enters_the_image() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule for rule in rules if rule.startswith("!")} == {
        f"!{path}" for path in ("pyproject.toml", "requirements.lock", "services", "shared", "deploy")
    }
