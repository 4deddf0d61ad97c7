"""The rules of the money as a calculator, open to all: nothing is stored, no token is asked.

A refused case answers 200 with the reasons and all that does not depend on them.
"""

from fastapi import APIRouter, Depends

from services.funding.routes.simulations import aides, annexe, autres, mouvements, realisation
from shared.access.edge import open_to_all

router = APIRouter(prefix="/v1/simulations", tags=["simulations"], dependencies=[Depends(open_to_all)])
for part in (annexe, realisation, aides, mouvements, autres):
    router.include_router(part.router)
