"""What the funding service is made of, for its two processes and for the tests."""

from services.funding.commands.annexe import ANNEXES
from services.funding.commands.marche import MARCHES
from services.funding.commands.versement import VERSEMENTS
from services.funding.handlers import projections
from services.funding.routes import financements, simulations
from services.funding.tables import tables
from shared.access.rights import Action
from shared.access.scopes import Audience
from shared.service import Service

SERVICE = Service(
    name=Audience.FUNDING,
    title="Financement de l'IAE",
    tables=tables,
    natures=(ANNEXES, VERSEMENTS, MARCHES),
    routers=(financements.router, simulations.router),
    projections=projections,
    reading=Action.LIRE_FINANCEMENT,
)
