"""Where annexes in force stand: realisation, shares of the funders, missing declarations, reviews."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from services.funding.domain import formules, realisation
from services.funding.domain.echeancier import mois_de


@dataclass(frozen=True, slots=True)
class AnnexeSuivie:
    """The terms of an annexe; ``cofinance`` is what the others than the State pay, euros."""

    etp: Decimal
    montant_unitaire: Decimal
    heures_par_etp: Decimal
    date_debut: date
    date_fin: date
    montant_socle: Decimal
    cofinance: Decimal

    @property
    def termes(self) -> realisation.Annexe:
        """What its realisation is measured against."""
        duree = formules.duree_mois(self.date_debut, self.date_fin)
        return realisation.Annexe(self.etp, self.montant_unitaire, self.heures_par_etp, duree)


@dataclass(frozen=True, slots=True)
class MoisDeclare:
    """Declared and eligible hours of a month (``AAAA-MM``)."""

    mois: str
    heures: Decimal
    eligibles: Decimal


@dataclass(frozen=True, slots=True)
class Suivi:
    """Where an annexe stands after its declared months.

    Attributes
    ----------
    taux_mensuels
        F16, by month. Rates are ratios.
    conventionne, plafonne_etat, plafonne_cofinanceurs, ecart
        Yearly ETP agreed (F04), done within what each side pays for (F13, F27), done less agreed so far (F28).
    consomme_etat
        Euros of the State's part that the ETP done use (F20).
    manquants
        Months over that nobody declared; ``suspendu`` when they stop the payments.
    """

    realise: realisation.Realisation
    mois: Sequence[str]
    taux_mensuels: Sequence[Fraction]
    conventionne: Fraction
    part_cofinancee: Fraction
    plafonne_etat: Fraction
    plafonne_cofinanceurs: Fraction
    ecart: Fraction
    consomme_etat: Decimal
    manquants: Sequence[str]
    suspendu: bool
    alerte: realisation.Alerte | None


def suivre(annexe: AnnexeSuivie, declares: Sequence[MoisDeclare], verse: Decimal, dernier_mois: str) -> Suivi:
    """Return where an annexe stands.

    Parameters
    ----------
    declares
        Months declared within its period, in order.
    verse
        Socle paid for the months up to the last declared.
    dernier_mois
        Last month that is over: later ones are not missing yet.
    """
    terms = annexe.termes
    done = realisation.realiser(
        terms,
        [m.heures for m in declares],
        eligibles=[m.eligibles for m in declares],
        montant=annexe.montant_socle,
        verse=verse,
    )
    part = formules.part_cofinancee(annexe.montant_socle, annexe.cofinance)
    etp_cofinanceurs, etp_etat = formules.etp_par_financeur(annexe.etp, part, terms.duree_mois)
    declared = {m.mois for m in declares}
    missing = [
        mois
        for mois in mois_de(annexe.date_debut, annexe.date_fin)
        if mois <= dernier_mois and mois not in declared
    ]
    return Suivi(
        realise=done,
        mois=[m.mois for m in declares],
        taux_mensuels=[realisation.taux_mensuel(value, annexe.etp) for value in done.mois],
        conventionne=formules.etp_annuel(annexe.etp, terms.duree_mois),
        part_cofinancee=part,
        plafonne_etat=realisation.etp_plafonnes(done.etp_annuel * (1 - part), etp_etat),
        plafonne_cofinanceurs=realisation.etp_plafonnes(done.etp_annuel * part, etp_cofinanceurs),
        ecart=realisation.delta(done.etp_annuel, formules.etp_annuel(annexe.etp, len(declares))),
        consomme_etat=realisation.montant_consomme(done.etp_annuel, annexe.montant_unitaire, part),
        manquants=missing,
        suspendu=realisation.suspendue(len(missing)),
        alerte=realisation.alerte(annexe.etp, dict(zip((m.mois for m in declares), done.mois, strict=True))),
    )
