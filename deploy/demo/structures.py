"""Draw of the structures, and of the files examined by the CDIAE."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from deploy.demo.hypotheses import (
    ACTIVITES,
    DEPARTEMENTS,
    ENSEIGNES,
    LIEUX,
    MOIS_CDIAE,
    OBJETS_DOSSIER,
    VOIES,
)
from deploy.demo.rules import CIBLES, STRUCTURES, TYPES, luhn_key
from deploy.demo.tables import Annexe, Dossier, Structure
from deploy.demo.world import Urn, World, apportion

_ACTIVITES = {t: Urn((a, a.poids) for a in activites) for t, activites in ACTIVITES.items()}
_OBJETS = Urn(OBJETS_DOSSIER.items())


def draw_structures(world: World, scale: float) -> list[Structure]:
    """Return the structures, type by type then département by département; at least one of each type."""
    structures: list[Structure] = []
    total = max(len(TYPES), round(CIBLES["structures"] * scale))
    for type_structure, count in zip(TYPES, apportion(total, STRUCTURES.values(), least=1), strict=True):
        for departement, share in zip(DEPARTEMENTS, apportion(count, DEPARTEMENTS.values()), strict=True):
            structures += [
                _structure(world, len(structures) + i, type_structure, departement)
                for i in range(1, share + 1)
            ]
    return structures


def by_type(structures: Iterable[Structure]) -> dict[str, list[Structure]]:
    """Return the structures grouped by type, in their order."""
    groups: dict[str, list[Structure]] = defaultdict(list)
    for structure in structures:
        groups[structure.type].append(structure)
    return groups


def _siret(number: int) -> tuple[str, str]:
    """Return a SIREN of the fictitious prefix 000 and its first SIRET, both with right keys."""
    siren = f"000{number:05d}"
    siren += luhn_key(siren)
    establishment = f"{siren}0001"
    return siren, establishment + luhn_key(establishment)


def _structure(world: World, number: int, type_structure: str, departement: str) -> Structure:
    rng = world.rng
    enseignes = ENSEIGNES[type_structure]
    name = number * 157 % (100 * len(enseignes))  # 157 is prime: no two structures share a name
    commune = world.commune(departement)
    activite = world.draw(_ACTIVITES[type_structure])
    siren, siret = _siret(number)
    associative = type_structure in ("ACI", "AI", "AUTRE")
    return Structure(
        id_structure=f"S{number:05d}",
        siren=siren,
        siret=siret,
        raison_sociale=f"{enseignes[name // 100]} {LIEUX[name % 100]}",
        type=type_structure,
        forme_juridique="Association" if associative else rng.choice(["Association", "SAS", "SARL", "SCIC"]),
        reseau=f"R{rng.randint(1, 10):02d}",
        activite=activite.libelle,
        division_naf=activite.division_naf,
        code_rome=activite.code_rome,
        adresse=f"{rng.randint(1, 180)} {rng.choice(VOIES)}",
        code_postal=commune.codes_postaux[0],
        code_insee=commune.code_insee,
        commune=commune.nom,
        code_departement=departement,
        code_epci=commune.code_epci,
        date_conventionnement=world.working_day(date(rng.randint(1995, 2016), rng.randint(1, 12), 1)),
        taille=rng.lognormvariate(0, 0.55),
        qualite=rng.betavariate(4, 3),
    )


def draw_dossiers(world: World, annexes: Sequence[Annexe]) -> list[Dossier]:
    """Return one CDIAE file per structure, at one of the sessions of its département."""
    return [_dossier(world, number, annexe) for number, annexe in enumerate(annexes, 1)]


def _dossier(world: World, number: int, annexe: Annexe) -> Dossier:
    structure, accorde = annexe.structure, annexe.etp_centiemes / 100
    day = 8 + int(structure.code_departement) % 7
    seance = world.working_day(date(2017, world.rng.choice(MOIS_CDIAE), day))
    demande = round(accorde * world.rng.uniform(1.0, 1.3), 2)
    return Dossier(
        id_dossier=f"D{number:05d}",
        structure=structure,
        date_seance=seance,
        objet=world.draw(_OBJETS),
        etp_demandes=f"{demande:.2f}",
        etp_accordes=f"{accorde:.2f}",
        avis="FAVORABLE" if demande - accorde < 0.15 * accorde else "FAVORABLE_AVEC_RESERVES",
    )
