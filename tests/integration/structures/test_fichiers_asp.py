"""Files of the ASP received by the registry: entered once, followed through their changes, never doubled."""

from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from deploy.fluxiae.delivery import read_delivery
from deploy.fluxiae.registre import registry_lines
from deploy.fluxiae.report import Report
from services.structures.service import SERVICE
from shared.access.scopes import Scope
from shared.db import create_engine
from shared.messaging.verify import verify_states
from shared.service import create_service_app
from tests.conftest import Databases, SettingsOf, client_of
from tests.factories.fluxiae import make_annexe, make_fiche, make_file
from tests.factories.siret import make_siret, with_key
from tests.factories.tokens import ALL_WRITES, bearer
from tests.integration.structures.test_registre import key, run_import

MOVED = with_key(f"{make_siret(1)[:9]}0002")


class Registry:
    """The registry, and an importer of deliveries."""

    def __init__(self, client: httpx.AsyncClient, headers: dict[str, str], folder: Path, url: str) -> None:
        self.client, self.headers, self.folder, self.url = client, headers, folder, url

    async def receive(self, moment: str, fiches: list[dict[str, str]], annexes: list[dict[str, str]]) -> Any:
        """Import a delivery; return what became of its lines, by nature."""
        paths = []
        for vue, rows in (("Structure", fiches), ("AnnexeFinanciere", annexes)):
            paths.append(self.folder / f"{vue}-{moment}.csv")
            paths[-1].write_bytes(make_file(vue, rows, moment=f"{moment}_070000"))
        contents: dict[str, bytes] = defaultdict(bytes)
        for line in registry_lines(read_delivery(paths, Report()), Report()):
            contents[line.nature] += line.content
        outcomes = []
        for nature, content in contents.items():
            job = await run_import(self.client, content, self.headers, nature)
            report = await self.client.get(f"/v1/imports/{job['id']}/rapport", headers=self.headers)
            codes = [part.split('"')[0] for part in report.text.split('"code":"')[1:]]
            outcomes.append((job["acceptees"], job["deja_recues"], codes))
        return outcomes

    async def count(self, table: str) -> int:
        engine = create_engine(self.url, application="test", pool_size=1)
        async with engine.connect() as conn:
            counted: int = (await conn.exec_driver_sql(f"select count(*) from {table}")).scalar_one()
        findings = await verify_states(engine, SERVICE.tables.metadata)
        assert not [finding for finding in findings if finding.fault]
        await engine.dispose()
        return counted

    async def structure(self, siret: str, kind: str = "ACI") -> dict[str, Any]:
        params = {"siret": siret, "type_structure": kind}
        body = (await self.client.get("/v1/structures", params=params, headers=self.headers)).json()
        found: dict[str, Any] = (body if isinstance(body, list) else body["structures"])[0]
        return found


@pytest.fixture
async def registry(
    databases: Databases, settings_of: SettingsOf, secrets_dir: Path, tmp_path: Path
) -> AsyncIterator[Registry]:
    urls = await databases.clone("structures")
    async with client_of(create_service_app(SERVICE, settings_of(urls))) as client:
        yield Registry(client, bearer(secrets_dir, scopes=[*ALL_WRITES, Scope.REPRISE]), tmp_path, urls.appli)


async def test_a_delivery_is_entered_once_and_the_next_only_changes_what_changed(registry: Registry) -> None:
    fiches = [make_fiche(), make_fiche(900002, 2)]
    annexes = [
        make_annexe(),
        make_annexe(kind="EI"),
        make_annexe(900002, af_numero_annexe_financiere="ACI059250002", af_numero_convention="C059ACI250002"),
    ]
    assert await registry.receive("06012025", fiches, annexes) == [(3, 0, []), (3, 0, [])]
    assert await registry.receive("06012025", fiches, annexes) == [(0, 3, []), (0, 3, [])]
    facts = await registry.count("journal")
    assert facts == 9  # three structures, their annexes, their conventions
    assert await registry.receive("13012025", fiches, annexes) == [(3, 0, []), (3, 0, [])]
    assert await registry.count("journal") == facts
    closed = [make_annexe(af_etat_annexe_financiere_code="CLOTURE"), *annexes[1:]]
    renamed = [make_fiche(structure_denomination="AUTRE NOM"), fiches[1]]
    await registry.receive("20012025", renamed, closed)
    assert await registry.count("journal") == facts + 3  # the name of two structures, the state of one annexe
    assert (await registry.structure(make_siret(1)))["raison_sociale"] == "AUTRE NOM"
    assert await registry.count("annexe_asp where etat = 'CLOTURE'") == 1


async def test_a_structure_is_followed_through_its_siret_and_its_identifier(registry: Registry) -> None:
    await registry.receive("06012025", [make_fiche()], [make_annexe()])
    first = await registry.structure(make_siret(1))
    moved = make_fiche(structure_siret_actualise=MOVED)
    assert await registry.receive("13012025", [moved], [make_annexe()]) == [(1, 0, []), (1, 0, [])]
    assert (await registry.structure(MOVED))["id"] == first["id"]
    renumbered = make_fiche(900777, structure_siret_actualise=MOVED)
    assert await registry.receive("20012025", [renumbered], [make_annexe(900777)]) == [(1, 0, []), (1, 0, [])]
    assert (await registry.structure(MOVED))["version"] == 3
    assert await registry.count("structure") == await registry.count("annexe_asp") == 1
    stranger = make_fiche(
        900777, structure_siret_actualise=make_siret(5), structure_siret_signature=make_siret(5)
    )
    (_, _, refused), _ = await registry.receive("27012025", [stranger], [make_annexe(900777)])
    assert refused == ["siren_different"]


async def test_a_later_delivery_lengthens_the_convention_in_force(registry: Registry) -> None:
    def annexe(numero: str, fin: str) -> dict[str, str]:
        return make_annexe(af_numero_annexe_financiere=numero, af_date_fin_effet=fin)

    first = annexe("ACI059250001", "31/12/2025")
    await registry.receive("06012025", [make_fiche()], [first])
    facts = await registry.count("journal")
    later = [first, annexe("ACI059260001", "31/12/2099")]
    await registry.receive("13012025", [make_fiche()], later)
    assert await registry.count("journal") == facts + 2  # one annexe, one longer convention
    assert await registry.count("convention where date_fin = '2099-12-31' and version = 2") == 1
    await registry.receive("13012025", [make_fiche()], later)
    await registry.receive("20012025", [make_fiche()], [first])  # a file that tells less shortens nothing
    assert await registry.count("journal") == facts + 2


async def test_an_older_delivery_changes_nothing_and_says_so(registry: Registry) -> None:
    await registry.receive("20012025", [make_fiche()], [make_annexe()])
    older = await registry.receive(
        "06012025",
        [make_fiche(structure_denomination="ANCIEN NOM")],
        [make_annexe(af_etat_annexe_financiere_code="SAISI")],
    )
    assert [codes for _, _, codes in older] == [["date_effet_incoherente"], ["extraction_depassee"]]


async def test_after_a_merger_the_same_files_say_nothing_new(registry: Registry) -> None:
    fiches = [make_fiche(), make_fiche(900002, 2)]
    other = {"af_numero_annexe_financiere": "ACI059250002", "af_numero_convention": ""}
    annexes = [make_annexe(), make_annexe(900002, **other)]
    await registry.receive("06012025", fiches, annexes)
    absorbed, into = [(await registry.structure(make_siret(number)))["id"] for number in (1, 2)]
    answer = await registry.client.post(
        f"/v1/structures/{absorbed}/fusion", json={"absorbante": into}, headers=registry.headers | key()
    )
    assert answer.status_code == 201, answer.text
    facts = await registry.count("journal")
    assert await registry.receive("13012025", fiches, annexes) == [(2, 0, []), (2, 0, [])]
    assert await registry.count("journal") == facts


async def test_a_structure_does_not_tell_its_own_annexes(registry: Registry, secrets_dir: Path) -> None:
    await registry.receive("06012025", [make_fiche()], [make_annexe()])
    mine = (await registry.structure(make_siret(1)))["id"]
    line = {
        "reference": "R1", "siret": make_siret(1), "type_structure": "ACI", "numero": "ACI059260009A0M0",
        "mesure": "ACI_DC", "etat": "VALIDE", "date_debut": "2026-01-01", "date_fin": "2099-12-31",
    }  # fmt: skip
    siae = bearer(secrets_dir, departements=(), structures=[mine])
    job = await run_import(registry.client, orjson.dumps(line), siae, "annexes_asp")
    assert (job["acceptees"], job["refusees"]) == (0, 1)
    assert await registry.count("annexe_asp") == 1  # else the review would find its convention active


async def test_an_annexe_whose_structure_is_unknown_is_refused(registry: Registry) -> None:
    _, (accepted, _, codes) = await registry.receive(
        "06012025",
        [make_fiche()],
        [make_annexe(), make_annexe(55, af_numero_annexe_financiere="ACI059250009")],
    )
    assert (accepted, codes) == (1, ["structure_inconnue"])
