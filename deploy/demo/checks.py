"""Verification of the data set, on the files read back: totals of the source, and infractions to the rules.

Labels are French: they are printed for people and written in ``totaux.json``.
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from itertools import pairwise
from math import ceil
from pathlib import Path

from deploy.demo.rules import (
    CIBLES,
    HEURES_AN,
    HEURES_MOIS,
    HEURES_PAR_ETP,
    INCOMPATIBLES,
    MOIS,
    MOTIFS_REFUS,
    NIVEAUX_CAP,
    STRUCTURES,
    TYPES,
    age,
    plafond_mois,
    plus_mois,
    sortie_comptee,
)
from deploy.demo.tables import Row, read_table, read_values
from shared.reference.nomenclatures import criteres_eligibilite, motifs_sortie, types_prescripteur
from shared.reference.territories import commune
from shared.types import siret_valid

jour = cache(date.fromisoformat)


@dataclass(frozen=True)
class Verification:
    """What was found: figures and what the source says, those that differ, and infractions by rule.

    Figures differ by rounding outside scale 1; infractions are expected to be 0 at any scale.
    """

    scale: float
    chiffres: dict[str, float]
    attendus: dict[str, float]
    infractions: dict[str, int]

    @property
    def ecarts(self) -> list[str]:
        """Names of the figures that differ from the source."""
        return [c for c, value in self.chiffres.items() if abs(value - self.attendus[c]) > 1e-6]

    @property
    def passed(self) -> bool:
        """No infraction and, at scale 1, no difference."""
        return not any(self.infractions.values()) and not (self.scale == 1 and self.ecarts)


class Tables:
    """The generated files, read back, with the indexes that checks share.

    Attributes
    ----------
    mensuel
        Hours by contract then month (``AAAA-MM``).
    heures_connues
        Number of rows of ``heures.csv`` by month and day they are known.
    """

    def __init__(self, directory: Path) -> None:
        self.structures = {s["id_structure"]: s for s in read_table(directory, "structures")}
        self.conventions = list(read_table(directory, "conventions"))
        self.financements = list(read_table(directory, "financements"))
        self.personnes = list(read_table(directory, "personnes"))
        self.candidats = list(read_table(directory, "candidats"))
        self.contrats = {k["id_contrat"]: k for k in read_table(directory, "contrats")}
        self.orientations = list(read_table(directory, "orientations"))
        self.clauses = list(read_table(directory, "clauses"))
        self.gens = {p["id_personne"]: p for p in self.personnes + self.candidats}
        self.mensuel: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.heures_connues: Counter[tuple[str, str]] = Counter()
        for contrat, mois, heures, connu_le in read_values(directory, "heures"):
            self.mensuel[contrat][mois] += int(heures)
            self.heures_connues[mois, connu_le] += 1

    def type_of(self, row: Row) -> str:
        """Return the type of the structure of a row."""
        return self.structures[row["id_structure"]]["type"]


class Infractions(Counter[str]):
    """Number of rows that break each rule; a rule never broken is there with 0."""

    def rule(self, name: str, *conditions: object) -> None:
        """Count one infraction unless every condition holds."""
        self[name] += not all(conditions)


def verify(directory: Path, scale: float) -> Verification:
    """Read the files back and return what they hold, against the source and the rules."""
    tables = Tables(directory)
    infractions = Infractions()
    for check in (_annexes, _heures, _contrats, _personnes, _orientations, _identites):
        check(tables, infractions)
    return Verification(
        scale=scale,
        chiffres=_figures(tables),
        attendus={
            **{name: round(value * scale) for name, value in CIBLES.items()},
            **{f"structures_{t}": round(count * scale) for t, count in STRUCTURES.items()},
            "sirets_valides": len(tables.structures),
        },
        infractions=dict(infractions),
    )


def _figures(t: Tables) -> dict[str, float]:
    heures: Counter[str] = Counter()
    personnes = set()
    for contrat, mensuel in t.mensuel.items():
        row = t.contrats[contrat]
        total = sum(mensuel.values())
        heures[t.type_of(row)] += total
        if total:
            personnes.add(row["id_personne"])
    types = Counter(s["type"] for s in t.structures.values())
    aides = (Decimal(v["montant_eur"]) for v in t.financements if v["financeur"] == "ETAT")
    return {
        "structures": len(t.structures),
        "personnes": len(personnes),
        "etp_realises": round(sum(h / HEURES_PAR_ETP[x] for x, h in heures.items()), 6),
        "etp_conventionnes": float(sum(Decimal(c["etp_conventionnes"]) for c in t.conventions)),
        "permanents": sum(int(s["permanents"]) for s in t.structures.values()),
        "chiffre_affaires_eur": sum(int(s["chiffre_affaires_eur"]) for s in t.structures.values()),
        "orientations": len(t.orientations),
        "financement_etat_eur": float(sum(aides)),
        "cddi_cd62": sum(int(c["postes_cddi_cd"] or 0) for c in t.conventions),
        "heures_clauses_62": sum(
            int(c["heures_realisees"]) for c in t.clauses if c["code_departement"] == "62"
        ),
        **{f"structures_{x}": types[x] for x in TYPES},
        "sirets_valides": sum(siret_valid(s["siret"]) for s in t.structures.values()),
    }


def _annexes(t: Tables, infractions: Infractions) -> None:
    advances: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for v in t.financements:
        if v["nature"] == "AIDE_POSTE_SOCLE":
            advances[v["numero_annexe"]][v["mois"]] = Decimal(v["montant_eur"])
    for c in t.conventions:
        genre = t.type_of(c)
        forme, mesure = ("AUT", "AUTRE") if genre == "AUTRE" else (genre, f"{genre}_DC")
        infractions.rule(
            "annexe : numéro, mesure, heures par ETP",
            re.fullmatch(rf"{forme}0\d\d17\d{{4}}A0M0", c["numero_annexe"]),
            c["mesure"] == mesure,
            int(c["heures_par_etp"]) == HEURES_PAR_ETP[genre],
        )
        socle = Decimal(c["montant_socle_eur"])
        infractions.rule(
            "annexe : socle = ETP x montant unitaire",
            socle == Decimal(c["etp_conventionnes"]) * int(c["montant_unitaire_socle_eur"]),
        )
        paid = [amount for _, amount in sorted(advances[c["numero_annexe"]].items())]
        twelfth = (socle / 12).quantize(Decimal("0.01"), ROUND_HALF_UP)
        infractions.rule("acomptes : F07", paid[:11] == [twelfth] * 11, len(paid) == 12, sum(paid) == socle)
        infractions.rule(
            "part modulée : 10 % du socle au plus", Decimal(c["montant_module_eur"]) * 10 <= socle
        )
    for s in t.structures.values():
        infractions.rule(
            "territoire : EPCI de la commune", s["code_epci"] == commune(s["code_insee"]).code_epci
        )


def _heures(t: Tables, infractions: Infractions) -> None:
    known = {f"2017-{m:02d}": str(last + timedelta(10)) for m, (_, last) in MOIS.items()}
    infractions["connu_le : heures le 10 du mois suivant"] = sum(
        count for (mois, connu_le), count in t.heures_connues.items() if connu_le != known.get(mois)
    )
    outside = above = 0
    for contrat, mensuel in t.mensuel.items():
        k = t.contrats[contrat]
        hebdo, debut, fin = float(k["heures_hebdo"]), jour(k["date_debut"]), _dernier_jour(k)
        ceiling = min(HEURES_MOIS, ceil(1.35 * hebdo * 52 / 12))
        for mois, heures in mensuel.items():
            most = plafond_mois(hebdo, debut, fin, int(mois[5:]))
            outside += not most
            above += not 0 < heures <= most <= ceiling
    infractions["heures : dans les mois du contrat"] = outside
    infractions["heures : 1,35 fois l'horaire et 208 par mois au plus"] = above


def _dernier_jour(contrat: Row) -> date:
    return jour(contrat["date_sortie"] or contrat["date_fin_prevue"])


def _contrats(t: Tables, infractions: Infractions) -> None:
    for contrat, k in t.contrats.items():
        debut, prevue = jour(k["date_debut"]), jour(k["date_fin_prevue"])
        if k["type_contrat"] == "CDDI":
            infractions.rule(
                "CDDI : 4 à 24 mois", plus_mois(debut, 4) <= prevue, (prevue - debut).days <= 730
            )
        sortie = jour(k["date_sortie"]) if k["date_sortie"] else None
        infractions.rule(
            "sortie : dans le contrat, avec un motif",
            not sortie or debut <= sortie <= prevue,
            bool(sortie) == bool(k["motif_sortie"]),
        )
        counted = ""
        if sortie:
            retrait = motifs_sortie()[k["motif_sortie"]].categorie == "RETRAIT"
            heures = sum(t.mensuel[contrat].values())
            counted = str(int(sortie_comptee(t.type_of(k), (sortie - debut).days, heures, retrait=retrait)))
        infractions.rule(
            "sortie comptabilisée : 81 jours, 150 heures, hors retraits", k["sortie_comptabilisee"] == counted
        )
        infractions.rule(
            "connu_le : contrat à 3 jours, sortie à 5 jours",
            jour(k["connu_le"]) == debut + timedelta(3),
            k["sortie_connue_le"] == (str(sortie + timedelta(5)) if sortie else ""),
        )


def _personnes(t: Tables, infractions: Infractions) -> None:
    contrats_of: dict[str, list[tuple[date, date, date, str]]] = defaultdict(list)
    for contrat, k in t.contrats.items():
        spell = (jour(k["date_debut"]), _dernier_jour(k), jour(k["date_fin_prevue"]), contrat)
        contrats_of[k["id_personne"]].append(spell)
    for p in t.personnes:
        spells = sorted(contrats_of[p["id_personne"]])
        debut, fin = jour(p["date_agrement_debut"]), jour(p["date_agrement_fin"])
        last_planned = max(spell[2] for spell in spells)
        infractions.rule(
            "agrément : 24 mois, couvre les contrats",
            fin == plus_mois(debut, 24) - timedelta(1),
            debut == spells[0][0],
            last_planned <= fin,
        )
        naissance = jour(p["date_naissance"])
        infractions.rule(
            "âge : plus de 16 ans, 67 au plus",
            plus_mois(naissance, 16 * 12) < debut,
            age(naissance, last_planned) <= 67,
        )
        infractions.rule(
            "contrats d'une personne : sans chevauchement",
            all(a[1] < b[0] for a, b in pairwise(spells)),
        )
        heures: dict[str, int] = defaultdict(int)
        for spell in spells:
            for mois, count in t.mensuel[spell[3]].items():
                heures[mois] += count
        infractions.rule(
            "heures : 1 820 par an et 208 par mois et par personne",
            sum(heures.values()) <= HEURES_AN,
            max(heures.values()) <= HEURES_MOIS,
        )


def _orientations(t: Tables, infractions: Infractions) -> None:
    for o in t.orientations:
        jour_o, p, k = (
            jour(o["date_orientation"]),
            t.gens.get(o["id_personne"]),
            t.contrats.get(o["id_contrat"]),
        )
        infractions.rule(
            "orientation : une personne, celle du contrat",
            p,
            (o["suite"] == "EMBAUCHE") == bool(k),
            not k or k["id_personne"] == o["id_personne"],
        )
        infractions.rule(
            "orientation : codes et dates",
            o["prescripteur"] in types_prescripteur(),
            (o["suite"] == "REFUS") == (o["motif_refus"] in MOTIFS_REFUS),
            not o["date_suite"] or jour_o <= jour(o["date_suite"]),
            p and plus_mois(jour(p["date_naissance"]), 16 * 12) < jour_o,
        )
        infractions.rule("connu_le : orientation le jour même", o["connu_le"] == o["date_orientation"])


def _identites(t: Tables, infractions: Infractions) -> None:
    judged_on = {p["id_personne"]: jour(p["date_agrement_debut"]) for p in t.personnes}
    for o in t.orientations:
        judged_on.setdefault(o["id_personne"], jour(o["date_orientation"]))
    known = criteres_eligibilite().keys()
    for id_personne, p in t.gens.items():
        codes = set(p["criteres"].split())
        ans = age(jour(p["date_naissance"]), judged_on[id_personne])
        infractions.rule(
            "critères : codes, incompatibilités, âge",
            codes <= known,
            not any(pair <= codes for pair in INCOMPATIBLES),
            ("SENIOR" in codes) == (ans >= 50),
            ("JEUNE" in codes) == (ans < 26),
            ("CAP_BEP" in codes) == (p["niveau_formation"] in NIVEAUX_CAP),
        )
        infractions.rule(
            "identité : NIR absent et motivé", "nir" not in p, p["motif_absence_nir"] == "NO_NIR"
        )
    unique = {(p["nom"], p["prenom"], p["date_naissance"]) for p in t.gens.values()}
    infractions["identité : unique"] = len(t.gens) - len(unique)
