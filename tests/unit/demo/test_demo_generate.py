"""The generator: same arguments, same files; no rule broken; nothing that looks real."""

import csv
import hashlib
import shutil
from pathlib import Path

import pytest

from deploy.demo.checks import Verification, verify
from deploy.demo.generate import generate, main, report
from deploy.demo.rules import CIBLES, DEBUT_2017, acomptes, luhn_key, plus_mois
from deploy.demo.tables import COLUMNS, read_table
from deploy.demo.world import World, apportion
from shared.reference.files import DATA
from shared.types import siret_valid

# Files of seed 2017 at scale 0.05. A change here changes the demonstration: the totals, the documentation, the tests.
DIGEST = "e964fd9c16739095e81e249a1f3d68427ee62eed692b006dc7a0d06367b2c217"


def digest(directory: Path) -> str:
    found = hashlib.sha256()
    for name in sorted(COLUMNS):
        found.update((directory / f"{name}.csv").read_bytes())
    return found.hexdigest()


def test_the_files_are_always_the_same_for_the_same_arguments(demo_files: Path) -> None:
    assert digest(demo_files) == DIGEST


def test_another_seed_gives_other_files_and_breaks_no_rule_either(tmp_path: Path) -> None:
    verification = generate(tmp_path, seed=1, scale=0.05)
    assert digest(tmp_path) != DIGEST
    assert verification.passed


def test_no_rule_is_broken_and_the_figures_are_those_of_the_scale(
    demo_set: tuple[Path, Verification],
) -> None:
    _, verification = demo_set
    assert verification.passed
    assert len(verification.infractions) == 22
    assert not any(verification.infractions.values())
    for name in ("personnes", "etp_realises", "permanents", "orientations", "financement_etat_eur"):
        assert verification.chiffres[name] == CIBLES[name] * 0.05


def test_a_broken_rule_and_a_wrong_total_are_seen(demo_files: Path, tmp_path: Path) -> None:
    directory = Path(shutil.copytree(demo_files, tmp_path / "set"))
    heures = directory / "heures.csv"
    first, _, rest = heures.read_text(encoding="utf-8").partition("\n")
    changed = rest.split("\n", 1)
    contrat, mois, _, connu_le = changed[0].split(",")
    heures.write_text(f"{first}\n{contrat},{mois},209,{connu_le}\n{changed[1]}", encoding="utf-8")
    verification = verify(directory, scale=1)
    assert verification.infractions["heures : 1,35 fois l'horaire et 208 par mois au plus"] == 1
    assert "etp_realises" in verification.ecarts
    assert not verification.passed
    assert any(line.endswith("ÉCART") for line in report(verification))


def test_the_command_line_writes_the_files_and_prints_the_verification(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--out", str(tmp_path), "--scale", "0.02", "--seed", "3"]) == 0
    assert "indicateur" in capsys.readouterr().out
    assert (tmp_path / "totaux.json").exists()


def test_every_siren_is_fictitious_and_every_siret_valid(demo_files: Path) -> None:
    structures = list(read_table(demo_files, "structures"))
    assert all(s["siren"].startswith("000") and s["siret"].startswith(s["siren"]) for s in structures)
    assert all(siret_valid(s["siret"]) for s in structures)
    assert len({s["siret"] for s in structures}) == len(structures)


def test_every_agrement_is_fictitious_and_no_person_has_a_nir(demo_files: Path) -> None:
    personnes = list(read_table(demo_files, "personnes"))
    assert all(p["numero_agrement"].startswith("0000") for p in personnes)
    assert all(p["motif_absence_nir"] == "NO_NIR" and "nir" not in p for p in personnes)


def test_no_column_that_may_not_be_used_is_there_to_be_read() -> None:
    with (DATA / "communes_hdf.csv").open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    assert not {c for c in header if "ze2020" in c or c.startswith("zrr")}
    assert not [p.name for p in DATA.iterdir() if p.name.startswith(("rome", "asp_"))]


@pytest.mark.parametrize(
    ("total", "weights", "least", "parts"),
    [
        (10, [1, 1, 1], 0, [4, 3, 3]),
        (10, [8, 1, 1], 2, [6, 2, 2]),
        (5, [1, 0], 1, [4, 1]),
        (0, [1, 2], 0, [0, 0]),
    ],
)
def test_parts_add_up_to_the_total_exactly(
    total: int, weights: list[float], least: int, parts: list[int]
) -> None:
    assert apportion(total, weights, least) == parts


def test_monthly_advances_absorb_the_cents_in_december() -> None:
    assert acomptes(100_00) == [833] * 11 + [837]


def test_months_end_on_their_last_day() -> None:
    assert plus_mois(DEBUT_2017.replace(day=31), 1) == DEBUT_2017.replace(month=2, day=28)
    assert plus_mois(DEBUT_2017.replace(day=31), -2).isoformat() == "2016-11-30"


def test_working_days_leave_out_week_ends_and_holidays() -> None:
    world = World(1)
    assert world.working_days(DEBUT_2017, DEBUT_2017.replace(day=31)) == 22
    assert world.working_day(DEBUT_2017).isoformat() == "2017-01-02"


def test_the_luhn_key_makes_a_number_valid() -> None:
    assert luhn_key("7992739871") == "3"
