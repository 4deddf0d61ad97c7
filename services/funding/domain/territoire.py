"""Départements, as money knows them."""

from services.funding.domain.errors import DepartementInconnu
from shared.reference.territories import departements


def ensure_departement(code: str, *, champ: str) -> None:
    """Return if a code names a département of France.

    Raises
    ------
    DepartementInconnu
        It names none; ``champ`` is the field that gave it.
    """
    if code not in departements():
        raise DepartementInconnu(
            "Ce code ne désigne aucun département.", champ=champ, correction="Vérifiez le code officiel."
        )
