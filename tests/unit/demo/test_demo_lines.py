"""Import lines: every field that the services take, every fact of the files, once."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest

from deploy.demo import lines
from deploy.demo.lines import Step, plan
from deploy.demo.tables import read_table

EMPLOYER = {"siret", "type_structure"}
LINE = {"reference", "connu_le"}
FIELDS = {
    "structures": LINE
    | {
        *(
            "siret",
            "type",
            "raison_sociale",
            "forme_juridique",
            "reseau",
            "activite",
            "division_naf",
            "code_rome",
        ),
        *("adresse", "code_postal", "code_insee", "date_conventionnement", "permanents"),
        *("chiffre_affaires_eur", "annee"),
    },
    "fiches_de_poste": (LINE - {"connu_le"})
    | EMPLOYER
    | {"code_rome", "appellation", "type_contrat", "postes_ouverts", "heures_hebdo"},
    "annexes": LINE
    | EMPLOYER
    | {
        *("numero", "mesure", "numero_convention", "date_debut", "date_fin", "etat", "etp", "heures_par_etp"),
        *("montant_unitaire", "montant_socle", "montant_module", "montant_fdi"),
    },
    "enveloppes": LINE | {"niveau", "territoire", "annee", "nature", "montant", "etp"},
    "cofinancements": LINE | {"annexe", "financeur", "montant", "circuit", "date_accord"},
    "conventions": LINE | EMPLOYER | {"numero", "date_debut", "date_fin"},
    "personnes": LINE
    | {
        *("nom", "prenom", "sexe", "date_naissance", "motif_absence_nir", "code_insee", "niveau_formation"),
        "criteres",
    },
    "contrats": LINE
    | EMPLOYER
    | {"personne", "type_contrat", "date_debut", "date_fin_prevue", "heures_hebdo", "code_rome"},
    "orientations": LINE
    | EMPLOYER
    | {"personne", "date_orientation", "type_prescripteur", "organisation", "suite"},
    "declarations": LINE | EMPLOYER | {"mois", "lignes"},
    "sorties": LINE | {"contrat", "date", "motif"},
    "versements": LINE | {"annexe", "mois", "financeur", "nature", "montant"},
    "marches": LINE
    | {
        *("departement", "acheteur", "objet", "date_notification", "modalite", "annee", "heures_prevues"),
        "heures_realisees",
    },
    "dossiers_cdiae": LINE
    | EMPLOYER
    | {"departement", "date_seance", "objet", "etp_demandes", "etp_accordes", "avis"},
    "plans": LINE | {"maille", "territoire", "titre", "date_debut", "date_fin", "source", "axes"},
}
OF_TODAY = {"fiches_de_poste"}
OPTIONAL = {
    "annexes": {"postes_cddi_cd"},
    "cofinancements": {"postes"},
    "personnes": {"numero_agrement", "date_agrement_debut", "date_agrement_fin"},
    "orientations": {"date_suite", "motif_refus", "contrat"},
    "marches": EMPLOYER,
}
DECIMALS = {
    *("chiffre_affaires_eur", "etp", "heures_par_etp", "montant_unitaire", "montant_socle", "montant_module"),
    *(
        "montant_fdi",
        "heures_hebdo",
        "montant",
        "heures_prevues",
        "heures_realisees",
        "etp_demandes",
        "etp_accordes",
    ),
}


@pytest.fixture(scope="module")
def steps(demo_files: Path) -> list[Step]:
    return plan(demo_files)


@pytest.fixture(scope="module")
def sent(steps: list[Step]) -> dict[str, list[dict[str, Any]]]:
    return {step.nature: [orjson.loads(line) for line in step.lines] for step in steps}


def test_steps_come_in_an_order_that_satisfies_what_each_needs(steps: list[Step]) -> None:
    before: set[str] = set()
    for step in steps:
        assert before.issuperset(step.needs)
        before.add(step.nature)
    assert [step.name for step in steps] == [
        "structures/structures",
        "structures/fiches_de_poste",
        "funding/enveloppes",
        "funding/annexes",
        "funding/cofinancements",
        "structures/conventions",
        "parcours/personnes",
        "parcours/contrats",
        "parcours/orientations",
        "parcours/declarations",
        "parcours/sorties",
        "funding/versements",
        "funding/marches",
        "structures/dossiers_cdiae",
        "structures/plans",
    ]


def test_each_step_announces_how_many_lines_it_has(
    steps: list[Step], sent: dict[str, list[dict[str, Any]]]
) -> None:
    assert {step.nature: step.count for step in steps} == {
        nature: len(found) for nature, found in sent.items()
    }


@pytest.mark.parametrize("nature", FIELDS)
def test_lines_carry_every_binding_field(nature: str, sent: dict[str, list[dict[str, Any]]]) -> None:
    seen: set[str] = set()
    for line in sent[nature]:
        assert FIELDS[nature] <= line.keys() <= FIELDS[nature] | OPTIONAL.get(nature, set())
        assert "" not in line.values()
        assert None not in line.values()
        seen |= line.keys()
    assert seen == FIELDS[nature] | OPTIONAL.get(nature, set())


@pytest.mark.parametrize("nature", FIELDS)
def test_lines_have_their_own_reference_and_a_past_day(
    nature: str, sent: dict[str, list[dict[str, Any]]]
) -> None:
    found = sent[nature]
    assert len({line["reference"] for line in found}) == len(found)
    days = [date.fromisoformat(line["connu_le"]) for line in found if "connu_le" in line]
    assert len(days) == (0 if nature in OF_TODAY else len(found))
    assert all(date(2010, 1, 1) < day < date(2018, 2, 1) for day in days)


@pytest.mark.parametrize("nature", FIELDS)
def test_quantities_are_decimal_strings(nature: str, sent: dict[str, list[dict[str, Any]]]) -> None:
    for line in sent[nature]:
        for field in DECIMALS & line.keys():
            assert isinstance(line[field], str)
            assert Decimal(line[field]) >= 0


def test_persons_are_the_employees_with_their_agrement_then_the_candidates_without(
    sent: dict[str, list[dict[str, Any]]],
) -> None:
    with_agrement = ["numero_agrement" in p for p in sent["personnes"]]
    assert with_agrement == sorted(with_agrement, reverse=True)
    assert [p["reference"][0] for p in sent["personnes"]] == ["P" if w else "C" for w in with_agrement]
    assert all(isinstance(p["criteres"], list) for p in sent["personnes"])


def test_a_person_is_known_no_later_than_what_concerns_it(sent: dict[str, list[dict[str, Any]]]) -> None:
    known = {p["reference"]: p["connu_le"] for p in sent["personnes"]}
    for line in sent["contrats"] + sent["orientations"]:
        assert known[line["personne"]] <= line["connu_le"]


def test_declarations_hold_every_hour_once_by_month_then_structure(
    demo_files: Path, sent: dict[str, list[dict[str, Any]]]
) -> None:
    declared = {
        (line["contrat"], declaration["mois"]): line["heures"]
        for declaration in sent["declarations"]
        for line in declaration["lignes"]
    }
    rows = list(read_table(demo_files, "heures"))
    assert declared == {(e["id_contrat"], e["mois"]): e["heures"] for e in rows}
    assert sum(len(d["lignes"]) for d in sent["declarations"]) == len(rows)
    order = [(d["mois"], d["reference"]) for d in sent["declarations"]]
    assert order == sorted(order)


def test_a_declaration_names_the_annexe_and_the_contracts_of_its_own_structure(
    sent: dict[str, list[dict[str, Any]]],
) -> None:
    annexe = {a["siret"]: a["numero"] for a in sent["annexes"]}
    siret = {k["reference"]: k["siret"] for k in sent["contrats"]}
    for declaration in sent["declarations"]:
        assert len(declaration["lignes"]) <= 1500
        for line in declaration["lignes"]:
            assert line["annexe"] == annexe[declaration["siret"]]
            assert siret[line["contrat"]] == declaration["siret"]


def test_a_declaration_that_a_service_would_refuse_is_not_planned(
    demo_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LIGNES_MAX", 3)
    with pytest.raises(ValueError, match="more than 3"):
        plan(demo_files)


def test_exits_are_those_of_the_contracts(demo_files: Path, sent: dict[str, list[dict[str, Any]]]) -> None:
    left = {k["id_contrat"]: k for k in read_table(demo_files, "contrats") if k["date_sortie"]}
    assert {s["contrat"]: s["date"] for s in sent["sorties"]} == {
        k: r["date_sortie"] for k, r in left.items()
    }
    assert all(s["connu_le"] == left[s["contrat"]]["sortie_connue_le"] for s in sent["sorties"])


def test_payments_of_the_state_add_up_to_the_source(sent: dict[str, list[dict[str, Any]]]) -> None:
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for versement in sent["versements"]:
        paid[versement["financeur"]] += Decimal(versement["montant"])
    assert paid["ETAT"] == Decimal(7_000_000)


def test_envelopes_hold_what_annexes_commit_and_every_cofunder_gives_something(
    sent: dict[str, list[dict[str, Any]]],
) -> None:
    notified = {line["territoire"]: Decimal(line["montant"]) for line in sent["enveloppes"]}
    region = notified.pop("32")
    committed = sum(Decimal(line["montant_socle"]) for line in sent["annexes"])
    assert committed < sum(notified.values()) < region
    socles = {line["numero"]: Decimal(line["montant_socle"]) for line in sent["annexes"]}
    assert all(0 < Decimal(line["montant"]) <= socles[line["annexe"]] for line in sent["cofinancements"])
