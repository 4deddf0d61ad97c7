"""Form rules of identifiers (structures.md §2, §5.1; financement.md §2)."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.types import Mois, NumeroAnnexe, Quantite, luhn_valid, siret_valid
from shared.uuids import uuid7


@pytest.mark.parametrize("siret", ["12000015300011", "00000001800010", "35600000000048", "35600000049837"])
def test_a_siret_with_right_keys_is_valid(siret: str) -> None:
    assert siret_valid(siret)


@pytest.mark.parametrize(
    "siret",
    [
        "1200001530001",
        "120000153000111",
        "1200001530001a",
        "12000015300012",
        "35600000049838",
        "",
        "١٢٠٠٠٠١٥٣٠٠٠١١",
    ],
)
def test_a_siret_of_another_form_or_key_is_not(siret: str) -> None:
    assert not siret_valid(siret)


def test_a_single_changed_digit_breaks_the_key() -> None:
    siret = "00000001800010"
    for place in range(14):
        changed = siret[:place] + str((int(siret[place]) + 1) % 10) + siret[place + 1 :]
        assert not luhn_valid(changed)


@pytest.mark.parametrize(
    "numero",
    [
        "ACI063170007A0M0", "ACI063170007A1M1", "EI080180002A1M1", "EI59V182019A1M1", "AI088160001A1M1",
        "ETTI59L181001A1M1", "EITI075230001A0M0", "AI02A210001A0M0", "ACI 051 17 0013 A0 M1",
    ],
)  # fmt: skip
def test_an_annexe_number_of_the_official_form_is_taken_without_spaces(numero: str) -> None:
    assert TypeAdapter(NumeroAnnexe).validate_python(numero) == numero.replace(" ", "")


@pytest.mark.parametrize(
    "numero", ["", "ACI063170007", "ACI063170007Z1Z1", "EI08018002A1M1", "AI08816001A1M1", "FDI051170013A0M0"]
)
def test_an_annexe_number_of_another_form_is_refused(numero: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(NumeroAnnexe).validate_python(numero)


@pytest.mark.parametrize(("given", "kept"), [("12.50", Decimal("12.50")), ("0", Decimal(0)), (7, Decimal(7))])
def test_a_quantity_is_an_exact_decimal_written_as_text(given: Any, kept: Decimal) -> None:
    adapter = TypeAdapter(Quantite)
    assert adapter.validate_python(given) == kept
    assert adapter.dump_python(kept, mode="json") == str(kept)


@pytest.mark.parametrize("given", [12.5, "12,5", "1e3", "NaN", "-1", True, "", None])
def test_a_binary_float_or_another_writing_is_no_quantity(given: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Quantite).validate_python(given)


@pytest.mark.parametrize("given", ["2017-13", "2017-3", "17-03", "2017/03"])
def test_a_month_has_one_writing(given: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Mois).validate_python(given)


def test_identifiers_sort_by_time_and_say_their_version() -> None:
    drawn = [uuid7() for _ in range(1000)]
    assert len(set(drawn)) == 1000
    assert {u.version for u in drawn} == {7}
    assert [u.int >> 80 for u in drawn] == sorted(u.int >> 80 for u in drawn)
