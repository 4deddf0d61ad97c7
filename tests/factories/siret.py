"""Fictitious SIRET: prefix 000, keys right."""

from shared.types import luhn_valid


def with_key(digits: str) -> str:
    return next(digits + key for key in "0123456789" if luhn_valid(digits + key))


def make_siret(number: int) -> str:
    siren = with_key(f"000{number:05d}")
    return with_key(f"{siren}0001")
