"""What the registry is made of, for its two processes and for the tests."""

from services.structures.commands.convention import CONVENTIONS
from services.structures.commands.dossier import DOSSIERS
from services.structures.commands.structure import STRUCTURES
from services.structures.handlers import projections
from services.structures.routes import registre
from services.structures.tables import tables
from shared.access.rights import Action
from shared.access.scopes import Audience
from shared.service import Service

SERVICE = Service(
    name=Audience.STRUCTURES,
    title="Registre des structures de l'IAE",
    tables=tables,
    natures=(STRUCTURES, CONVENTIONS, DOSSIERS),
    routers=(registre.router,),
    projections=projections,
    reading=Action.LIRE_REGISTRE,
)
