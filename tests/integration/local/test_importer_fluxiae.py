"""``iae importer fluxiae``: files of the ASP through the import API, and all that there is to tell of them."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from deploy.cli import main
from deploy.fluxiae.run import import_fluxiae
from deploy.local.errors import StartRefused
from tests.factories.fluxiae import FDI, MONEY, MONEY_COLUMNS, make_annexe, make_fiche, make_file, zipped
from tests.integration.local.test_importer import Portal, served


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "fluxIAE_ITOU_06012025.tar.gz"
    rows = [
        make_annexe() | MONEY,
        make_annexe() | FDI,
        make_annexe(kind="EI", af_mesure_dispositif_code="EI_MP"),
    ]
    path.write_bytes(
        zipped(
            Structure=make_file("Structure", [make_fiche()]),
            AnnexeFinanciere=make_file("AnnexeFinanciere", rows, columns=MONEY_COLUMNS),
        )
    )
    return path


async def receive(portal: Portal, path: Path, *, a_blanc: bool = False) -> tuple[bool, str]:
    screen = io.StringIO()
    async with served(portal) as address:
        sound = await import_fluxiae(
            address, "secret", [path], Console(file=screen, width=160), a_blanc=a_blanc
        )
    return sound, screen.getvalue()


async def test_a_delivery_is_sent_structures_first_and_every_record_is_told(archive: Path) -> None:
    portal = Portal()
    sound, screen = await receive(portal, archive)
    assert sound
    assert [query["nature"] for query, _, _ in portal.received] == [
        "fiches_asp",
        "annexes_asp",
        "annexes_asp",
        "actions_fdi",
    ]
    assert "fluxIAE_Structure_06012025_070512.csv : 1 enregistrements lus, 1 repris, 0 écartés." in screen
    assert "3 enregistrements lus, 2 repris, 1 écartés." in screen
    assert "ligne 5, écartée : hors_champ. Mesure EI_MP" in screen


async def test_refused_lines_are_all_told_and_a_dry_run_sends_nothing(archive: Path) -> None:
    sound, screen = await receive(Portal(refused=25), archive)
    assert not sound
    assert screen.count("siret_invalide") == 100
    portal = Portal()
    assert (await receive(portal, archive, a_blanc=True))[0]
    assert portal.received == []


async def test_a_file_that_is_not_whole_or_not_one_is_said(tmp_path: Path) -> None:
    path = tmp_path / "extrait.csv"
    path.write_bytes(make_file("AnnexeFinanciere", [make_annexe()], fin=2))
    sound, screen = await receive(Portal(), path)
    assert not sound
    assert "avertissement : fin_faux" in screen
    path.write_bytes(b"7z\xbc\xaf\x27\x1c")
    with pytest.raises(StartRefused, match="7z"):
        await receive(Portal(), path)


def test_without_a_platform_the_command_says_how_to_start_one(
    archive: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IAE_STATE", str(archive.parent / "etat"))
    assert main(["importer", "fluxiae", str(archive)]) == 1
    assert "Impossible : La plateforme ne tourne pas" in capsys.readouterr().err
