"""Every gap between computed and paid is explained by known causes, or listed."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.funding.domain import rapprochement as r
from services.funding.domain.cofinancement import financeur_asp
from services.funding.domain.echeancier import echeancier

D = Decimal
ACOMPTE = D(1000)


def reconcile(
    verse: str, *, regularisation: str = "0", cofinance: str = "0", closed: str = "2017-12"
) -> r.Rapprochement:
    """An annexe of 12,000 € over 2017; at the fifth month its hours earn 5,000 € plus the regularisation."""
    dues = {"2017-05": D(5000) + D(regularisation)}
    plan = echeancier(D(12000), date(2017, 1, 1), date(2017, 12, 31), dues.get)
    return r.rapprocher(
        plan, inscrit=D(12000), declare=D(5000), verse=D(verse), cofinance=D(cofinance), manquants=7, dernier_mois=closed
    )  # fmt: skip


@pytest.mark.parametrize(
    ("case", "ecart", "causes", "inexplique"),
    [
        ({"verse": "12000"}, 0, {}, 0),
        ({"verse": "12000.99"}, "0.99", {}, 0),
        ({"verse": "12001"}, 1, {}, 1),
        ({"verse": "12000", "regularisation": "-400"}, 400, {r.REGULARISATIONS: 400}, 0),
        ({"verse": "11000"}, -1000, {"ACOMPTES_A_VERSER_1": -1000}, 0),
        ({"verse": "10000"}, -2000, {"ACOMPTES_A_VERSER_2": -2000}, 0),
        ({"verse": "0"}, -12000, {r.RIEN: -12000}, 0),
        ({"verse": "9000", "cofinance": "3000"}, -3000, {r.COFINANCEMENT: -3000}, 0),
        (
            {"verse": "11000", "regularisation": "-400"},
            -600,
            {r.REGULARISATIONS: 400, "ACOMPTES_A_VERSER_1": -1000},
            0,
        ),
        ({"verse": "7777"}, -4223, {}, -4223),
        ({"verse": "5000", "closed": "2017-05"}, 0, {}, 0),
        ({"verse": "4000", "closed": "2017-05"}, -1000, {"ACOMPTES_A_VERSER_1": -1000}, 0),
        (
            {"verse": "4000", "regularisation": "-400", "closed": "2017-05"},
            -600,
            {r.REGULARISATIONS: 400, "ACOMPTES_A_VERSER_1": -1000},
            0,
        ),
        ({"verse": "12000", "regularisation": "-1"}, 1, {r.REGULARISATIONS: 1}, 0),
        ({"verse": "11001"}, -999, {}, -999),
        ({"verse": "0", "closed": "2017-01"}, -1000, {r.RIEN: -1000}, 0),
    ],
)
def test_a_gap_is_made_of_the_fewest_known_causes(
    case: dict[str, Any], ecart: Any, causes: dict[str, int], inexplique: int
) -> None:
    told = reconcile(**case)
    assert told.ecart == D(ecart)
    assert told.explications == causes
    assert told.inexplique == D(inexplique)
    assert told.conforme == (abs(D(ecart)) < 1)
    assert told.ecart == told.verse - told.calcule
    assert (told.inscrit, told.declare, told.manquants) == (D(12000), D(5000), 7)


def test_an_annexe_of_nothing_explains_nothing() -> None:
    plan = echeancier(D(0), date(2017, 1, 1), date(2017, 12, 31), lambda _: None)
    told = r.rapprocher(
        plan, inscrit=D(0), declare=D(0), verse=D(-1), cofinance=D(0), manquants=12, dernier_mois="2017-12"
    )  # fmt: skip
    assert told.ecart == told.inexplique == -1
    assert not told.explications


def test_the_asp_names_departements_and_others() -> None:
    assert financeur_asp("CD FINISTERE", "29") == "CD29"
    assert financeur_asp("ct martinique", "972") == "CD972"
    assert financeur_asp("CG59", "59") == "CD59"
    assert financeur_asp("METROPOLE FICTIVE", "59") == "AUTRE_PUBLIC"
    assert financeur_asp(None, "59") == "AUTRE_PUBLIC"
