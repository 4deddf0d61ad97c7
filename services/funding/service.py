"""What the funding service is made of, for its HTTP process and for the tests."""

from services.funding.commands.action_fdi import ACTIONS_FDI
from services.funding.commands.annexe import ANNEXES
from services.funding.commands.annexe_asp import ANNEXES_ASP
from services.funding.commands.arbitrage import ARBITRAGES
from services.funding.commands.avenant import AVENANTS
from services.funding.commands.bareme import BAREMES
from services.funding.commands.cofinancement import COFINANCEMENTS
from services.funding.commands.enveloppe import ENVELOPPES, MOUVEMENTS
from services.funding.commands.etat_annexe import ETATS_ANNEXES
from services.funding.commands.heures_clause import HEURES_CLAUSE
from services.funding.commands.marche import MARCHES
from services.funding.commands.modulation import GRILLES, MODULATIONS
from services.funding.commands.redeploiement import APPLICATIONS, DECISIONS, REDEPLOIEMENTS
from services.funding.commands.versement import CONTREPASSATIONS, VERSEMENTS
from services.funding.routes import (
    actions,
    annexes,
    conference,
    enveloppes,
    financements,
    rapprochement,
    redeploiements,
    simulations,
    suivi,
)
from services.funding.tables import tables
from shared.access.rights import Action
from shared.access.scopes import Audience
from shared.service import Service

SERVICE = Service(
    name=Audience.FUNDING,
    title="Financement de l'IAE",
    tables=tables,
    natures=(
        ANNEXES,
        VERSEMENTS,
        MARCHES,
        ENVELOPPES,
        MOUVEMENTS,
        ETATS_ANNEXES,
        AVENANTS,
        COFINANCEMENTS,
        GRILLES,
        MODULATIONS,
        CONTREPASSATIONS,
        REDEPLOIEMENTS,
        DECISIONS,
        APPLICATIONS,
        HEURES_CLAUSE,
        ACTIONS_FDI,
        BAREMES,
        ARBITRAGES,
        ANNEXES_ASP,
    ),
    routers=(
        financements.router,
        annexes.router,
        suivi.router,
        enveloppes.router,
        redeploiements.router,
        actions.router,
        conference.router,
        rapprochement.router,
        simulations.router,
    ),
    reading=Action.LIRE_FINANCEMENT,
)
