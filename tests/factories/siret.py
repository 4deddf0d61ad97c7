"""Fictitious SIRET: prefix 000, keys right."""

from shared.types import luhn_valid


def with_key(digits: str) -> str:
    return next(digits + key for key in "0123456789" if luhn_valid(digits + key))


def make_siret(number: int) -> str:
    """Return the SIRET of a number below a billion; beyond 99 999 establishments share a SIREN."""
    establishment, company = divmod(number, 100_000)
    siren = with_key(f"000{company:05d}")
    return with_key(f"{siren}{establishment + 1:04d}")
