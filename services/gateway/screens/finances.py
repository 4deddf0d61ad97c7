"""The rows of the money: envelopes, annexes to watch, forecast, funders, gaps, clauses, from what the views hold."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any
from uuid import UUID

from services.gateway.pages import financements as pages
from services.gateway.pages.formats import Absence, Unite, date_courte, nombre, taux
from services.gateway.pages.models import Bloc, Comparaison, KeyFigure
from services.gateway.pages.tables import Colonne
from services.gateway.queries.financements import AIDE_POSTE, AnnexeSuivie, Finances
from services.gateway.queries.reperes import TYPES, rounded
from services.gateway.screens.assembly import exact, ratio
from shared.reference.nomenclatures import types_structure
from shared.reference.territories import departements

ZERO = Decimal(0)
CLASSEMENTS = {"SOUS": "sous-consommation", "CONFORME": "conforme", "SUR": "sur-consommation"}
MODALITES = {
    "MISE_A_DISPOSITION": "mise à disposition",
    "EMBAUCHE_DIRECTE": "embauche directe",
    "SOUS_TRAITANCE": "sous-traitance ou cotraitance",
}
ETATS = {"PROPOSE": "proposé", "ACCEPTE": "accepté", "REFUSE": "refusé", "APPLIQUE": "appliqué"}
FINANCEURS = {
    "REGION": "region", "EPCI": "communes", "COMMUNE": "communes", "FSE": "europe", "PLIE": "europe",
}  # fmt: skip
"""Column of a cofunder; a département (CD and its code) has its own, the others share one."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: all its rows, in order; of some the page shows the first ones only."""

    titre: str
    colonnes: tuple[Colonne[Any], ...]
    lignes: Sequence[Any]


class Rows:
    """The rows of a region, or of one of its départements."""

    def __init__(self, finances: Finances, departement: str | None) -> None:
        self._finances = finances
        self._departement = departement
        self.annexes = [a for a in finances.annexes if departement in (None, a.departement)]
        self.marches = [m for m in finances.marches if departement in (None, m.departement)]
        self._of = {a.structure_id: a for a in finances.annexes}

    @cached_property
    def tables(self) -> dict[Bloc, Table]:
        """Return the whole tables of the page."""
        year = self._finances.champ.annee
        return {
            Bloc.ENVELOPPES: Table(f"Enveloppes d'aide au poste en {year}", pages.ENVELOPPES, self._enveloppes()),
            Bloc.SUIVI: Table(f"Annexes à suivre en {year}", pages.SUIVI, [_suivi_row(a) for a in self.watched]),
            Bloc.PREVISIONS: Table(f"Prévisions d'ETP en {year}", pages.PREVISIONS, self._previsions()),
            Bloc.FINANCEURS: Table(f"Financeurs des structures en {year}", pages.FINANCEURS, self._financeurs()),
            Bloc.ARBITRAGES: Table(f"Arbitrages des financeurs en {year}", pages.ARBITRAGES, self._arbitrages()),
            Bloc.ECARTS: Table(f"Parts du département en {year}", pages.ECARTS, self._ecarts()),
            Bloc.CLAUSES: Table(f"Clauses sociales en {year}", pages.CLAUSES, self._clauses()),
            Bloc.REDEPLOIEMENTS: Table(
                f"Redéploiements en {year}", pages.REDEPLOIEMENTS, self._redeploiements()
            ),
        }  # fmt: skip

    def chiffres(self) -> tuple[KeyFigure, ...]:
        """Return the key figures of the money."""
        total = self.enveloppe_totale()
        whole = self.prevision("", self.annexes)
        committed = Comparaison(f"{taux(total.taux)} du notifié") if isinstance(total.taux, Decimal) else None
        under = sum(a.etat.classement == "SOUS" for a in self.watched)
        missing = sum(a.etat.manquants > 0 for a in self.watched)
        return (
            KeyFigure("FIN-09", "Engagé par l'État", total.engage, Unite.MILLIONS_EUROS, committed),
            KeyFigure("ENVELOPPE", "Disponible", total.disponible, Unite.MILLIONS_EUROS),
            KeyFigure("VER-01", "Versé par l'État", self._paid_by_state(), Unite.MILLIONS_EUROS,
                      Comparaison("aide au poste, modulation et FDI")),
            KeyFigure("FIN-03", "Atterrissage, en ETP", whole.atterrissage, Unite.ETP,
                      Comparaison(f"pour {nombre(rounded(Fraction(whole.conventionnes), 0))} conventionnés")),
            KeyFigure("REPRENABLES", "ETP reprenables", whole.reprenables, Unite.ETP),
            KeyFigure("FIN-07", "Annexes à suivre", len(self.watched), Unite.NOMBRE,
                      Comparaison(f"dont {nombre(under)} en sous-consommation, {nombre(missing)} avec des mois non déclarés")),
        )  # fmt: skip

    def _paid_by_state(self) -> Decimal:
        ids = {a.structure_id for a in self.annexes}
        return sum(
            (m for (s, funder, _), m in self._finances.verse.items() if funder == "ETAT" and s in ids), ZERO
        )

    # Envelopes

    def _enveloppes(self) -> list[pages.EnveloppeRow]:
        codes = [self._departement] if self._departement else self._finances.champ.departements
        rows = [self._enveloppe(code) for code in codes]
        region = self._finances.enveloppes.get(("REGIONAL", self._finances.champ.region))
        if region is None or self._departement:
            return rows
        given = [self._finances.enveloppes.get(("DEPARTEMENTAL", code)) for code in codes]
        delegated = sum((e["notifie"] + e["mouvements"] for e in given if e), ZERO)
        kept = region["notifie"] + region["mouvements"] - delegated
        reserve = pages.EnveloppeRow(
            "Réserve régionale", kept - region["mouvements"], region["mouvements"], ZERO, kept, ZERO, ZERO, Absence.SANS_OBJET
        )  # fmt: skip
        return [*rows, reserve]

    def _enveloppe(self, code: str) -> pages.EnveloppeRow:
        own = [a for a in self._finances.annexes if a.departement == code]
        ids = {a.structure_id for a in own}
        engaged = sum((a.termes.socle - a.termes.cofinance for a in own if self._starts(a)), ZERO)
        due = sum((a.etat.du_etat for a in own), ZERO)
        paid = sum(
            (m for (s, _, kind), m in self._finances.verse.items() if kind in AIDE_POSTE and s in ids), ZERO
        )
        held = self._finances.enveloppes.get(("DEPARTEMENTAL", code))
        name = departements()[code].nom
        if held is None:
            return pages.EnveloppeRow(name, None, None, engaged, None, due, paid, None)
        received = held["notifie"] + held["mouvements"]
        return pages.EnveloppeRow(
            name, held["notifie"], held["mouvements"], engaged, received - engaged, due, paid, ratio(engaged, received)
        )  # fmt: skip

    def _starts(self, annexe: AnnexeSuivie) -> bool:
        """Tell whether an annexe holds credits of the year: that of its first day."""
        return annexe.termes.debut.year == self._finances.champ.annee

    def enveloppe_totale(self) -> pages.EnveloppeRow:
        """Return the total; what is unknown somewhere is unknown."""
        rows = self._enveloppes()
        notified = [r.notifie for r in rows if isinstance(r.notifie, Decimal)]
        whole = len(notified) == len(rows) and bool(rows)
        moved = [r.mouvements for r in rows if isinstance(r.mouvements, Decimal)]
        left = [r.disponible for r in rows if isinstance(r.disponible, Decimal)]
        engaged = sum((r.engage for r in rows), ZERO)
        received = sum(notified, ZERO) + sum(moved, ZERO)
        return pages.EnveloppeRow(
            "Ensemble",
            sum(notified, ZERO) if whole else None,
            sum(moved, ZERO) if whole else None,
            engaged,
            sum(left, ZERO) if whole else None,
            sum((r.realise for r in rows), ZERO),
            sum((r.verse for r in rows), ZERO),
            ratio(engaged, received) if whole else None,
        )

    # Annexes

    @cached_property
    def watched(self) -> list[AnnexeSuivie]:
        """Return the annexes to watch, the most pressing first."""
        told = [a for a in self.annexes if a.etat.alerte or a.etat.manquants]
        return sorted(told, key=_urgency)

    def _previsions(self) -> list[pages.PrevisionRow]:
        kinds = [k for k in TYPES if any(a.type_structure == k for a in self.annexes)]
        return [
            self.prevision(types_structure()[k].libelle, [a for a in self.annexes if a.type_structure == k])
            for k in kinds
        ]

    def prevision(self, libelle: str, annexes: Sequence[AnnexeSuivie]) -> pages.PrevisionRow:
        """Return the forecast of some annexes; those that declared nothing are counted apart."""
        told = [a for a in annexes if a.etat.atterrissage is not None]
        agreed = sum((a.etat.conventionne for a in annexes), Fraction(0))
        forecast = sum((a.etat.atterrissage or Fraction(0) for a in told), Fraction(0))
        of_told = sum((a.etat.conventionne for a in told), Fraction(0))
        return pages.PrevisionRow(
            libelle,
            len(annexes),
            len(annexes) - len(told),
            exact(agreed),
            exact(sum((a.etat.realise for a in annexes), Fraction(0))),
            exact(forecast),
            exact(forecast - of_told),
            sum((a.etat.reprenables or ZERO for a in told), ZERO),
        )

    # Funders

    def _financeurs(self) -> list[pages.FinanceurRow]:
        cofunded: dict[UUID, list[Any]] = defaultdict(list)
        for line in self._finances.cofinancements:
            cofunded[line["structure_id"]].append(line)
        paid: dict[UUID, Decimal] = defaultdict(Decimal)
        for (structure, _, __), amount in self._finances.verse.items():
            paid[structure] += amount
        groups: dict[UUID, list[AnnexeSuivie]] = defaultdict(list)
        for annexe in self.annexes:
            groups[annexe.structure_id].append(annexe)
        rows = [_financeur(group, cofunded[key], paid[key]) for key, group in groups.items()]
        return sorted(rows, key=lambda r: (-r.inscrit, r.nom))

    def _arbitrages(self) -> list[pages.ArbitrageRow]:
        return [
            pages.ArbitrageRow(
                row["raison_sociale"], f"/structures/{row['structure_id']}", row["departement"], row["financeur"],
                row["numero"], row["le"], row["demande"], row["montant"], row["en_vigueur"],
            )
            for row in self._finances.arbitrages
            if self._departement in (None, row["departement"])
        ]  # fmt: skip

    def _ecarts(self) -> list[pages.EcartRow]:
        rows = []
        for line in self._finances.cofinancements:
            annexe = self._of.get(line["structure_id"])
            if line["theorique"] is None or annexe is None:
                continue
            if line["ecart_signale"] and self._departement in (None, annexe.departement):
                gap = line["montant"] - line["theorique"]
                rows.append(
                    pages.EcartRow(
                        annexe.raison_sociale, f"/structures/{annexe.structure_id}", line["numero"], line["financeur"],
                        line["postes"], line["montant"], line["theorique"], gap, ratio(gap, line["theorique"]),
                    )
                )  # fmt: skip
        return sorted(rows, key=lambda r: (-abs(r.ecart), r.nom))

    # Clauses and redéploiements

    def _clauses(self) -> list[pages.ClauseRow]:
        keys = sorted({(m.departement, m.modalite) for m in self.marches})
        return [
            self.clause(
                departements()[code].nom,
                MODALITES.get(way, way),
                [m for m in self.marches if (m.departement, m.modalite) == (code, way)],
            )
            for code, way in keys
        ]

    def clause(self, departement: str, modalite: str, marches: Sequence[Any]) -> pages.ClauseRow:
        """Return the sums of some contracts."""
        planned = sum((m.prevues for m in marches), ZERO)
        done = sum((m.realisees for m in marches), ZERO)
        siae = sum((m.realisees for m in marches if m.siae), ZERO)
        late = sum(m.retard for m in marches)
        counted = sum((m.imputees for m in marches), ZERO)
        return pages.ClauseRow(
            departement, modalite, len(marches), planned, done, ratio(done, planned), counted, ratio(siae, done), late
        )  # fmt: skip

    def _redeploiements(self) -> list[pages.RedeploiementRow]:
        rows = []
        for row in self._finances.redeploiements:
            taken = [Decimal(x["etp"]) for x in row["lignes"] if x["sens"] == "RETRAIT"]
            given = [Decimal(x["etp"]) for x in row["lignes"] if x["sens"] == "ATTRIBUTION"]
            rows.append(
                pages.RedeploiementRow(
                    str(row["redeploiement_id"])[-12:], date_courte(row["known_on"]), ETATS.get(row["etat"], row["etat"]),
                    len(row["lignes"]), sum(taken, ZERO), sum(given, ZERO),
                )
            )  # fmt: skip
        return rows


def _urgency(annexe: AnnexeSuivie) -> tuple[bool, bool, Decimal, bool, Fraction, str]:
    """Order what is to be adjusted first, then what stops payments, then what can be taken back, then the largest gap.

    An annexe that consumes more than it was given comes last: nothing can be taken back from it.
    """
    etat = annexe.etat
    rate = Fraction(1) if etat.taux is None else etat.taux
    return (
        etat.alerte != "A_AJUSTER", not etat.suspendu, -(etat.reprenables or ZERO), rate > 1, -abs(rate - 1),
        annexe.numero,
    )  # fmt: skip


def _suivi_row(a: AnnexeSuivie) -> pages.SuiviRow:
    etat = a.etat
    told = []
    if etat.alerte == "A_AJUSTER":
        told.append("à ajuster")
    elif etat.alerte == "A_ALERTER":
        told.append("à alerter")
    if etat.suspendu:
        told.append("paiement suspendu")
    elif etat.manquants and not told:
        told.append("mois à déclarer")
    return pages.SuiviRow(
        nom=a.raison_sociale,
        href=f"/structures/{a.structure_id}",
        type=a.type_structure,
        departement=a.departement,
        numero=a.numero,
        etp=a.termes.etp,
        moyenne=_perhaps(etat.moyenne),
        taux=_perhaps(etat.taux),
        classement=CLASSEMENTS.get(etat.classement or "", "rien de déclaré"),
        manquants=etat.manquants,
        atterrissage=_perhaps(etat.atterrissage),
        reprenables=etat.reprenables,
        suite=" ; ".join(told),
    )


def _perhaps(value: Fraction | None) -> Decimal | None:
    return None if value is None else exact(value)


def _financeur(annexes: Sequence[AnnexeSuivie], cofunded: Sequence[Any], paid: Decimal) -> pages.FinanceurRow:
    first = annexes[0]
    parts: dict[str, Decimal] = defaultdict(Decimal)
    parts["etat"] = sum((a.termes.socle - a.termes.cofinance for a in annexes), ZERO)
    parts["modulation"] = sum((a.module + a.fdi for a in annexes), ZERO)
    for line in cofunded:
        funder = line["financeur"]
        column = "conseil_departemental" if funder.startswith("CD") else FINANCEURS.get(funder, "autres")
        parts[column] += line["montant"]
    return pages.FinanceurRow(
        nom=first.raison_sociale,
        href=f"/structures/{first.structure_id}",
        type=first.type_structure,
        departement=first.departement,
        **{name: parts[name] for name in _PARTS},
        inscrit=sum(parts.values(), ZERO),
        verse=paid,
    )


_PARTS = ("etat", "modulation", "conseil_departemental", "region", "communes", "europe", "autres")


def total_financeurs(rows: Sequence[pages.FinanceurRow]) -> pages.FinanceurRow:
    """Return the exact total of all the structures."""
    sums = {name: sum((getattr(r, name) for r in rows), ZERO) for name in (*_PARTS, "inscrit", "verse")}
    return pages.FinanceurRow(f"Total des {nombre(len(rows))} structures", "", "", "", **sums)
