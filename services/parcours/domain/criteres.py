"""Administrative criteria: what proves each of them, and which ones a profile suggests (``domaine/parcours.md`` §4.1, §4.4)."""

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from services.parcours.domain.regles import REFORME, Citation, Regle, en_vigueur, plus_mois

_ARRETE = "Arrêté du 1er septembre 2021 (MTRD2124285A), annexe 2 ; parcours §4.1"


@dataclass(frozen=True, slots=True)
class Piece:
    """What proves a criterion; ``mois`` is its age in months, never reached, None where it must hold or never ages."""

    libelle: str
    mois: int | None = None


_DOMICILE = Piece("justificatif de domicile", 6)
_FRANCE_TRAVAIL = Piece("attestation France Travail", 3)
_IDENTITE = Piece("pièce d'identité")
PIECES = Regle(
    MappingProxyType(
        {
            "RSA": Piece("attestation RSA", 3),
            "ASS": Piece("attestation", 3),
            "AAH": Piece("attestation", 3),
            "DETLD": _FRANCE_TRAVAIL,
            "CAP_BEP": Piece("diplôme ou attestation sur l'honneur", 3),
            "SENIOR": _IDENTITE,
            "JEUNE": _IDENTITE,
            "ASE": Piece("attestation", 12),
            "DELD": _FRANCE_TRAVAIL,
            "TH": Piece("notification RQTH, valide à l'embauche"),
            "PI": Piece("attestation CAF", 3),
            "PSH_PR": Piece("domiciliation ou attestation sociale", 3),
            "REF_DA": Piece(
                "titre en cours de validité à la délivrance, avec autorisation de travail pour un demandeur d'asile"
            ),
            "ZRR": _DOMICILE,
            "QPV": _DOMICILE,
            "DETENTION_MJ": Piece("billet de sortie, attestation SPIP ou JAP", 6),
            "FLE": Piece("évaluation", 6),
            "PM": Piece("diagnostic par un prescripteur habilité", 6),
        }
    ),
    _ARRETE,
    REFORME,
)
"""What proves each criterion."""

CERTIFIABLES: tuple[Regle[tuple[str, ...]], ...] = (
    Regle(
        ("RSA", "AAH", "PI"),
        "Arrêté du 4 septembre 2025 (JO du 6 septembre) ; parcours §4.5 : API Particulier",
        date(2025, 9, 6),
    ),
    Regle(("TH",), "Parcours §4.1 : API France Travail, mars 2026", date(2026, 3, 1)),
)
"""Criteria that a public service certifies in the place of a piece."""

AGES = Regle((26, 50), f"{_ARRETE} ; parcours §4.4", REFORME)
"""Birthday from which JEUNE is over; birthday from which SENIOR holds, that day included."""

NIVEAUX = Regle(
    frozenset({"51", "50", "00", "01", "70"}), "Parcours §4.4 : niveaux ASP d'un CAP_BEP", REFORME
)
ANCIENNETES = Regle({"03": "DELD", "04": "DETLD"}, "Parcours §4.4 : ancienneté France Travail", REFORME)

CITATIONS = (
    Citation("criteres_pieces", "Chaque critère a sa pièce, d'un âge limité", PIECES.source),
    Citation("criteres_age", "JEUNE avant 26 ans, SENIOR à partir de 50 ans", AGES.source),
    Citation("criteres_formation", "CAP_BEP : niveaux 51, 50, 00, 01 et 70", NIVEAUX.source),
    Citation("criteres_anciennete", "DELD : ancienneté 03 ; DETLD : ancienneté 04", ANCIENNETES.source),
)


def certifiables(jour: date) -> frozenset[str]:
    """Return the criteria that a public service certifies on a day."""
    return frozenset(code for regle in CERTIFIABLES if en_vigueur([regle], jour) for code in regle.valeur)


def proposer(
    naissance: date | None, niveau_formation: str | None, anciennete: str | None, jour: date
) -> list[str]:
    """Return the criteria that a profile suggests on a day; what is not given suggests nothing.

    Parameters
    ----------
    niveau_formation, anciennete
        Codes of the ASP: level of training, time since the registration at France Travail.
    """
    found: list[str] = []
    if naissance is not None:
        young, senior = (plus_mois(jour, -12 * age) for age in AGES.valeur)
        found += ["JEUNE"] if naissance > young else []
        found += ["SENIOR"] if naissance <= senior else []
    if niveau_formation in NIVEAUX.valeur:
        found.append("CAP_BEP")
    if anciennete in ANCIENNETES.valeur:
        found.append(ANCIENNETES.valeur[anciennete])
    return found
