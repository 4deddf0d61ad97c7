from decimal import Decimal

import pytest

from shared import french


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("16174.50", "16\N{NARROW NO-BREAK SPACE}174,50\N{NO-BREAK SPACE}€"),
        ("19655.00", "19\N{NARROW NO-BREAK SPACE}655\N{NO-BREAK SPACE}€"),
        ("-0.5", "\N{MINUS SIGN}0,50\N{NO-BREAK SPACE}€"),
        ("0", "0\N{NO-BREAK SPACE}€"),
    ],
)
def test_euros_are_written_with_a_comma_and_their_cents_when_there_are_some(
    amount: str, sentence: str
) -> None:
    assert french.euros(Decimal(amount)) == sentence
