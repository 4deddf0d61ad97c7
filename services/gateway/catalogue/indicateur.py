"""What an indicator is: one definition, and the function that computes it."""

from dataclasses import dataclass

from services.gateway.catalogue.mesures import Mesure
from services.gateway.pages.formats import Unite

VERSION = "2"
PROVISOIRE = "Les états mensuels ne sont complets qu'environ deux mois après la fin du mois ; d'ici là, le mois est provisoire."
PERSONNES = "Un compte de personnes distinctes ne s'additionne ni entre structures, ni entre mois, ni entre territoires."
PETITS = (
    "Un effectif de 1 à 4 personnes est remplacé par « secret », ainsi que ce qui permettrait de le retrouver. Tel que "
    "connu un jour passé, un effectif est arrondi au multiple de 5 le plus proche : deux jours voisins n'en révèlent "
    "pas quelques-uns."
)
PUBLIC = "Aucun : structures, postes, euros, ETP et heures ne disent rien d'une personne."


@dataclass(frozen=True)
class Indicateur:
    """One entry of the catalogue.

    Attributes
    ----------
    unite
        Unit in words; ``format`` is how a value of it is written.
    mesure
        How it is computed, at any territory, type and period.
    """

    code: str
    libelle: str
    formule: str
    unite: str
    format: Unite
    source: str
    mesure: Mesure
    limites: tuple[str, ...] = ()
    version: str = VERSION

    @property
    def secret(self) -> str:
        """The rule of secrecy, as the reader sees it."""
        return PETITS if self.mesure.personnes else PUBLIC


@dataclass(frozen=True)
class Manquant:
    """An indicator of the public dictionary that the facts do not allow, and the fact that is missing."""

    code: str
    libelle: str
    raison: str
