"""Draw of the persons, of their contracts and of their exits."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from deploy.demo.hypotheses import (
    AGE_FREQUENT,
    AGE_MAXI,
    AGE_MINI,
    CRITERES,
    DEJA_LA,
    DUREE_MOIS,
    ENTREES_PAR_MOIS,
    FEMMES,
    HEBDO,
    NIVEAUX_FORMATION,
    NOMS,
    PERSONNES,
    PRENOMS_F,
    PRENOMS_M,
    SORTIES,
    TYPE_CONTRAT,
)
from deploy.demo.rules import CIBLES, DEBUT_2017, FIN_2017, JOURS_MAX, NIVEAUX_CAP, TYPES, age, plus_mois
from deploy.demo.structures import by_type
from deploy.demo.tables import Contrat, Personne, Structure
from deploy.demo.world import Urn, World, apportion
from shared.reference.territories import Commune

_MOIS_ENTREE = Urn(enumerate(ENTREES_PAR_MOIS, 1))
_NIVEAUX = Urn(NIVEAUX_FORMATION.items())


def draw_personnes(
    world: World, structures: Sequence[Structure], scale: float
) -> tuple[list[Personne], list[Contrat]]:
    """Return the persons employed in the year and their contracts: a first one each, then those of a second SIAE."""
    personnes: list[Personne] = []
    contrats: list[Contrat] = []
    for structure in _employers(structures, scale):
        number = len(personnes) + 1
        debut, prevue = _first_dates(world, structure.type)
        personne = draw_personne(world, f"P{number:06d}", structure, debut)
        personne.numero_agrement = f"0000{number:08d}"
        personne.date_agrement_debut = debut
        personne.date_agrement_fin = plus_mois(debut, 24) - timedelta(1)
        personnes.append(personne)
        contrats.append(_contrat(world, number, structure, personne, (debut, prevue)))
    _add_second_contracts(world, structures, contrats)
    return personnes, contrats


def _employers(structures: Sequence[Structure], scale: float) -> Iterator[Structure]:
    """Yield each structure once per person it employs first."""
    groups = by_type(structures)
    total = max(round(CIBLES["personnes"] * scale), len(structures) * 2)
    for type_structure, count in zip(TYPES, apportion(total, PERSONNES.values()), strict=True):
        group = groups[type_structure]
        staff = apportion(max(count, len(group)), [s.taille for s in group], least=1)
        for structure, employed in zip(group, staff, strict=True):
            for _ in range(employed):
                yield structure


def _add_second_contracts(world: World, structures: Sequence[Structure], contrats: list[Contrat]) -> None:
    """Append the contracts of those who went on to another SIAE of the département, under the same agrément."""
    neighbours: dict[str, list[Structure]] = defaultdict(list)
    for structure in structures:
        neighbours[structure.code_departement].append(structure)
    for first in tuple(contrats):
        left, personne = first.date_sortie, first.personne
        if left is None or first.motif_sortie != "AUTRE_SIAE" or left >= date(2017, 11, 15):
            continue
        other = world.rng.choice(neighbours[first.structure.code_departement])
        dates = _next_dates(
            world, other.type, left + timedelta(world.rng.randint(1, 25)), personne.date_agrement_fin
        )
        if other is not first.structure and dates:
            contrats.append(_contrat(world, len(contrats) + 1, other, personne, dates))


def _first_dates(world: World, type_structure: str) -> tuple[date, date]:
    """Return first and planned last days of a contract of the year, for some begun before 1 January."""
    rng, duree = world.rng, DUREE_MOIS[type_structure]
    if rng.random() < DEJA_LA[type_structure]:
        debut = world.working_day(DEBUT_2017 - timedelta(int(rng.triangular(5, 21 * duree.maxi, 120))))
        prevue = DEBUT_2017 + timedelta(int(30.4 * rng.triangular(0.5, 17, 9) * duree.moyenne / 11))
    else:
        mois = world.draw(_MOIS_ENTREE)
        debut = world.working_day(date(2017, mois, rng.randint(1, 28)))
        prevue = debut + _duration(world, type_structure)
    return debut, max(plus_mois(debut, duree.mini), min(prevue, debut + JOURS_MAX))


def _next_dates(
    world: World, type_structure: str, debut: date, limite: date | None
) -> tuple[date, date] | None:
    """Return the dates of a contract beginning that day or just after; None if its shortest form passes the limit."""
    debut = world.working_day(debut)
    prevue = debut + _duration(world, type_structure)
    latest = min(debut + JOURS_MAX, limite or date.max)
    shortest = plus_mois(debut, DUREE_MOIS[type_structure].mini)
    return (debut, max(shortest, min(prevue, latest))) if shortest <= latest else None


def _duration(world: World, type_structure: str) -> timedelta:
    mini, maxi, moyenne = DUREE_MOIS[type_structure]
    return timedelta(int(30.4 * min(maxi, max(mini, world.rng.gammavariate(2.2, moyenne / 2.2)))))


def _contrat(
    world: World, number: int, structure: Structure, personne: Personne, dates: tuple[date, date]
) -> Contrat:
    debut, prevue = dates
    sortie, motif = None, ""
    if prevue <= FIN_2017:
        motif = _motif_sortie(world, structure, personne, dates)
        sortie = _date_sortie(world, motif, debut, prevue)
    return Contrat(
        id_contrat=f"K{number:06d}",
        personne=personne,
        structure=structure,
        type_contrat=TYPE_CONTRAT[structure.type],
        date_debut=debut,
        date_fin_prevue=prevue,
        date_sortie=sortie,
        motif_sortie=motif,
        heures_hebdo=world.rng.choice(HEBDO[structure.type]),
        code_rome=structure.code_rome,
    )


def _motif_sortie(world: World, structure: Structure, personne: Personne, dates: tuple[date, date]) -> str:
    """Return a reason: better structures have more lasting exits, and some reasons do not fit some contracts."""
    debut, prevue = dates
    chances = dict[str, float](SORTIES[structure.type])
    chances["DURABLE"] *= 0.5 + structure.qualite
    excluded = set()
    if debut < DEBUT_2017:
        excluded.add("ESSAI")
    if age(personne.date_naissance, prevue) < 62:
        excluded.add("RETRAITE")
    categorie = world.draw(Urn(chances.items()))
    return world.draw(Urn(m for m in world.motifs[categorie] if m[0] not in excluded))


def _date_sortie(world: World, motif: str, debut: date, prevue: date) -> date:
    """Return the last day: during the trial, broken off on the way (8 %), or at the planned end or just before."""
    rng = world.rng
    jours, chance = (prevue - debut).days, rng.random()
    if motif == "ESSAI":
        sortie = debut + timedelta(rng.randint(3, 28))
    elif chance < 0.08:
        sortie = debut + timedelta(int(jours * rng.uniform(0.25, 0.95)))
    else:
        sortie = prevue - timedelta(rng.randint(0, 10) if chance < 0.25 else 0)
    return min(prevue, max(sortie, debut, DEBUT_2017 + timedelta(12)))


def draw_personne(world: World, id_personne: str, structure: Structure, jour: date) -> Personne:
    """Return a person living near a structure, without agrément; age and criteria are those of the given day."""
    rng = world.rng
    femme = rng.random() < FEMMES[structure.type]
    ans = int(rng.triangular(AGE_MINI, AGE_MAXI, AGE_FREQUENT))
    commune = world.commune(structure.code_epci if rng.random() < 0.9 else structure.code_departement)
    drawn = _drawn_criteres(world, TYPES.index(structure.type), ans)
    niveau = world.draw(_NIVEAUX)
    criteres = drawn | _deduced_criteres(world, ans, niveau, commune)
    prenoms = PRENOMS_F if femme else PRENOMS_M
    while True:
        naissance = plus_mois(jour, -12 * ans) - timedelta(rng.randint(0, 364))
        nom, prenom = "-".join(rng.sample(NOMS, 2)), rng.choice(prenoms)
        if (nom, prenom, naissance) not in world.identites:
            break
    world.identites.add((nom, prenom, naissance))
    return Personne(
        id_personne=id_personne,
        nom=nom,
        prenom=prenom,
        sexe="F" if femme else "H",
        date_naissance=naissance,
        motif_absence_nir="NO_NIR",
        code_insee=commune.code_insee,
        code_departement=commune.code_departement,
        niveau_formation=niveau,
        criteres=" ".join(sorted(criteres)),
    )


def _drawn_criteres(world: World, column: int, ans: int) -> set[str]:
    criteres = {code for code, parts in CRITERES.items() if world.rng.random() * 100 < parts[column]}
    if "DETLD" in criteres:
        criteres.discard("DELD")
    if ans >= 26:
        criteres.discard("ASE")
    return criteres


def _deduced_criteres(world: World, ans: int, niveau: str, commune: Commune) -> set[str]:
    """Return the criteria that age, level and commune give; QPV is a draw in communes above 10,000 inhabitants."""
    large = (commune.population_2016 or 0) > 10_000
    holds = {
        "JEUNE": ans < 26,
        "SENIOR": ans >= 50,
        "CAP_BEP": niveau in NIVEAUX_CAP,
        "QPV": large and world.rng.random() < 0.33,
        "ZRR": commune.code_epci in world.zrr,
    }
    return {code for code, true in holds.items() if true}
