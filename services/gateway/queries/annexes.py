"""What annexes financières commit and what hours realise of them, exactly, by territory and type."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

from services.gateway.queries.champ import Champ

HUNDRED = 100
WAIT = 2
"""Months after which a month is expected to be declared (FIN-19)."""


@dataclass(slots=True)
class Sommes:
    """Sums over annexes; ETP are exact fractions, yearly unless named monthly."""

    annexes: int = 0
    annexes_incompletes: int = 0
    annexes_a_jour: int = 0
    annexes_sous: int = 0
    annexes_conformes: int = 0
    annexes_sur: int = 0
    etp_mois: Fraction = Fraction(0)
    etp_realises: Fraction = Fraction(0)
    etp_plafonnes: Fraction = Fraction(0)
    heures: Fraction = Fraction(0)
    heures_sans_annexe: Fraction = Fraction(0)
    consomme: Fraction = Fraction(0)
    consomme_etat: Fraction = Fraction(0)
    engage: Fraction = Fraction(0)
    cofinance: Fraction | None = None
    montant_connu: Fraction = Fraction(0)
    postes_cddi: int | None = None
    etp_cofinances: Fraction | None = None
    module: Fraction | None = None
    socle_module: Fraction = Fraction(0)
    prevues: int | None = None
    dynamiques_prevues: Fraction = Fraction(0)

    def add(self, row: Any, attendu: int) -> None:
        """Count one annexe, or hours that no annexe of the field holds."""
        heures = Fraction(row.heures)
        self.heures += heures
        if not row.connue:
            self.heures_sans_annexe += heures
            return
        self.annexes += 1
        self.annexes_a_jour += row.dernier >= attendu
        self.etp_mois += Fraction(row.etp_mois)
        self._commit(row)
        if row.heures_par_etp <= 0 or row.montant_unitaire <= 0:
            self.annexes_incompletes += 1
        if row.heures_par_etp > 0:
            self._realise(row, heures / Fraction(row.heures_par_etp))

    def _commit(self, row: Any) -> None:
        self.engage += Fraction(row.montant) - Fraction(row.cofinance or 0)
        if row.cofinance is not None:
            self.cofinance = (self.cofinance or Fraction(0)) + Fraction(row.cofinance)
            self.montant_connu += Fraction(row.montant)
            part = Fraction(row.cofinance) / Fraction(row.montant) if row.montant else Fraction(0)
            self.etp_cofinances = (self.etp_cofinances or Fraction(0)) + Fraction(row.etp_mois) * part / 12
        if row.module is not None:
            self.module = (self.module or Fraction(0)) + Fraction(row.module)
            self.socle_module += Fraction(row.socle_module)
        if row.prevues:
            self.prevues = (self.prevues or 0) + row.prevues
            self.dynamiques_prevues += Fraction(row.dynamiques_prevues)
        if row.cddi is not None:
            self.postes_cddi = (self.postes_cddi or 0) + row.cddi

    def _realise(self, row: Any, done: Fraction) -> None:
        due = Fraction(row.etp_mois) / 12
        self.etp_realises += done
        self.etp_plafonnes += min(done, due)
        part = Fraction(row.cofinance or 0) / Fraction(row.montant) if row.montant else Fraction(0)
        paid = done * Fraction(row.montant_unitaire)
        self.consomme += paid
        self.consomme_etat += paid * (1 - part)
        # F19 cuts both terms to two decimals and leaves no margin.
        cut_done, cut_due = int(done * HUNDRED), int(due * HUNDRED)
        self.annexes_sous += cut_done < cut_due
        self.annexes_conformes += cut_done == cut_due
        self.annexes_sur += cut_done > cut_due


NAMES = tuple(field.name for field in fields(Sommes))


def sum_annexes(rows: Iterable[Any], champ: Champ) -> dict[tuple[str | None, str | None], dict[str, Any]]:
    """Return the sums of each level: all, by département, by type, by both."""
    attendu = expected_month(champ)
    cells: dict[tuple[str | None, str | None], Sommes] = {}
    for row in rows:
        for cell in (
            (None, None),
            (row.departement, None),
            (None, row.type_structure),
            (row.departement, row.type_structure),
        ):
            cells.setdefault(cell, Sommes()).add(row, attendu)
    return {
        cell: {name: getattr(sums, name) for name in NAMES} | {"mois": champ.mois[1] - champ.mois[0] + 1}
        for cell, sums in cells.items()
    }


def expected_month(champ: Champ) -> int:
    """Return the last month of the period that annexes are expected to have declared; 0 for none."""
    if champ.arret.year > champ.annee or champ.arret == champ.fin:
        return champ.mois[1]
    return max(0, min(champ.mois[1], champ.arret.month - WAIT))
