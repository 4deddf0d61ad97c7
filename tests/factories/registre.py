"""Facts of the registry and of the governance; everything is fictitious."""

from datetime import date
from decimal import Decimal

from shared.contracts.gouvernance import (
    DossierInscrit,
    InstanceEnregistree,
    SeanceClose,
    SeanceConvoquee,
    SeanceFact,
)
from shared.contracts.projets import PlanArrete
from shared.contracts.structures import (
    ConventionActivee,
    ConventionSuspendue,
    DossierExamine,
    FicheDePostePubliee,
    SiretChange,
    StructureCorrigee,
    StructureFact,
    StructureFermee,
)
from tests.factories.facts import identifier
from tests.factories.gouvernance import make_instance as instance_line
from tests.factories.siret import make_siret

SEANCE_DAY = date(2017, 6, 9)


def corrected(before: StructureFact, **changes: object) -> StructureCorrigee:
    """The same structure, corrected."""
    return StructureCorrigee.model_validate(before.model_dump() | changes)


def moved(before: StructureFact, number: int) -> SiretChange:
    """The same structure under another SIRET."""
    values = before.model_dump() | {"siret": make_siret(number), "ancien_siret": before.siret}
    return SiretChange.model_validate(values | {"date_effet": date(2018, 3, 1)})


def closed(before: StructureFact) -> StructureFermee:
    """The same structure, closed."""
    values = before.model_dump() | {"fermee_le": date(2019, 12, 31), "date_effet": date(2019, 12, 31)}
    return StructureFermee.model_validate(values)


def make_convention(structure: str = "S1") -> ConventionActivee:
    return ConventionActivee(
        convention_id=identifier(f"C-{structure}"), structure_id=identifier(structure), numero="C059ACI170001",
        date_debut=date(2017, 1, 1), date_fin=date(2019, 12, 31), etat="ACTIVE", etat_le=date(2017, 1, 1),
    )  # fmt: skip


def suspend(before: ConventionActivee) -> ConventionSuspendue:
    """The same convention, without an active annexe any more."""
    values = before.model_dump() | {"etat": "SUSPENDUE", "suspendue_le": date(2019, 6, 1)}
    return ConventionSuspendue.model_validate(values)


def make_fiche(structure: str = "S1") -> FicheDePostePubliee:
    return FicheDePostePubliee(
        fiche_id=identifier(f"F-{structure}"), structure_id=identifier(structure), code_rome="A1203",
        appellation="Agent d'entretien des espaces verts", type_contrat="CDDI", postes_ouverts=3,
        heures_hebdo=Decimal(26), mise_a_jour_le=date(2017, 5, 2),
    )  # fmt: skip


def make_instance() -> InstanceEnregistree:
    return InstanceEnregistree.model_validate(
        instance_line() | {"instance_id": identifier("CDIAE-59"), "secteur": "", "departements": ["59"]}
    )


def make_seance(kind: type[SeanceFact] = SeanceConvoquee, **changes: object) -> SeanceFact:
    values: dict[str, object] = {
        "seance_id": identifier("SEANCE-59"), "instance_id": identifier("CDIAE-59"), "date_seance": SEANCE_DAY,
        "convoquee_le": date(2017, 5, 12), "etat": "CONVOQUEE", "questions": ["Diagnostic du territoire"],
        "nombre_situations": 0, "conclusions": [],
    } | changes  # fmt: skip
    return kind.model_validate(values)


def close_seance() -> SeanceFact:
    """The same séance, held with its quorum and closed."""
    return make_seance(
        SeanceClose, etat="CLOSE", presents=["DDETS-59", "CD-59", "FT-59"], voix_presentes=3, quorum=3,
        quorum_atteint=True, conclusions=["Le plan d'action est approuvé."],
    )  # fmt: skip


def inscribe(name: str = "D1", structure: str = "S1") -> DossierInscrit:
    return DossierInscrit(
        dossier_id=identifier(name), seance_id=identifier("SEANCE-59"), structure_id=identifier(structure),
        departement="59", date_seance=SEANCE_DAY, objet="CONVENTION", etp_demandes=Decimal("12.5"),
    )  # fmt: skip


def judge(inscribed: DossierInscrit) -> DossierExamine:
    """The opinion on a file."""
    values = inscribed.model_dump() | {
        "avis": "FAVORABLE_AVEC_RESERVES",
        "etp_accordes": Decimal(10),
        "motifs": "Le projet répond au diagnostic du territoire.",
    }
    return DossierExamine.model_validate(values)


def make_plan(*targets: tuple[str, str, str, str | None]) -> PlanArrete:
    """A regional plan of one axis: (indicator, target, sense, département) of each target, all in 2017."""
    indicateurs = [
        {"indicateur": code, "annee": 2017, "departement": departement, "cible": Decimal(goal), "sens": sens}
        for code, goal, sens, departement in targets
    ]
    axe = {"code": "1", "titre": "Sorties dynamiques", "actions": [], "indicateurs": indicateurs}
    return PlanArrete.model_validate(
        {
            "plan_id": identifier("PLAN-32"), "maille": "REGION", "territoire": "32", "titre": "Plan fictif",
            "date_debut": date(2017, 1, 1), "date_fin": date(2019, 12, 31), "axes": [axe],
        }
    )  # fmt: skip
