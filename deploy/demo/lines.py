"""Import lines of the data set: from its CSV files to the NDJSON that the services take, step by step.

Reads files, sends nothing. Quantities are decimal strings, counts are integers, dates are ISO, and a field without a
value is absent.
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path

import orjson

from deploy.demo.fiches import fiches
from deploy.demo.finances import cofinancements, enveloppes
from deploy.demo.plans import PLANS
from deploy.demo.rules import MOIS
from deploy.demo.tables import Row, count_rows, read_table, read_values

Line = dict[str, object]

ANNEE = 2017
REPRISE = date(2017, 1, 1)  # what has no day of its own is known from the first day of the year
LIGNES_MAX = 1_500  # of a declaration, which is one aggregate and one event


@dataclass(frozen=True, slots=True)
class Step:
    """Lines of one nature for one service.

    Attributes
    ----------
    lines
        NDJSON, each with its line feed; read once.
    count
        Number of lines.
    needs
        Natures of other services that must be imported first; those of the same service come in the order of the plan.
    """

    service: str
    nature: str
    lines: Iterator[bytes]
    count: int
    needs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Service and nature: ``parcours/contrats``."""
        return f"{self.service}/{self.nature}"


class Links:
    """What a line needs from other files.

    Attributes
    ----------
    employer
        SIRET and type of a structure, as fields of a line, by identifier.
    departement
        Code of the département of a structure, by identifier.
    annexe
        Number of the annexe of a structure, by identifier.
    structure
        Identifier of the structure of a contract, by contract.
    known
        Day a person is first heard of (first orientation or first contract), by person.
    """

    def __init__(self, directory: Path) -> None:
        self.employer: dict[str, Line] = {
            s["id_structure"]: {"siret": s["siret"], "type_structure": s["type"]}
            for s in read_table(directory, "structures")
        }
        self.departement = {
            s["id_structure"]: s["code_departement"] for s in read_table(directory, "structures")
        }
        self.annexe = {c["id_structure"]: c["numero_annexe"] for c in read_table(directory, "conventions")}
        self.structure: dict[str, str] = {}
        self.known: dict[str, str] = {}
        for k in read_table(directory, "contrats"):
            self.structure[k["id_contrat"]] = k["id_structure"]
            self._hear_of(k)
        for o in read_table(directory, "orientations"):
            self._hear_of(o)

    def _hear_of(self, row: Row) -> None:
        personne, jour = row["id_personne"], row["connu_le"]
        if jour < self.known.get(personne, "9999"):
            self.known[personne] = jour


def plan(directory: Path) -> list[Step]:
    """Return the steps in an order that satisfies what each needs.

    Raises
    ------
    ValueError
        A declaration would have more lines than a service takes.
    """
    links = Links(directory)

    def table(
        service: str, nature: str, name: str, line: Callable[[Row, Links], Line], needs: tuple[str, ...] = ()
    ) -> Step:
        lines = (_encode(line(row, links)) for row in read_table(directory, name))
        return Step(service, nature, lines, count_rows(directory, name), needs)

    return [
        table("structures", "structures", "structures", _structure),
        _step("structures", "fiches_de_poste", fiches(read_table(directory, "structures"))),
        # Before the annexes: a département's envelope must be there for them to hold credits of it.
        _step("funding", "enveloppes", enveloppes(read_table(directory, "conventions"), links.departement)),
        table("funding", "annexes", "conventions", _annexe, ("structures",)),
        _step("funding", "cofinancements", cofinancements(read_table(directory, "conventions"))),
        table("structures", "conventions", "conventions", _convention, ("annexes",)),
        _personnes(directory, links),
        table("parcours", "contrats", "contrats", _contrat, ("structures",)),
        table("parcours", "orientations", "orientations", _orientation, ("structures",)),
        _declarations(directory, links),
        _sorties(directory),
        table("funding", "versements", "financements", _versement),
        table("funding", "marches", "clauses", _marche, ("structures",)),
        table("structures", "dossiers_cdiae", "cdiae_dossiers", _dossier),
        Step("structures", "plans", map(_encode, PLANS), len(PLANS)),
    ]


def _step(service: str, nature: str, lines: Iterable[Line]) -> Step:
    """Return a step of a few lines, all held in memory."""
    held = [_encode(line) for line in lines]
    return Step(service, nature, iter(held), len(held))


def _personnes(directory: Path, links: Links) -> Step:
    """Return the employees, with their agrément, then the candidates."""
    employees = (_employee(p, links) for p in read_table(directory, "personnes"))
    candidates = (_candidate(p, links) for p in read_table(directory, "candidats"))
    count = count_rows(directory, "personnes") + count_rows(directory, "candidats")
    return Step("parcours", "personnes", map(_encode, chain(employees, candidates)), count)


def _sorties(directory: Path) -> Step:
    left = [k for k in read_table(directory, "contrats") if k["date_sortie"]]
    return Step("parcours", "sorties", (_encode(_sortie(k)) for k in left), len(left))


def _encode(line: Line) -> bytes:
    held = {field: value for field, value in line.items() if value not in ("", None)}
    return orjson.dumps(held, option=orjson.OPT_APPEND_NEWLINE)


def _structure(s: Row, _: Links) -> Line:
    return {
        "reference": s["id_structure"],
        "connu_le": REPRISE,
        "siret": s["siret"],
        "type": s["type"],
        "raison_sociale": s["raison_sociale"],
        "forme_juridique": s["forme_juridique"],
        "reseau": s["reseau"],
        "activite": s["activite"],
        "division_naf": s["division_naf"],
        "code_rome": s["code_rome"],
        "adresse": s["adresse"],
        "code_postal": s["code_postal"],
        "code_insee": s["code_insee"],
        "date_conventionnement": s["date_conventionnement"],
        "permanents": int(s["permanents"]),
        "chiffre_affaires_eur": s["chiffre_affaires_eur"],
        "annee": ANNEE,
    }


def _annexe(c: Row, links: Links) -> Line:
    return {
        "reference": c["numero_annexe"],
        "connu_le": REPRISE,
        "numero": c["numero_annexe"],
        **links.employer[c["id_structure"]],
        "mesure": c["mesure"],
        "numero_convention": c["numero_convention"],
        "date_debut": c["date_debut"],
        "date_fin": c["date_fin"],
        "etat": c["etat"],
        "etp": c["etp_conventionnes"],
        "heures_par_etp": c["heures_par_etp"],
        "montant_unitaire": c["montant_unitaire_socle_eur"],
        "montant_socle": c["montant_socle_eur"],
        "montant_module": c["montant_module_eur"],
        "montant_fdi": c["montant_fdi_eur"],
        "postes_cddi_cd": int(c["postes_cddi_cd"]) if c["postes_cddi_cd"] else None,
    }


def _convention(c: Row, links: Links) -> Line:
    return {
        "reference": c["numero_convention"],
        "connu_le": REPRISE,
        "numero": c["numero_convention"],
        **links.employer[c["id_structure"]],
        "date_debut": c["date_debut"],
        "date_fin": c["date_fin"],
    }


def _candidate(p: Row, links: Links) -> Line:
    return {
        "reference": p["id_personne"],
        "connu_le": links.known[p["id_personne"]],
        "nom": p["nom"],
        "prenom": p["prenom"],
        "sexe": p["sexe"],
        "date_naissance": p["date_naissance"],
        "motif_absence_nir": p["motif_absence_nir"],
        "code_insee": p["code_insee"],
        "niveau_formation": p["niveau_formation"],
        "criteres": p["criteres"].split(),
    }


def _employee(p: Row, links: Links) -> Line:
    return {
        **_candidate(p, links),
        "numero_agrement": p["numero_agrement"],
        "date_agrement_debut": p["date_agrement_debut"],
        "date_agrement_fin": p["date_agrement_fin"],
    }


def _contrat(k: Row, links: Links) -> Line:
    return {
        "reference": k["id_contrat"],
        "connu_le": k["connu_le"],
        "personne": k["id_personne"],
        **links.employer[k["id_structure"]],
        "type_contrat": k["type_contrat"],
        "date_debut": k["date_debut"],
        "date_fin_prevue": k["date_fin_prevue"],
        "heures_hebdo": k["heures_hebdo"],
        "code_rome": k["code_rome"],
    }


def _orientation(o: Row, links: Links) -> Line:
    return {
        "reference": o["id_orientation"],
        "connu_le": o["connu_le"],
        "personne": o["id_personne"],
        **links.employer[o["id_structure"]],
        "date_orientation": o["date_orientation"],
        "type_prescripteur": o["prescripteur"],
        "organisation": o["prescripteur_id"],
        "suite": o["suite"],
        "date_suite": o["date_suite"],
        "motif_refus": o["motif_refus"],
        "contrat": o["id_contrat"],
    }


def _declarations(directory: Path, links: Links) -> Step:
    """Return one declaration per structure and month, by month then structure."""
    worked: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    known: dict[str, str] = {}
    for contrat, mois, heures, connu_le in read_values(directory, "heures"):
        # Interned: the same few texts come back hundreds of thousands of times.
        pair = (sys.intern(contrat), sys.intern(heures))
        worked[sys.intern(mois), links.structure[contrat]].append(pair)
        known[mois] = connu_le
    for (mois, structure), pairs in worked.items():
        if len(pairs) > LIGNES_MAX:
            raise ValueError(f"{structure} {mois}: {len(pairs)} lines, more than {LIGNES_MAX}")
    lines = (
        {
            "reference": f"{structure}-{mois}",
            "connu_le": known[mois],
            **links.employer[structure],
            "mois": mois,
            "lignes": [
                {"contrat": contrat, "heures": heures, "annexe": links.annexe[structure]}
                for contrat, heures in worked[mois, structure]
            ],
        }
        for mois, structure in sorted(worked)
    )
    return Step("parcours", "declarations", map(_encode, lines), len(worked), ("annexes", "conventions"))


def _sortie(k: Row) -> Line:
    return {
        "reference": k["id_contrat"],
        "connu_le": k["sortie_connue_le"],
        "contrat": k["id_contrat"],
        "date": k["date_sortie"],
        "motif": k["motif_sortie"],
    }


def _versement(v: Row, _: Links) -> Line:
    return {
        "reference": v["id_versement"],
        "connu_le": MOIS[int(v["mois"][5:])][1],
        "annexe": v["numero_annexe"],
        "mois": v["mois"],
        "financeur": v["financeur"],
        "nature": v["nature"],
        "montant": v["montant_eur"],
    }


def _marche(m: Row, links: Links) -> Line:
    return {
        "reference": m["id_marche"],
        "connu_le": m["date_notification"],
        "departement": m["code_departement"],
        "acheteur": m["acheteur"],
        "objet": m["objet"],
        "date_notification": m["date_notification"],
        "modalite": m["modalite"],
        **links.employer.get(m["id_structure"], {}),
        "annee": ANNEE,
        "heures_prevues": m["heures_prevues"],
        "heures_realisees": m["heures_realisees"],
    }


def _dossier(d: Row, links: Links) -> Line:
    return {
        "reference": d["id_dossier"],
        "connu_le": d["date_seance"],
        "departement": d["code_departement"],
        "date_seance": d["date_seance"],
        **links.employer[d["id_structure"]],
        "objet": d["objet"],
        "etp_demandes": d["etp_demandes"],
        "etp_accordes": d["etp_accordes"],
        "avis": d["avis"],
    }
