"""A territory as the API writes it: the same figures as its page, by type, month and step."""

from typing import Any

from services.gateway.catalogue import VERSION
from services.gateway.catalogue.lecture import Lecture, lecture_of
from services.gateway.pages.formats import Absence
from services.gateway.pages.secrecy import PAS
from services.gateway.queries.region import RegionFigures
from services.gateway.queries.reperes import TYPES, Reperes, rounded


def territory_body(figures: RegionFigures, maille: str, code: str, departement: str | None) -> dict[str, Any]:
    """Return the body of ``/territoires/{maille}/{code}``; hidden counts are the word « secret »."""
    reperes = Reperes(figures, departement)
    structures = figures.of(departement)
    kinds = [kind for kind in TYPES if any(s.type_structure == kind for s in structures)]
    return {
        "maille": maille,
        "code": code,
        "annee": figures.champ.annee,
        "type": figures.champ.type,
        "connu_le": figures.champ.connu_le.isoformat() if figures.champ.connu_le else None,
        "effectifs_arrondis_a": PAS if figures.champ.connu_le else None,
        "version_definitions": VERSION,
        "reperes": {
            "structures": {"total": reperes.structures, **reperes.structures_par_type},
            "personnes_employees": _shown(lecture_of(figures, departement).montre("presents", "personnes")),
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
                "personnes_employees": _shown(
                    lecture_of(figures, departement, kind).montre("presents", "personnes")
                ),
                "etp_realises": str(
                    rounded(sum(s.etp_realises for s in structures if s.type_structure == kind))
                ),
                "etp_conventionnes": str(
                    rounded(sum(s.etp_conventionnes for s in structures if s.type_structure == kind))
                ),
            }
            for kind in kinds
        ],
        "etapes": _steps(lecture_of(figures, departement)),
    }


def _steps(lecture: Lecture) -> dict[str, Any]:
    return {
        "orientations": {
            name: _shown(lecture.montre("candidatures", name))
            for name in ("envoyees", "acceptees", "embauches")
        },
        "sorties": {
            name: _shown(lecture.montre("sorties", name)) for name in ("sorties", "comptees", "dynamiques")
        },
    }


def _month(figures: RegionFigures, departement: str | None, month: int) -> Any:
    return sum(etp for (d, _, m), etp in figures.months.items() if m == month and departement in (None, d))


def _target(figures: RegionFigures, departement: str | None, month: int) -> Any:
    return sum(etp for (d, _, m), etp in figures.targets.items() if m == month and departement in (None, d))


def _shown(count: object) -> int | str | None:
    return str(count) if isinstance(count, Absence) else count  # type: ignore[return-value] # int or None
