import pytest

from deploy.cli import main


def test_the_help_is_in_french_and_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--aide"])
    text = capsys.readouterr().out
    assert end.value.code == 0
    assert text.startswith("Usage : iae")
    for name in ("up", "down", "status", "demo", "importer", "verify", "republish", "replay", "rebuild"):
        assert f"    {name} " in text
    assert "IAE_PORT" in text


@pytest.mark.parametrize(
    "arguments",
    [
        ["demo"],
        ["importer", "structures", "structures", "structures.csv"],
        ["verify"],
        ["republish", "parcours"],
        ["replay", "gateway", "cle"],
        ["rebuild"],
    ],
)
def test_without_a_platform_a_command_says_how_to_start_one(
    arguments: list[str],
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("IAE_STATE", str(tmp_path_factory.mktemp("etat")))
    assert main(arguments) == 1
    assert "Impossible : La plateforme ne tourne pas" in capsys.readouterr().err


def test_an_impossible_choice_stops_with_a_sentence_and_not_a_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IAE_PORT", "[beaucoup]")
    assert main(["up"]) == 1
    assert "IAE_PORT vaut « [beaucoup] »" in capsys.readouterr().err


@pytest.mark.parametrize("scale", ["0", "-1", "11", "un peu"])
def test_an_impossible_scale_is_refused(scale: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["demo", f"--echelle={scale}"])
    assert "un nombre entre 0 et 10" in capsys.readouterr().err
