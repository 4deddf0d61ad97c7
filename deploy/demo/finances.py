"""The envelopes and the cofunders of the demonstration, worked out from its annexes.

All is fictitious. Nothing here is drawn: amounts follow the order of the annexes, and the generated files do not depend
on it. Envelopes hold a little more than what the annexes commit; a few parts of the département are written beside the
theory, as in real annexes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from deploy.demo.hypotheses import RSA_2017
from deploy.demo.tables import Row

REGION = "32"
ANNEE = 2017
ROND = 10_000
RESERVE = 500_000
MARGE = Decimal("1.02")
AUTRES = ("REGION", "FSE", "EPCI", "FONDATION")
UNE_SUR = 7
"""One annexe in seven has another funder than the State and the département."""
PART_AUTRES = Decimal("0.03")
A_TORT = {3: Decimal("0.97"), 11: Decimal("1.05"), 19: Decimal("0.90")}
"""Parts of the département that do not follow the theory, by rank among those written."""


def enveloppes(annexes: Iterable[Row], departement_of: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the credits notified to the région, then to each département, as import lines."""
    needs: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for annexe in annexes:
        sums = needs[departement_of[annexe["id_structure"]]]
        sums[0] += Decimal(annexe["montant_socle_eur"])
        sums[1] += Decimal(annexe["etp_conventionnes"])
    notified = {code: _round(euros * MARGE) for code, (euros, _) in sorted(needs.items())}
    yield _enveloppe("REGIONAL", REGION, sum(notified.values()) + RESERVE, sum(n[1] for n in needs.values()))
    for code, euros in notified.items():
        yield _enveloppe("DEPARTEMENTAL", code, euros, needs[code][1])


def cofinancements(annexes: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Yield the parts of the cofunders, one funder an annexe: the Pas-de-Calais for its posts, else another."""
    theory = sum(Decimal(str(RSA_2017[mois])) for mois in range(1, 13)) * Decimal("0.88")
    written = 0
    for number, annexe in enumerate(annexes):
        postes = int(annexe["postes_cddi_cd"] or 0)
        socle = Decimal(annexe["montant_socle_eur"])
        if postes:
            montant = min((theory * postes).quantize(Decimal("0.01")), socle)
            yield _part(
                annexe, "CD62", (montant * A_TORT.get(written, Decimal(1))).quantize(Decimal("0.01")), postes
            )
            written += 1
        elif number % UNE_SUR == 0 and socle >= ROND:
            yield _part(
                annexe, AUTRES[number // UNE_SUR % len(AUTRES)], Decimal(_round(socle * PART_AUTRES)), None
            )


def _round(euros: Decimal) -> int:
    """Return an amount rounded up to the thousand."""
    return int((euros + 999) // 1000) * 1000


def _enveloppe(niveau: str, territoire: str, montant: int, etp: Decimal | int) -> dict[str, Any]:
    return {
        "reference": f"ENV-{ANNEE}-{territoire}",
        "connu_le": f"{ANNEE}-01-01",
        "niveau": niveau,
        "territoire": territoire,
        "annee": ANNEE,
        "nature": "AIDE_POSTE",
        "montant": f"{montant}.00",
        "etp": f"{Decimal(etp):.2f}",
    }


def _part(annexe: Row, financeur: str, montant: Decimal, postes: int | None) -> dict[str, Any]:
    return {
        "reference": f"COF-{annexe['numero_annexe']}",
        "connu_le": f"{ANNEE}-03-01",
        "annexe": annexe["numero_annexe"],
        "financeur": financeur,
        "montant": f"{montant:.2f}",
        "circuit": "DIRECT" if postes else "ASP",
        "postes": postes,
        "date_accord": f"{ANNEE}-02-15",
    }
