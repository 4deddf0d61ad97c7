"""What helps a structure beside the *aide au poste*: exemptions, tax credit, training, advice; dated, with their source.

Only what a text or a relay says is here: the amount of the exemptions is that of the payroll, never computed.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.funding.domain import cits

TYPES_IAE = ("ACI", "AI", "EI", "ETTI", "EITI")
EMPLOYEURS = ("ACI", "AI", "EI", "ETTI")
"""Who pays wages: the EITI does not."""
_ZERO_CHARGE = "loi de financement de la sécurité sociale pour 2019 (« zéro charge »)"


@dataclass(frozen=True, slots=True)
class Aide:
    """An aid from a day to another, both included; no day where no source tells it.

    Attributes
    ----------
    plafond
        Euros at most, of what ``libelle`` says.
    part
        Ratio of the expense, or of the wages, at most.
    """

    code: str
    libelle: str
    types: tuple[str, ...]
    source: str
    du: date | None = None
    au: date | None = None
    plafond: Decimal | None = None
    part: Decimal | None = None


AIDES = (
    Aide(
        "EXONERATION_PROPRE",
        "Exonération de cotisations propre aux AI et aux ACI",
        ("AI", "ACI"),
        "supprimée par la loi de financement de la sécurité sociale pour 2019",
        au=date(2018, 12, 31),
    ),
    Aide(
        "ALLEGEMENT_RETRAITE",
        "Allègement général étendu à la retraite complémentaire",
        EMPLOYEURS,
        _ZERO_CHARGE,
        du=date(2019, 1, 1),
    ),
    Aide(
        "ALLEGEMENT_CHOMAGE",
        "Allègement général étendu à l'assurance chômage",
        ("AI", "ACI"),
        _ZERO_CHARGE,
        du=date(2019, 1, 1),
    ),
    Aide(
        "ALLEGEMENT_CHOMAGE",
        "Allègement général étendu à l'assurance chômage",
        ("EI", "ETTI"),
        _ZERO_CHARGE,
        du=date(2019, 10, 1),
    ),
    Aide(
        "CITS",
        "Crédit d'impôt des employeurs redevables de la taxe sur les salaires, sur les salaires jusqu'à 2,5 SMIC",
        EMPLOYEURS,
        "CGI art. 231 A, salaires de 2017 et 2018",
        du=date(cits.ANNEES[0], 1, 1),
        au=date(cits.ANNEES[-1], 12, 31),
        part=cits.TAUX,
    ),
    Aide(
        "PROFESSIONNALISATION",
        "Formation : contrat de professionnalisation conclu par une structure d'insertion",
        EMPLOYEURS,
        "aide à la professionnalisation, depuis le 1er janvier 2021",
        du=date(2021, 1, 1),
        plafond=Decimal(4000),
    ),
    Aide(
        "FDI_CONSEIL",
        "FDI : conseil, par opération, toutes taxes comprises",
        TYPES_IAE,
        "fonds départemental d'insertion, aide au conseil",
        plafond=Decimal(15000),
        part=Decimal("0.70"),
    ),
)


def aides_de(type_structure: str, jour: date) -> list[Aide]:
    """Return the aids open to a type of structure on a day; none to a type outside the IAE."""
    return [
        aide
        for aide in AIDES
        if type_structure in aide.types
        and (aide.du is None or aide.du <= jour)
        and (aide.au is None or jour <= aide.au)
    ]
