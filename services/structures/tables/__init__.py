"""Tables of the registry, one module a subject."""

from services.structures.tables.asp import annexe_asp
from services.structures.tables.base import metadata, tables
from services.structures.tables.conventions import annexe, convention
from services.structures.tables.gouvernance import dossier, instance, seance
from services.structures.tables.postes import fiche_de_poste
from services.structures.tables.prescripteurs import prescripteur
from services.structures.tables.projets import plan, projet, veille, vote
from services.structures.tables.registre import exercice, structure, structure_etat

__all__ = [
    "annexe",
    "annexe_asp",
    "convention",
    "dossier",
    "exercice",
    "fiche_de_poste",
    "instance",
    "metadata",
    "plan",
    "prescripteur",
    "projet",
    "seance",
    "structure",
    "structure_etat",
    "tables",
    "veille",
    "vote",
]
