"""Where the communes of the Hauts-de-France are, for distances."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import asin, cos, radians, sin, sqrt
from types import MappingProxyType

from shared.reference.files import UnknownCode, read_rows
from shared.reference.territories import former_communes

EARTH_RADIUS_M = 6_371_000.0


@dataclass(frozen=True, slots=True)
class Position:
    """A place, in degrees (WGS 84).

    ``precision`` is ``lieu`` for the town itself; ``code_postal`` or ``epci`` where only the mean of the towns
    known under the same postal code, or in the same EPCI, is held.
    """

    latitude: float
    longitude: float
    precision: str = "lieu"


@cache
def positions() -> Mapping[str, Position]:
    """Return the position of each commune that is held, by its current INSEE code."""
    return MappingProxyType(
        {
            r["code_insee"]: Position(float(r["latitude"]), float(r["longitude"]), r["precision"])
            for r in read_rows("communes_hdf_positions")
        }
    )


def position_of_commune(code_insee: str) -> Position:
    """Return the position of the commune that a current or former INSEE code designates today.

    Raises
    ------
    UnknownCode
        None is held: another region, or one of the few communes of which no neighbour is located.
    """
    try:
        return positions()[former_communes().get(code_insee, code_insee)]
    except KeyError:
        raise UnknownCode("position de commune", code_insee) from None


def distance_m(a: Position, b: Position) -> float:
    """Return the great-circle distance between two places, in metres (haversine, mean radius)."""
    half_lat = radians(b.latitude - a.latitude) / 2
    half_lon = radians(b.longitude - a.longitude) / 2
    chord = sin(half_lat) ** 2 + cos(radians(a.latitude)) * cos(radians(b.latitude)) * sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * asin(sqrt(chord))
