"""What the service is made of, for its two processes and for the tests."""

from services.parcours.commands.candidature import orientations
from services.parcours.commands.contrat import CONTRATS
from services.parcours.commands.declaration import DECLARATIONS
from services.parcours.commands.personne import personnes
from services.parcours.commands.sortie import SORTIES
from services.parcours.handlers import projections
from services.parcours.routes import candidatures, contrats, declarations, personnes as routes_personnes
from services.parcours.tables import tables
from services.parcours.vault import Vault
from shared.access.rights import Action
from shared.access.scopes import Audience
from shared.service import Service
from shared.settings import Settings


def create_service(settings: Settings) -> Service:
    """Return the service, with the vault of a deployment."""
    vault = Vault.of(settings)
    return Service(
        name=Audience.PARCOURS,
        title="Parcours d'insertion",
        tables=tables,
        natures=(personnes(vault), CONTRATS, orientations(vault), DECLARATIONS, SORTIES),
        routers=(candidatures.router, contrats.router, declarations.router, routes_personnes.router),
        projections=projections,
        reading=Action.LIRE_PARCOURS,
        personal=True,
        state={"vault": vault},
    )
