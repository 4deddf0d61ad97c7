"""The rate of callers that need no token: per address, per minute."""

import time
from collections import OrderedDict

from fastapi import Request, Response

from shared.errors import BusinessError

WINDOW_S = 60
ADDRESSES = 10_000


class TropDeDemandes(BusinessError):
    """The address asked more than its share in the minute."""

    code = "trop_de_demandes"
    status = 429

    def __init__(self, wait_s: int, limit: int) -> None:
        super().__init__(
            f"Plus de {limit} demandes en une minute.", correction=f"Réessayez dans {wait_s} secondes."
        )
        self.headers = {
            "Retry-After": str(wait_s),
            "RateLimit-Policy": f'"anonyme";q={limit};w={WINDOW_S}',
            "RateLimit": f'"anonyme";r=0;t={wait_s}',
        }


class AnonymousRate:
    """Counts requests by address in fixed windows of a minute; the oldest addresses are forgotten first."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._counts: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def count(self, address: str, now_s: float) -> tuple[int, int]:
        """Count one request; return what is left in the window and how long it lasts, in seconds.

        Raises
        ------
        TropDeDemandes
            Nothing is left.
        """
        window = int(now_s // WINDOW_S)
        seen, used = self._counts.pop(address, (window, 0))
        used = used + 1 if seen == window else 1
        self._counts[address] = (window, used)
        if len(self._counts) > ADDRESSES:
            self._counts.popitem(last=False)
        left_s = int((window + 1) * WINDOW_S - now_s) + 1
        if used > self.limit:
            raise TropDeDemandes(left_s, self.limit)
        return self.limit - used, left_s


async def anonymous_rate(request: Request, response: Response) -> None:
    """Dependency of open routes: 429 past the rate of the settings."""
    rate: AnonymousRate = request.app.state.anonymous_rate
    address = request.client.host if request.client else ""
    left, left_s = rate.count(address, time.time())
    response.headers["RateLimit-Policy"] = f'"anonyme";q={rate.limit};w={WINDOW_S}'
    response.headers["RateLimit"] = f'"anonyme";r={left};t={left_s}'
