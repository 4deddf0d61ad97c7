"""A territory as the API writes it: the same figures as its page, by type, month and step."""

from typing import Any

from services.gateway.pages.definitions import VERSION
from services.gateway.pages.formats import Absence
from services.gateway.pages.secrecy import hide, hide_steps
from services.gateway.queries.region import RegionFigures
from services.gateway.queries.reperes import TYPES, Reperes, rounded


def territory_body(figures: RegionFigures, maille: str, code: str, departement: str | None) -> dict[str, Any]:
    """Return the body of ``/territoires/{maille}/{code}``; hidden counts are the word « secret »."""
    reperes = Reperes(figures, departement)
    structures = figures.of(departement)
    kinds = [kind for kind in TYPES if any(s.type_structure == kind for s in structures)]
    persons = {None: reperes.personnes_employees} | {
        kind: figures.persons.get((departement, kind), 0) for kind in kinds
    }
    shown = hide(persons, [(None, *kinds)])
    return {
        "maille": maille,
        "code": code,
        "annee": figures.champ.annee,
        "type": figures.champ.type,
        "version_definitions": VERSION,
        "reperes": {
            "structures": {"total": reperes.structures, **reperes.structures_par_type},
            "personnes_employees": _shown(shown[None]),
            "etp_realises": str(rounded(reperes.etp_realises)),
            "etp_conventionnes": str(rounded(reperes.etp_conventionnes)),
        },
        "mois": [
            {
                "mois": f"{figures.champ.annee}-{month:02d}",
                "etp_realises": str(rounded(_month(figures, departement, month))),
                "etp_conventionnes": str(rounded(_target(figures, departement, month))),
            }
            for month in range(1, 13)
        ],
        "types": [
            {
                "type": kind,
                "structures": sum(s.type_structure == kind for s in structures),
                "personnes_employees": _shown(shown[kind]),
                "etp_realises": str(
                    rounded(sum(s.etp_realises for s in structures if s.type_structure == kind))
                ),
                "etp_conventionnes": str(
                    rounded(sum(s.etp_conventionnes for s in structures if s.type_structure == kind))
                ),
            }
            for kind in kinds
        ],
        "etapes": _steps(figures, departement, reperes),
    }


def _steps(figures: RegionFigures, departement: str | None, reperes: Reperes) -> dict[str, Any]:
    o = reperes.orientations
    structures = figures.of(departement)
    sent = hide_steps([o.envoyees, o.acceptees, o.embauches])
    exits = hide_steps(
        [
            sum(s.sorties for s in structures),
            sum(s.comptees for s in structures),
            sum(s.dynamiques for s in structures),
        ]
    )
    return {
        "orientations": dict(zip(("envoyees", "acceptees", "embauches"), map(_shown, sent), strict=True)),
        "sorties": dict(zip(("sorties", "comptees", "dynamiques"), map(_shown, exits), strict=True)),
    }


def _month(figures: RegionFigures, departement: str | None, month: int) -> Any:
    return sum(etp for (d, _, m), etp in figures.months.items() if m == month and departement in (None, d))


def _target(figures: RegionFigures, departement: str | None, month: int) -> Any:
    return sum(etp for (d, _, m), etp in figures.targets.items() if m == month and departement in (None, d))


def _shown(count: object) -> int | str | None:
    return str(count) if isinstance(count, Absence) else count  # type: ignore[return-value] # int or None
