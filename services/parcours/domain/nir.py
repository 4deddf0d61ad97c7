"""The NIR: form, key, and what it says of birth and sex (``domaine/parcours.md`` §3.2)."""

import re
from datetime import date

from services.parcours.domain.errors import NirIncoherent, NirInvalide

SOURCE = "Parcours §3.2, contrôle du NIR"
_FORM = re.compile(r"[0-9]{3}(?P<mois>[0-9]{2})([0-9]{2}|2[AB])[0-9]{8}")
_FIRST = "123478"
_MONTHS = frozenset(range(1, 13)) | frozenset(range(20, 43)) | frozenset(range(50, 100))
_EXAMPLE = "269054958815780"  # printed in every brochure


def compacter(nir: str) -> str:
    """Return a NIR, right or wrong, without blanks and in capitals."""
    return "".join(nir.split()).upper()


def masquer(nir: str | None) -> str | None:
    """Return a compact NIR as it may be shown: sex and year of birth, nothing else."""
    return nir and f"{nir[0]} {nir[1:3]} ** ** *** *** **"


def defaut_du_nir(nir: str) -> str | None:
    """Return the code of the first thing wrong in a compact NIR, or None when it is valid."""
    form = _FORM.fullmatch(nir)
    if form is None:
        return "forme_invalide"
    if nir[0] not in _FIRST:
        return "premier_chiffre_invalide"
    if int(form["mois"]) not in _MONTHS:
        return "mois_invalide"
    if _key(nir) != int(nir[13:]):
        return "cle_invalide"
    return "exemple_public" if nir == _EXAMPLE else None


def verifier_nir(nir: str) -> None:
    """Return if a compact NIR is valid.

    Raises
    ------
    NirInvalide
        Wrong length, first figure, month or key, or the public example.
    """
    if defaut_du_nir(nir) is None:
        return
    raise NirInvalide(
        "Ce numéro n'est pas un NIR valide.",
        champ="nir",
        correction="Recopiez les 15 caractères, clé comprise.",
        source=SOURCE,
    )


def _key(nir: str) -> int:
    return 97 - int(nir[:13].replace("2A", "19").replace("2B", "18")) % 97


def verifier_coherence(nir: str, date_naissance: date, sexe: str) -> None:
    """Return if a valid NIR agrees with the birth date and the sex (``F`` or ``H``).

    Year and month count for the prefixes 1 and 2, the year alone when the month is fictitious, nothing for
    the others.

    Raises
    ------
    NirIncoherent
    """
    prefix, year, month = nir[0], int(nir[1:3]), int(nir[3:5])
    born = year == date_naissance.year % 100 and (month > 12 or month == date_naissance.month)
    if (prefix in "137") == (sexe == "H") and (born or prefix not in "12"):
        return
    raise NirIncoherent(
        "Le NIR ne correspond pas à la date de naissance ou au sexe.",
        champ="nir",
        correction="Vérifiez l'identité et le NIR.",
        source=SOURCE,
    )
