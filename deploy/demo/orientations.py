"""Draw of the orientations, and of the candidates whom nobody hired in the year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from deploy.demo.hypotheses import PRESCRIPTEURS, REFUS
from deploy.demo.people import draw_personne
from deploy.demo.rules import CIBLES, DEBUT_2017, FIN_2017, age
from deploy.demo.tables import Contrat, Orientation, Personne, Structure
from deploy.demo.world import Urn, World

_PRESCRIPTEURS = Urn(PRESCRIPTEURS.items())
_REFUS = Urn(REFUS.items())


@dataclass(frozen=True, slots=True)
class Suite:
    """What came of an orientation: EMBAUCHE, REFUS, SANS_REPONSE or EN_ATTENTE."""

    suite: str
    date_suite: date | None = None
    motif_refus: str = ""
    id_contrat: str = ""


def draw_orientations(
    world: World, structures: Sequence[Structure], contrats: Sequence[Contrat], scale: float
) -> tuple[list[Orientation], list[Personne]]:
    """Return the orientations by date, and the candidates: about half lead to a contract, one candidate per other."""
    total = round(CIBLES["orientations"] * scale)
    entries = [k for k in contrats if k.date_debut >= date(2017, 1, 20)]
    hired = world.rng.sample(entries, min(len(entries), total * 52 // 100))
    orientations = [_hired(world, contrat) for contrat in hired]
    candidats: list[Personne] = []
    employers = Urn((s, s.taille) for s in structures)
    for number in range(1, total - len(hired) + 1):
        structure = world.draw(employers)
        jour = world.working_day(DEBUT_2017 + timedelta(world.rng.randint(1, 357)))
        candidat = draw_personne(world, f"C{number:06d}", structure, jour)
        candidats.append(candidat)
        orientations.append(_orientation(world, structure, jour, candidat, _answer(world, jour)))
    orientations.sort(
        key=lambda o: (o.date_orientation, o.structure.id_structure, o.id_contrat, o.personne.id_personne)
    )
    for number, orientation in enumerate(orientations, 1):
        orientation.id_orientation = f"O{number:06d}"
    return orientations, candidats


def _hired(world: World, contrat: Contrat) -> Orientation:
    jour = world.working_day(max(DEBUT_2017, contrat.date_debut - timedelta(world.rng.randint(3, 55))))
    suite = Suite("EMBAUCHE", date_suite=contrat.date_debut, id_contrat=contrat.id_contrat)
    return _orientation(world, contrat.structure, jour, contrat.personne, suite)


def _answer(world: World, jour: date) -> Suite:
    """Return a refusal, or no answer: waiting before 60 days, without answer from then on."""
    reponse = world.working_day(jour + timedelta(int(min(54, world.rng.expovariate(1 / 18))) + 1))
    if world.rng.random() < 0.68 and reponse <= FIN_2017:
        return Suite("REFUS", date_suite=reponse, motif_refus=world.draw(_REFUS))
    return Suite("EN_ATTENTE" if (FIN_2017 - jour).days < 60 else "SANS_REPONSE")


def _orientation(
    world: World, structure: Structure, jour: date, personne: Personne, suite: Suite
) -> Orientation:
    code, libelle = world.draw(_PRESCRIPTEURS)
    ans = age(personne.date_naissance, jour)
    return Orientation(
        id_orientation="",
        date_orientation=jour,
        structure=structure,
        prescripteur=code,
        prescripteur_libelle=libelle,
        prescripteur_id=f"{code}-{structure.code_departement}-{world.rng.randint(1, 9):02d}",
        personne=personne,
        tranche_age="<26" if ans < 26 else ">=50" if ans >= 50 else "26-49",
        suite=suite.suite,
        date_suite=suite.date_suite,
        motif_refus=suite.motif_refus,
        id_contrat=suite.id_contrat,
    )
