"""Fictitious instances of governance: organisations only."""

from typing import Any

ORGANISATIONS = {
    "DDETS-59": ("DDETS fictive du Nord", "ETAT", True),
    "CD-59": ("Conseil départemental fictif", "COLLECTIVITE", True),
    "FT-59": ("Agence fictive", "SERVICE_EMPLOI", True),
    "RESEAU-R01": ("Réseau fictif R01", "IAE", True),
    "INVITE-1": ("Observatoire fictif", "AUTRE", False),
}


def make_instance(**changes: Any) -> dict[str, Any]:
    """The line of a CDIAE of the Nord: four votes, three of them for the quorum."""
    return {
        "nature": "CDIAE",
        "maille": "DEPARTEMENT",
        "territoire": "59",
        "libelle": "CDIAE fictif du Nord",
        "membres": [
            {"organisation": code, "libelle": libelle, "college": college, "voix": voix}
            for code, (libelle, college, voix) in ORGANISATIONS.items()
        ],
        "quorum": 3,
        "delai_convocation_jours": 0,
        "source_regles": "Règlement intérieur fictif",
    } | changes
