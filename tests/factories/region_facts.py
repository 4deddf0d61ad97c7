"""A small région, with counts large and small, in three départements and two types; everything is fictitious."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.parcours.domain.publics import Presence, Profil, Refus, compter
from shared.contracts.fact import Fact
from shared.contracts.parcours import ContratSigne, PassIaeDelivre, PublicsArretes
from tests.factories.facts import (
    decide,
    end,
    identifier,
    make_annexe,
    make_candidature,
    make_contrat,
    make_declaration,
    make_marche,
    make_structure,
    make_versement,
)

PLACES = {
    "S1": ("ACI", "59350", 30, 12),
    "S2": ("ACI", "59350", 9, 6),
    "S3": ("EI", "59350", 11, 8),
    "S4": ("ACI", "62041", 3, 2),
    "S5": ("EI", "80021", 21, 14),
    "S6": ("EI", "80021", 7, 6),
    "S7": ("ACI", "80021", 25, 1),
}
"""Type, commune, number of candidatures, number of exits."""
EPCIS = {"S1": "E59A", "S2": "E59B", "S3": "E59B", "S4": "E62A", "S5": "E80A", "S6": "E80B", "S7": "E80B"}
CATEGORIES = ("DURABLE", "DURABLE", "TRANSITION", "POSITIVE", "AUTRE", "AUTRE")


def numero(name: str) -> str:
    kind, commune, *_ = PLACES[name]
    return f"{kind}0{commune[:2]}17000{name[1]}A0M0"


def make_region_facts() -> list[Fact]:
    facts: list[Fact] = []
    for number, (name, (kind, commune, sent, left)) in enumerate(PLACES.items(), 1):
        facts += [
            make_structure(name, number=number, kind=kind, commune=commune, epci=EPCIS[name]),
            make_annexe(f"A-{name}", structure=name, numero=numero(name), etp="3.5", postes_cddi_cd=number),
            make_declaration(
                3, {f"P-{name}-{n}": "152.25" for n in range(left + 3)}, structure=name, annexe=numero(name)
            ),
            make_versement(f"V-{name}", "1234.56", structure=name),
        ]
        facts += _candidatures(name, sent)
        facts += _exits(name, left)
    facts += [make_marche("M1", "120.50", departement="59"), make_marche("M2", "80", departement="62")]
    facts += [
        PassIaeDelivre(
            pass_id=identifier(f"PASS-{n}"), personne_id=identifier(f"P-S1-sortie-{n}"),
            structure_id=identifier("S1"), date_debut=date(2017, 1, 2), date_fin=date(2018, 1, 31), suspensions=[],
        )
        for n in range(7)
    ]  # fmt: skip
    return [*facts, *make_publics()]


MOTIFS = ("no_position", "not_mobile", "no_position", None)
CRITERES = (("RSA", "DETLD"), ("RSA", "PM"), (), ("TH", "DELD"), ("RSA", "QPV"), ("FLE", "PM"), ("RSA",))


def make_publics() -> list[Fact]:
    """What the service of pathways counts of the persons and the refusals of the région."""
    profils, presences, refus = {}, [], []
    for name, (kind, commune, sent, left) in PLACES.items():
        for n in range(left + 3):
            person = identifier(f"P-{name}-{n}")
            profils[person] = Profil(n % 3 == 0, 1955 + 4 * n, (None, "70", "50")[n % 3], CRITERES[n % 7])
            presences.append(Presence(person, 2017, commune[:2], kind))
        refused = [n for n in range(sent) if n % 2 and n % 5 == 0]
        refus += [Refus(2017, commune[:2], kind, MOTIFS[n // 5 % 4], 1) for n in refused]
    return publics_facts(presences, profils, refus)


def publics_facts(
    presences: Iterable[Presence], profils: Mapping[UUID, Profil | None], refus: Iterable[Refus] = ()
) -> list[Fact]:
    """What the service of pathways publishes of some persons and refusals."""
    return [
        PublicsArretes(
            publics_id=cell.identifier, effectif=comptes.effectif, publics=dict(comptes.publics),
            refus=dict(comptes.refus), **cell._asdict(),
        )
        for cell, comptes in compter(presences, profils, refus).items()
    ]  # fmt: skip


def _candidatures(name: str, count: int) -> list[Fact]:
    facts: list[Fact] = []
    for n in range(count):
        sent = make_candidature(
            f"O-{name}-{n}", structure=name, origine="ORIENTEUR" if n % 7 == 0 else "PRESCRIPTEUR"
        )
        facts.append(sent)
        if n % 2 == 0:
            facts.append(decide(sent, contrat=f"K-{name}-{n}"))
        elif n % 5 == 0:
            facts.append(decide(sent, "refused", None))
    return facts


def _exits(name: str, count: int) -> list[Fact]:
    facts: list[Fact] = []
    for n in range(count):
        signed = make_contrat(f"sortie-{n}", structure=name)
        values = signed.model_dump() | {
            "contrat_id": identifier(f"K-{name}-sortie-{n}"),
            "personne_id": identifier(f"P-{name}-sortie-{n}"),
            "heures_hebdo": Decimal(26),
        }
        signed = ContratSigne.model_validate(values)
        facts += [signed, end(signed, CATEGORIES[n % 6], comptee=n % 9 != 8)]
    return facts
