import asyncio
import fcntl
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local import bus, kafka
from deploy.local.bus import Bus, open_bus
from deploy.local.errors import StartRefused
from deploy.local.kafka import KafkaUnavailable, fetch_jars, find_java, jars_folder, running_kafka
from deploy.local.options import Options


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any program, but `/bin/sh`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return folder


def options(folder: Path, **choices: str) -> Options:
    return Options.from_environment({"IAE_STATE": str(folder), **choices})


async def resolve(choices: Options) -> Bus:
    async with AsyncExitStack() as stack:
        return await open_bus(choices, stack, lambda _: None)


async def test_without_java_the_journals_are_the_bus_and_the_reason_is_said(
    empty_path: Path, tmp_path: Path
) -> None:
    resolved = await resolve(options(tmp_path))
    assert resolved.bootstrap is None
    assert (
        resolved.title
        == "journaux HTTP des services, car Java est absent (Kafka demande Java 17 ou plus récent)"
    )


async def test_kafka_asked_for_and_impossible_is_refused(empty_path: Path, tmp_path: Path) -> None:
    with pytest.raises(StartRefused, match="IAE_BUS=kafka, mais Java est absent"):
        await resolve(options(tmp_path, IAE_BUS="kafka"))


@pytest.mark.parametrize(
    ("printed", "major"),
    [('openjdk version "11.0.2" 2019-01-15', "11"), ('java version "1.8.0_392"', "8")],
)
async def test_an_old_java_is_said_with_its_version(
    empty_path: Path, tmp_path: Path, printed: str, major: str
) -> None:
    program(empty_path, "java", f"echo '{printed}' >&2")
    assert f"Java {major} est trop ancien" in (await resolve(options(tmp_path))).title


def test_java_home_comes_before_the_path(
    empty_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(empty_path, "java", """echo 'java version "1.8.0_392"' >&2""")
    (tmp_path / "jdk" / "bin").mkdir(parents=True)
    program(tmp_path / "jdk" / "bin", "java", """echo 'openjdk version "21.0.1" 2023-10-17' >&2""")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk"))
    assert find_java().version == "21-0-1"


def test_without_maven_the_missing_jars_are_said(empty_path: Path, tmp_path: Path) -> None:
    with pytest.raises(KafkaUnavailable, match=r"Maven \(mvn\), qui va les chercher, est absent"):
        fetch_jars(tmp_path / "jars")


def test_a_maven_that_fails_is_said_and_leaves_nothing(empty_path: Path, tmp_path: Path) -> None:
    program(empty_path, "mvn", "echo '[ERROR] hors ligne'; exit 1")
    folder = tmp_path / "cache" / "jars"
    with pytest.raises(KafkaUnavailable, match="hors ligne"):
        fetch_jars(folder)
    assert [path.name for path in folder.parent.iterdir()] == ["jars.lock"]


def test_a_cache_that_cannot_be_written_is_said_with_the_way_out(empty_path: Path, tmp_path: Path) -> None:
    program(empty_path, "mvn", "exit 0")
    (tmp_path / "fichier").touch()
    with pytest.raises(KafkaUnavailable, match="XDG_CACHE_HOME en désigne un autre"):
        fetch_jars(tmp_path / "fichier" / "jars")


async def test_two_starts_at_the_same_time_fetch_once(empty_path: Path, tmp_path: Path) -> None:
    program(empty_path, "mvn", f"echo appel >> {tmp_path}/appels")
    folder = tmp_path / "cache" / "jars"
    folder.parent.mkdir()
    with (tmp_path / "cache" / "jars.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        both = [asyncio.create_task(asyncio.to_thread(fetch_jars, folder)) for _ in range(2)]
        await asyncio.sleep(0)
    assert await asyncio.gather(*both) == [folder, folder]
    assert (tmp_path / "appels").read_text() == "appel\n"


async def test_a_given_broker_that_does_not_answer_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "READY_WITHIN_S", 0.2)
    with pytest.raises(StartRefused, match="Aucun Kafka ne répond à IAE_KAFKA_BOOTSTRAP=127"):
        await resolve(options(tmp_path, IAE_KAFKA_BOOTSTRAP="127.0.0.1:9"))


async def test_the_journals_can_be_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus, "running_kafka", None)
    assert (await resolve(options(tmp_path, IAE_BUS="journal"))).bootstrap is None


async def test_a_second_start_continues_with_the_topics_and_the_cluster_of_the_first(tmp_path: Path) -> None:
    clusters = []
    for start in range(2):
        async with running_kafka(tmp_path, fetch_jars(jars_folder())) as bootstrap:
            admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
            await admin.start()
            if start == 0:
                await admin.create_topics([NewTopic("essai", 6, 1)])
            assert "essai" in await admin.list_topics()
            clusters.append((await admin.describe_cluster())["cluster_id"])
            await admin.close()
    assert clusters[0] == clusters[1] == (tmp_path / "kafka.cluster").read_text()
