"""The view of the gateway, with all its projections registered."""

from services.gateway.projections import VIEW, funding, parcours, projections, structures

__all__ = ["VIEW", "funding", "parcours", "projections", "structures"]
