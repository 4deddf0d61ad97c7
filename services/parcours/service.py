"""What the service is made of, for its HTTP process and for the tests."""

from services.parcours.commands.candidature import ORIENTATIONS
from services.parcours.commands.contrat import CONTRATS
from services.parcours.commands.decision import DECISIONS
from services.parcours.commands.declaration import DECLARATIONS
from services.parcours.commands.personne import PERSONNES
from services.parcours.commands.reprise_pass import PASS_REPRIS
from services.parcours.commands.sortie import SORTIES
from services.parcours.routes import (
    accompagnement,
    candidatures,
    conseils,
    conservation,
    contrats,
    declarations,
    delivrances,
    doublons,
    fin_de_parcours,
    flux,
    identites,
    pass_iae,
    prolongations,
    publics,
    simulations_contrat,
    simulations_parcours,
    simulations_pass,
)
from services.parcours.tables import tables
from services.parcours.vault import Vault
from shared.access.rights import Action
from shared.access.scopes import Audience
from shared.service import Service

SERVICE = Service(
    name=Audience.PARCOURS,
    title="Parcours d'insertion",
    tables=tables,
    natures=(PERSONNES, PASS_REPRIS, CONTRATS, ORIENTATIONS, DECISIONS, DECLARATIONS, SORTIES),
    routers=(
        candidatures.router,
        delivrances.router,
        contrats.router,
        declarations.router,
        conservation.router,
        publics.router,
        doublons.router,  # before identites: its list has the place of an identifier
        identites.router,
        pass_iae.router,
        prolongations.router,
        fin_de_parcours.router,
        conseils.router,
        accompagnement.router,
        flux.router,
        simulations_pass.router,
        simulations_parcours.router,
        simulations_contrat.router,
    ),
    reading=Action.LIRE_PARCOURS,
    personal=True,
    open_tools=Vault.of,
)
