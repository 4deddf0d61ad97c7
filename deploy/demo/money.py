"""Draw of the money: annexes, payments, accounts of the structures, public contracts with a social clause."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from deploy.demo.hypotheses import (
    CHIFFRE_AFFAIRES_HORAIRE,
    ETP_CONVENTIONNES,
    MODALITES_CLAUSE,
    OBJETS_MARCHE,
    RSA_2017,
)
from deploy.demo.rules import CIBLES, DEBUT_2017, FIN_2017, HEURES_PAR_ETP, MONTANT_UNITAIRE, TYPES, acomptes
from deploy.demo.structures import by_type
from deploy.demo.tables import Annexe, Contrat, Marche, Structure, Versement, euros
from deploy.demo.world import Urn, World, apportion

PAS_DE_CALAIS = "62"  # the only département whose cofinanced posts and clause hours the source gives

_OBJETS = Urn(OBJETS_MARCHE.items())
_MODALITES = Urn(MODALITES_CLAUSE.items())


def draw_annexes(world: World, structures: Sequence[Structure], scale: float) -> list[Annexe]:
    """Return the annexe of 2017 of each structure, in their order.

    State aid: the socle of the barème, then the part modulée (80 % of the balance, by quality) and the FDI.
    """
    etps = _etp_centiemes(structures, scale)
    postes = _postes_cddi(structures, etps, scale)
    socles = [etp * MONTANT_UNITAIRE[s.type] for s, etp in zip(structures, etps, strict=True)]
    etat = round(CIBLES["financement_etat_eur"] * scale) * 100
    balance = max(etat - sum(socles), len(structures) * 100)
    modules = apportion(
        balance * 8 // 10, [socle * s.qualite**2 for s, socle in zip(structures, socles, strict=True)]
    )
    helped = [s for s in structures if world.rng.random() < 0.25] or structures
    fdi = dict(
        zip(helped, apportion(balance - balance * 8 // 10, [1 + s.taille for s in helped]), strict=True)
    )
    annexes = []
    for number, (s, etp, socle, module) in enumerate(zip(structures, etps, socles, modules, strict=True), 1):
        prefix, mesure = ("AUT", "AUTRE") if s.type == "AUTRE" else (s.type, f"{s.type}_DC")
        annexes.append(
            Annexe(
                structure=s,
                numero_convention=f"{prefix}0{s.code_departement}17{number % 10000:04d}",
                mesure=mesure,
                date_debut=DEBUT_2017,
                date_fin=FIN_2017,
                etat="VALIDE",
                etp_centiemes=etp,
                heures_par_etp=HEURES_PAR_ETP[s.type],
                montant_unitaire_socle_eur=MONTANT_UNITAIRE[s.type],
                socle=socle,
                module=module,
                fdi=fdi.get(s, 0),
                postes_cddi_cd=postes.get(s, 0) if s.code_departement == PAS_DE_CALAIS else None,
            )
        )
    return annexes


def _etp_centiemes(structures: Sequence[Structure], scale: float) -> list[int]:
    groups = by_type(structures)
    totals = apportion(round(CIBLES["etp_conventionnes"] * scale), ETP_CONVENTIONNES.values(), least=1)
    etps: list[int] = []
    for type_structure, total in zip(TYPES, totals, strict=True):
        group = groups[type_structure]
        etps += apportion(total * 100, [s.taille for s in group], least=50 if total > len(group) else 1)
    return etps


def _postes_cddi(structures: Sequence[Structure], etps: Sequence[int], scale: float) -> dict[Structure, int]:
    """Return the posts in CDDI cofinanced by the Pas-de-Calais, by ACI of that département."""
    etp_of = {
        s: etp
        for s, etp in zip(structures, etps, strict=True)
        if s.type == "ACI" and s.code_departement == PAS_DE_CALAIS
    }
    if not etp_of:
        return {}
    return dict(zip(etp_of, apportion(round(CIBLES["cddi_cd62"] * scale), etp_of.values()), strict=True))


def draw_versements(annexes: Iterable[Annexe]) -> list[Versement]:
    """Return the payments of the year, structure by structure.

    Monthly advances of the socle (F07), part modulée and FDI at once, estimated cofinancing (88 % of the RSA per post
    and month). Nothing is drawn.
    """
    versements: list[Versement] = []
    for annexe in annexes:
        for mois, financeur, nature, centimes in _amounts(annexe):
            if centimes:
                versements.append(
                    Versement(
                        id_versement=f"V{len(versements) + 1:06d}",
                        annexe=annexe,
                        mois=f"2017-{mois:02d}",
                        financeur=financeur,
                        nature=nature,
                        montant_eur=euros(centimes),
                    )
                )
    return versements


def _amounts(annexe: Annexe) -> Iterator[tuple[int, str, str, int]]:
    for mois, part in enumerate(acomptes(annexe.socle), 1):
        yield mois, "ETAT", "AIDE_POSTE_SOCLE", part
        cofinancement = round((annexe.postes_cddi_cd or 0) * RSA_2017[mois] * 88)
        yield mois, "CD62", "COFINANCEMENT_CDDI_ESTIME", cofinancement
    yield 12, "ETAT", "AIDE_POSTE_MODULEE", annexe.module
    yield 6, "ETAT", "FDI", annexe.fdi


def settle_accounts(
    world: World, structures: Sequence[Structure], contrats: Iterable[Contrat], scale: float
) -> None:
    """Set permanents and turnover of each structure, in proportion of the hours worked."""
    heures: Counter[Structure] = Counter()
    for contrat in contrats:
        heures[contrat.structure] += contrat.heures
    turnovers = apportion(
        round(CIBLES["chiffre_affaires_eur"] * scale),
        [heures[s] * CHIFFRE_AFFAIRES_HORAIRE[s.type] * world.rng.uniform(0.6, 1.4) + 1 for s in structures],
    )
    permanents = apportion(
        max(round(CIBLES["permanents"] * scale), len(structures)),
        [heures[s] ** 0.8 for s in structures],
        least=1,
    )
    for structure, turnover, count in zip(structures, turnovers, permanents, strict=True):
        structure.chiffre_affaires_eur = turnover
        structure.permanents = count


def draw_marches(world: World, structures: Sequence[Structure], scale: float) -> list[Marche]:
    """Return the public contracts with a social clause of the Pas-de-Calais."""
    total = max(1, round(CIBLES["heures_clauses_62"] * scale))
    count = max(1, round(420 * scale))
    siae = [s for s in structures if s.code_departement == PAS_DE_CALAIS] or structures
    heures = apportion(
        total, [world.rng.lognormvariate(0, 0.9) for _ in range(count)], least=1 if total > count else 0
    )
    return [_marche(world, number, siae, h) for number, h in enumerate(heures, 1)]


def _marche(world: World, number: int, siae: Sequence[Structure], heures: int) -> Marche:
    rng = world.rng
    return Marche(
        id_marche=f"M{number:05d}",
        code_departement=PAS_DE_CALAIS,
        acheteur=f"Acheteur public fictif {rng.randint(1, 60):02d}",
        objet=world.draw(_OBJETS),
        date_notification=world.working_day(date(2016, 7, 1) + timedelta(rng.randint(0, 480))),
        modalite=world.draw(_MODALITES),
        id_structure=rng.choice(siae).id_structure if rng.random() < 0.65 else "",
        heures_prevues=round(heures * rng.uniform(0.8, 1.15)),
        heures_realisees=heures,
    )
