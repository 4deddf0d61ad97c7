"""The pathways' part of a delivery: persons, their act of entry, contracts, monthly hours and exits.

References are made of the identifiers of the ASP, so that the same line sent again is recognised; a declaration has the
digest of what it says besides, for its correction is a new version. Nothing personal is in a reference or in a report.
"""

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

import orjson

from deploy.fluxiae.personnes import Personnes, Salarie, read_personnes
from deploy.fluxiae.reader import Record
from deploy.fluxiae.records import TYPES, Fault, read_day, read_required
from deploy.fluxiae.registre import Livraison, Sent
from deploy.fluxiae.report import Report
from services.parcours.domain.regles import REFORME, plus_mois

SERVICE = "parcours"
PERSONNES, PASS, CONTRATS, DECLARATIONS, SORTIES = (
    "personnes",
    "pass_repris",
    "contrats",
    "declarations",
    "sorties",
)
NATURES = (PERSONNES, PASS, CONTRATS, DECLARATIONS, SORTIES)
"""In the order in which each needs the ones before."""

FORMES = {
    "CDDI": "CDDI",
    "CVG": "CDDI",
    "PHC": "CDDI",
    "MISSION": "CTT",
    "CTT": "CTT",
    "CDD_USAGE": "CDD_USAGE",
}
"""Type of contract by form (``domaine/fluxiae.md`` §7); RefFormeContrat is not published: another form is told."""
MOTIFS = {
    1: "CDI", 2: "AUTRE_SIAE", 3: "CDI", 4: "CREATION", 5: "FORMATION", 6: "INACTIF", 7: "CHOMAGE",
    8: "SANS_NOUVELLES", 9: "CDD_6M_PLUS", 10: "CDD_MOINS_6M", 11: "FONCTION_PUBLIQUE", 12: "AUTRE_POSITIVE",
    13: "CDI_AIDE", 14: "CONTRAT_AIDE", 15: "RETRAITE", 16: "LONGUE_MALADIE", 17: "DECES", 18: "JUSTICE",
    19: "FAUTE_GRAVE", 21: "ESSAI", 22: "ESSAI",
}  # fmt: skip
"""Our reason by reason of the ASP (``domaine/parcours.md`` §10.2); 20 (transfer) and 96 (CDI inclusion) have none."""
NUMERO_AGREMENT = re.compile(r"[0-9]{12}")
MOIS_AGREMENT = 24
HEBDO = re.compile(r"([0-9]{1,2}):([0-5][0-9])")
VALIDE = "VALIDE"


@dataclass(frozen=True, slots=True)
class Contrat:
    """A row of ContratMission that can be sent."""

    record: Record
    asp_id: str
    personne: Salarie
    siret: str
    type_structure: str
    line: dict[str, Any]
    embauche: date
    sortie: tuple[date, str] | None


@dataclass(frozen=True, slots=True)
class Etat:
    """A row of EtatMensuelIndiv: hours of a contract under an annexe, one month."""

    record: Record
    contrat: Contrat
    numero: str
    mois: str
    version: int
    heures: Decimal
    valide_le: date | None


def pathway_lines(livraison: Livraison, report: Report) -> Iterator[Sent]:
    """Yield the lines of the pathways, in the order they are to be sent; what gives no line is told."""
    views = livraison.parcours
    if not any(views.get(name) for name in ("Salarie", "ContratMission", "EtatMensuelIndiv")):
        return
    personnes = read_personnes(views.get("Salarie", ()), report)
    sirets = {structure.asp_id: structure.siret for structure in livraison.structures}
    contrats = _contrats(views.get("ContratMission", ()), personnes, sirets, report)
    entrees = _entrees(contrats)
    for person in personnes.personnes:
        yield _sent(PERSONNES, f"salarie:{person.asp_id}", _personne(person, entrees), person.record)
    for person in personnes.personnes:
        start = entrees.get(person.asp_id)
        if person.numero and start and start >= REFORME:
            told = {
                "personne": f"asp:salarie:{person.asp_id}",
                "numero": person.numero,
                "date_debut": start.isoformat(),
            }
            yield _sent(PASS, f"pass:{person.numero}", told, person.record)
    for contrat in contrats.values():
        yield _sent(CONTRATS, f"contrat:{contrat.asp_id}", contrat.line, contrat.record)
    yield from _declarations(views, contrats, livraison, report)
    for contrat in contrats.values():
        if contrat.sortie:
            day, motif = contrat.sortie
            told = {"contrat": f"asp:contrat:{contrat.asp_id}", "date": day.isoformat(), "motif": motif}
            yield _sent(SORTIES, f"sortie:{contrat.asp_id}", told, contrat.record)


def _entrees(contrats: Mapping[str, Contrat]) -> dict[str, date]:
    """Return the first hire of each person: the files say no day of an agrément or of a PASS IAE, which start with it."""
    first: dict[str, date] = {}
    for contrat in contrats.values():
        who = contrat.personne.asp_id
        first[who] = min(contrat.embauche, first.get(who, contrat.embauche))
    return first


def _personne(person: Salarie, entrees: Mapping[str, date]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "nom": person.nom,
        "prenom": person.prenom,
        "sexe": person.sexe,
        "date_naissance": person.naissance.isoformat(),
        "code_insee": person.commune,
        "nir": person.nir,
        "motif_absence_nir": None if person.nir else "NO_NIR",
    }
    start = entrees.get(person.asp_id)
    if start:
        told["connu_le"] = start.isoformat()
    if person.numero and start and start < REFORME and NUMERO_AGREMENT.fullmatch(person.numero):
        end = date.fromordinal(plus_mois(start, MOIS_AGREMENT).toordinal() - 1)
        told |= {
            "numero_agrement": person.numero,
            "date_agrement_debut": start.isoformat(),
            "date_agrement_fin": end.isoformat(),
        }
    return told


def _contrats(
    records: Iterable[Record], personnes: Personnes, sirets: Mapping[str, str], report: Report
) -> dict[str, Contrat]:
    found: dict[str, Contrat] = {}
    for record in records:
        try:
            contrat = _contrat(record, personnes, sirets, report)
            _first(contrat.asp_id, found)
            found[contrat.asp_id] = contrat
        except Fault as fault:
            report.set_aside(record.file, record.line, *fault.args)
    return found


def _contrat(record: Record, personnes: Personnes, sirets: Mapping[str, str], report: Report) -> Contrat:
    values = record.values
    person = personnes.de.get(read_required(values, "contrat_id_pph"))
    if person is None:
        raise Fault("salarie_absent", "La fiche de la personne n'est pas dans cette livraison.")
    siret = sirets.get(read_required(values, "contrat_id_structure"))
    if siret is None:
        raise Fault("structure_absente", "La structure n'est pas dans cette livraison.")
    kind = TYPES.get(read_required(values, "contrat_mesure_disp_code"))
    if kind is None:
        raise Fault("hors_champ", "La mesure n'est pas une aide au poste du registre.")
    form = FORMES.get(read_required(values, "contrat_format_contrat_code").upper())
    if form is None:
        raise Fault("forme_inconnue", "La forme du contrat n'est pas de celles qui ont un équivalent.")
    start, end = _needed(values, "contrat_date_embauche"), _needed(values, "contrat_date_fin_contrat")
    asp_id = read_required(values, "contrat_id_ctr")
    line = {
        "personne": f"asp:salarie:{person.asp_id}",
        "siret": siret,
        "type_structure": kind,
        "type_contrat": form,
        "date_debut": start.isoformat(),
        "date_fin_prevue": end.isoformat(),
        "heures_hebdo": _hebdo(values),
        "code_rome": values.get("contrat_code_rome"),
        "connu_le": (read_day(values, "contrat_date_creation") or start).isoformat(),
    }
    return Contrat(record, asp_id, person, siret, kind, line, start, _sortie(record, report))


def _first(identity: str, seen: Container[str]) -> None:
    if identity in seen:
        raise Fault("doublon", f"La ligne {identity} est déjà donnée.")


def _needed(values: Mapping[str, str], column: str) -> date:
    day = read_day(values, column)
    if day is None:
        raise Fault("date_absente", f"La colonne {column} est vide.")
    return day


def _hebdo(values: Mapping[str, str]) -> str:
    found = HEBDO.fullmatch(read_required(values, "contrat_duree_hebdo_travail"))
    if found is None:
        raise Fault("duree_illisible", "La durée hebdomadaire n'a pas la forme HH:MM.")
    hours = Decimal(found[1]) + Decimal(found[2]) / 60
    return str(hours.quantize(Decimal("0.01")).normalize() + 0)


def _sortie(record: Record, report: Report) -> tuple[date, str] | None:
    day = read_day(record.values, "contrat_date_sortie_definitive")
    if day is None:
        return None
    motif = MOTIFS.get(_integer(record.values.get("contrat_motif_sortie_code", "")) or 0)
    if motif is None:
        report.warn(
            record.file,
            record.line,
            "motif_sans_equivalent",
            "La sortie n'est pas reprise : son motif n'a pas d'équivalent.",
        )
        return None
    return day, motif


def _integer(text: str) -> int | None:
    """Return a whole number, which some files write as a decimal."""
    found = re.fullmatch(r"([0-9]{1,15})(\.0+)?", text)
    return int(found[1]) if found else None


def _declarations(
    views: Mapping[str, Sequence[Record]],
    contrats: Mapping[str, Contrat],
    livraison: Livraison,
    report: Report,
) -> Iterator[Sent]:
    """Yield one declaration for each structure and month: its last valid version, hours added by contract."""
    numeros = _numeros(views, livraison)
    months: dict[tuple[str, str, str], list[Etat]] = defaultdict(list)
    seen: set[str] = set()
    for record in views.get("EtatMensuelIndiv", ()):
        try:
            identity = read_required(record.values, "emi_dsm_id")
            _first(identity, seen)
            etat = _etat(record, contrats, numeros)
        except Fault as fault:
            report.set_aside(record.file, record.line, *fault.args)
            continue
        seen.add(identity)
        months[etat.contrat.siret, etat.contrat.type_structure, etat.mois].append(etat)
    for (siret, kind, mois), etats in sorted(months.items()):
        kept = list(_one_annexe(_last_versions(etats, report), report))
        hours: dict[str, Decimal] = defaultdict(Decimal)
        for etat in kept:
            hours[etat.contrat.asp_id] += etat.heures
        lignes = [
            {"contrat": f"asp:contrat:{asp_id}", "heures": str(total), "annexe": _annexe_of(kept, asp_id)}
            for asp_id, total in sorted(hours.items())
        ]
        told: dict[str, Any] = {"siret": siret, "type_structure": kind, "mois": mois, "lignes": lignes}
        if known := max((etat.valide_le for etat in kept if etat.valide_le), default=None):
            told["connu_le"] = known.isoformat()
        digest = sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]
        yield _sent(
            DECLARATIONS, f"etat:{siret}.{kind}:{mois}:{digest}", told, *(etat.record for etat in kept)
        )


def _annexe_of(etats: Iterable[Etat], asp_id: str) -> str:
    return next(etat.numero for etat in etats if etat.contrat.asp_id == asp_id)


def _numeros(views: Mapping[str, Sequence[Record]], livraison: Livraison) -> dict[str, str]:
    """Return the number of each annexe, by its identifier: that of the rows kept, one for each."""
    kept = {annexe.record.line: annexe.numero for annexe in livraison.annexes}
    return {
        record.values["af_id_annexe_financiere"]: kept[record.line]
        for record in views.get("AnnexeFinanciere", ())
        if record.line in kept and "af_id_annexe_financiere" in record.values
    }


def _etat(record: Record, contrats: Mapping[str, Contrat], numeros: Mapping[str, str]) -> Etat:
    values = record.values
    if values.get("emi_esm_etat_code") != VALIDE:
        raise Fault("etat_non_valide", "L'état mensuel n'est pas validé.")
    contrat = contrats.get(read_required(values, "emi_ctr_id"))
    if contrat is None:
        raise Fault("contrat_absent", "Le contrat n'est pas repris de cette livraison.")
    numero = numeros.get(read_required(values, "emi_afi_id"))
    if numero is None:
        raise Fault("annexe_absente", "L'annexe financière n'est pas dans cette livraison.")
    month, year = (_integer(values.get(f"emi_sme_{part}", "")) for part in ("mois", "annee"))
    if month is None or year is None or not (1 <= month <= 12 and 2000 <= year <= 2100):
        raise Fault("mois_illisible", "Le mois de l'état n'est pas lisible.")
    try:
        hours = Decimal(values.get("emi_nb_heures_travail", "0"))
    except InvalidOperation:
        raise Fault("heures_illisibles", "Les heures ne sont pas un nombre.") from None
    version = _integer(values.get("emi_sme_version", "0")) or 0
    return Etat(
        record,
        contrat,
        numero,
        f"{year}-{month:02d}",
        version,
        hours,
        read_day(values, "emi_date_validation"),
    )


def _last_versions(etats: Sequence[Etat], report: Report) -> Iterator[Etat]:
    """Yield the rows of the last version of the month under each annexe; the former ones are told."""
    last: dict[str, int] = {}
    for etat in etats:
        last[etat.numero] = max(etat.version, last.get(etat.numero, 0))
    for etat in etats:
        if etat.version == last[etat.numero]:
            yield etat
        else:
            _aside(etat, report, "version_remplacee", "Une version plus récente du mois la remplace.")


def _one_annexe(etats: Iterable[Etat], report: Report) -> Iterator[Etat]:
    """Yield the rows of each contract under its first annexe of the month: a declaration holds a contract once."""
    first: dict[str, str] = {}
    for etat in etats:
        if first.setdefault(etat.contrat.asp_id, etat.numero) == etat.numero:
            yield etat
        else:
            _aside(
                etat,
                report,
                "contrat_sur_deux_annexes",
                "Le contrat a déjà des heures sous une autre annexe ce mois-là.",
            )


def _aside(etat: Etat, report: Report, code: str, detail: str) -> None:
    report.set_aside(etat.record.file, etat.record.line, code, detail)


def _sent(nature: str, name: str, fields: Mapping[str, Any], record: Record, *others: Record) -> Sent:
    told = {field: value for field, value in fields.items() if value is not None}
    reference = f"asp:{name}"
    return Sent(nature, reference, orjson.dumps({"reference": reference, **told}) + b"\n", record, others)
