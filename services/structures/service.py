"""What the registry is made of, for its HTTP process and for the tests."""

from services.structures.commands.asp import ANNEXES_ASP, FICHES_ASP
from services.structures.commands.convention import CONVENTIONS
from services.structures.commands.dossier import DOSSIERS
from services.structures.commands.fiche import FICHES
from services.structures.commands.inscription import AVIS_RENDUS, INSCRIPTIONS
from services.structures.commands.instance import INSTANCES
from services.structures.commands.plan import PLANS
from services.structures.commands.prescripteur import PRESCRIPTEURS
from services.structures.commands.projet import PROJETS, STADES_PROJET, VEILLE, VOTES
from services.structures.commands.seance import ACTES_SEANCE, SEANCES
from services.structures.commands.structure import STRUCTURES
from services.structures.routes import (
    changements,
    conventions,
    fiches,
    gouvernance,
    prescripteurs,
    projets,
    recherche,
    structures,
)
from services.structures.tables import tables
from shared.access.rights import Action
from shared.access.scopes import Audience
from shared.service import Service

SERVICE = Service(
    name=Audience.STRUCTURES,
    title="Registre des structures de l'IAE",
    tables=tables,
    natures=(
        STRUCTURES,
        CONVENTIONS,
        DOSSIERS,
        INSTANCES,
        SEANCES,
        ACTES_SEANCE,
        INSCRIPTIONS,
        AVIS_RENDUS,
        FICHES_ASP,
        ANNEXES_ASP,
        PLANS,
        PROJETS,
        STADES_PROJET,
        VOTES,
        VEILLE,
        FICHES,
        PRESCRIPTEURS,
    ),
    # The search comes first: its addresses would be taken for identifiers of structures.
    routers=(
        recherche.router,
        structures.router,
        changements.router,
        conventions.router,
        fiches.router,
        prescripteurs.router,
        gouvernance.router,
        projets.router,
    ),
    reading=Action.LIRE_REGISTRE,
)
