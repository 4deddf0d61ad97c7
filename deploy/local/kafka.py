"""A real Apache Kafka broker from its published jars, when Java can run it."""

import asyncio
import base64
import fcntl
import os
import re
import secrets
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from deploy.local.errors import StartRefused
from deploy.local.ports import HOST, free_port
from deploy.local.processes import CHECKOUT, Notify, Spec, supervised
from deploy.local.readiness import wait_until

POM = CHECKOUT / "deploy" / "kafka" / "pom.xml"
PROPERTIES = CHECKOUT / "deploy" / "kafka" / "server.properties"
OLDEST_JAVA = 17
FETCH_WITHIN_S = 300.0
READY_WITHIN_S = 60.0
SMALL_JVM = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


class KafkaUnavailable(Exception):
    """The broker cannot run here; the message is a French clause that says why."""


@dataclass(frozen=True)
class Java:
    """A Java virtual machine recent enough for the broker."""

    program: Path
    version: str


def find_java() -> Java:
    """Return the Java of ``JAVA_HOME``, else of the PATH.

    Raises
    ------
    KafkaUnavailable
        There is none, or it is too old.
    """
    home = os.environ.get("JAVA_HOME")
    program = shutil.which("java", path=str(Path(home) / "bin") if home else None)
    if program is None:
        raise KafkaUnavailable("Java est absent (Kafka demande Java 17 ou plus récent)")
    answer = subprocess.run([program, "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(?:1\.)?(\d+)[^"]*"', answer.stderr)
    if found is None:
        raise KafkaUnavailable(f"{program} ne dit pas sa version")
    if int(found[1]) < OLDEST_JAVA:
        raise KafkaUnavailable(
            f"Java {found[1]} est trop ancien (Kafka demande Java {OLDEST_JAVA} ou plus récent)"
        )
    return Java(Path(program), re.sub(r"\W+", "-", found[0].split('"')[1]))


def kafka_version() -> str:
    """Return the version of the broker, as ``deploy/kafka/pom.xml`` has it."""
    version = ET.parse(POM).getroot().findtext(".//{*}kafka.version")  # noqa: S314 -- our own file
    assert version is not None
    return version


def jars_folder() -> Path:
    """Return where the jars of this version are kept, for every checkout of this user."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "iae" / f"kafka-{kafka_version()}"


def fetch_jars(folder: Path) -> Path:
    """Have Maven copy the jars into a folder, once; two calls at the same time fetch once.

    Raises
    ------
    KafkaUnavailable
        Maven is absent, or cannot get them.
    """
    if folder.exists():
        return folder
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaUnavailable(
            "les fichiers de Kafka ne sont pas encore là et Maven (mvn), qui va les chercher, est absent"
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise KafkaUnavailable(
            f"le dossier {folder.parent} ne peut pas être écrit (XDG_CACHE_HOME en désigne un autre)"
        ) from fault
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            return folder
        draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f"{folder.name}.partiel-"))
        command = [
            maven,
            "-q",
            "-B",
            "-f",
            str(POM),
            "dependency:copy-dependencies",
            f"-DoutputDirectory={draft}",
        ]
        try:
            answer = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=FETCH_WITHIN_S
            )
        except subprocess.TimeoutExpired as fault:
            shutil.rmtree(draft)
            raise KafkaUnavailable(
                f"Maven n'a pas obtenu les fichiers de Kafka en {FETCH_WITHIN_S:.0f} s"
            ) from fault
        if answer.returncode != 0:
            shutil.rmtree(draft)
            lines = [line for line in (answer.stdout + answer.stderr).splitlines() if "ERROR" in line]
            raise KafkaUnavailable(
                f"Maven n'a pas pu obtenir les fichiers de Kafka ({' '.join(lines[:1])[:200]})"
            )
        draft.rename(folder)
    return folder


@asynccontextmanager
async def running_kafka(
    folder: Path,
    jars: Path | None = None,
    *,
    port: int | None = None,
    advertised: int | None = None,
    notify: Notify = lambda _: None,
) -> AsyncIterator[str]:
    """Run a private broker for the time of the block, restarted if it dies.

    Parameters
    ----------
    folder
        Holds the topics, the cluster id and the log. Kept between two runs.
    jars
        What `fetch_jars` returned; fetched when absent.
    port
        A free one when absent.
    advertised
        The port that clients are told, when something stands in front of the broker; its own when absent.

    Yields
    ------
    str
        Bootstrap address, valid while the block runs.

    Raises
    ------
    KafkaUnavailable
        Java or the jars cannot be had.
    StartRefused
        The broker does not start.
    """
    java = await asyncio.to_thread(find_java)
    if jars is None:
        jars = await asyncio.to_thread(fetch_jars, jars_folder())
    port = port or free_port()
    properties = _write_properties(folder, port, advertised or port)
    classpath = ":".join(
        str(jar) for jar in sorted(jars.glob("*.jar"))
    )  # sorted: the class archive wants it unchanged
    if not (folder / "kafka" / "meta.properties").exists():
        await _format(java, classpath, folder, properties)
    archive = jars.with_name(f"{jars.name}-java-{java.version}.jsa")
    draft = folder / "kafka.jsa"
    spec = Spec(
        name="kafka",
        command=[
            str(java.program),
            *SMALL_JVM,
            *(
                "-Xms64m",
                "-XX:MaxDirectMemorySize=64m",
                "-Xshare:auto",
                "-Xlog:disable",
                "-Xlog:all=error:stderr",
            ),
            f"-XX:SharedArchiveFile={archive}" if archive.exists() else f"-XX:ArchiveClassesAtExit={draft}",
            *("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dlog4j2.level=WARN"),
            *("-cp", classpath, "kafka.Kafka", str(properties)),
        ],
        log=folder / "logs" / "kafka.log",
        cwd=folder,
        stop_delay_s=30.0,
    )
    bootstrap = f"{HOST}:{port}"
    async with supervised([spec], folder / "run", notify):
        if not await is_ready(bootstrap):
            raise StartRefused(f"Kafka ne répond pas ; son journal dit pourquoi : {spec.log}")
        yield bootstrap
    if draft.exists():
        # Complete: the broker left in good order, and wrote it last.
        shutil.copyfile(draft, archive.with_suffix(f".{os.getpid()}"))
        archive.with_suffix(f".{os.getpid()}").replace(archive)
        draft.unlink()


@asynccontextmanager
async def temporary_kafka() -> AsyncIterator[str]:
    """Run a private broker in a folder that disappears with it, for tests; yields the bootstrap address."""
    with tempfile.TemporaryDirectory(prefix="iae-kafka-") as folder:
        async with running_kafka(Path(folder)) as bootstrap:
            yield bootstrap


def _write_properties(folder: Path, port: int, advertised: int) -> Path:
    properties = folder / "kafka.properties"
    folder.mkdir(parents=True, exist_ok=True)
    template = Template(PROPERTIES.read_text(encoding="utf-8"))
    values = {
        "port": port,
        "advertised": advertised,
        "controller_port": free_port(),
        "data": folder / "kafka",
    }
    properties.write_text(template.substitute(values), encoding="utf-8")
    return properties


async def _format(java: Java, classpath: str, folder: Path, properties: Path) -> None:
    """Prepare the broker's folder; its cluster id is kept, so that readers know the topics they read."""
    identifier = folder / "kafka.cluster"
    if not identifier.exists():
        identifier.write_text(
            base64.urlsafe_b64encode(b"i" + secrets.token_bytes(15)).decode().rstrip("="), encoding="ascii"
        )
    process = await asyncio.create_subprocess_exec(
        str(java.program),
        *SMALL_JVM,
        *("-cp", classpath, "kafka.tools.StorageTool", "format", "--ignore-formatted"),
        *("-t", identifier.read_text(encoding="ascii"), "-c", str(properties)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    if process.returncode != 0:
        raise StartRefused(
            f"Kafka n'a pas pu préparer ses données dans {folder} :\n{output.decode(errors='replace')}"
        )


async def is_ready(bootstrap: str) -> bool:
    """Tell whether a broker answers within `READY_WITHIN_S`."""
    host, _, port = bootstrap.partition(",")[0].rpartition(":")

    async def answers() -> bool:
        return await _accepts(host, int(port)) and await _answers(bootstrap)

    return await wait_until(answers, READY_WITHIN_S)


async def _accepts(host: str, port: int) -> bool:
    """Tell whether the port is open; the Kafka client logs an error for each closed one."""
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


async def _answers(bootstrap: str) -> bool:
    client = AIOKafkaClient(bootstrap_servers=bootstrap, request_timeout_ms=2000)
    try:
        await client.bootstrap()
        return bool(client.cluster.brokers())
    except KafkaError:
        return False
    finally:
        await client.close()
