"""The annexes to watch: what can be taken back comes before what was consumed in excess."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from services.gateway.queries.champ import Champ
from services.gateway.queries.financements import AnnexeSuivie, Finances
from services.gateway.queries.suivi import Etat, Termes
from services.gateway.screens.finances import Rows
from tests.factories.facts import identifier

D = Decimal


def make_annexe(numero: str, rate: str | None, **changes: Any) -> AnnexeSuivie:
    """An annexe of ten ETP whose cumulative rate is ``rate``; what it leaves is to be taken back."""
    taux = None if rate is None else Fraction(rate)
    left = None if taux is None else max(D(0), D(10) - D(10) * taux.numerator / taux.denominator)
    classement = None if taux is None else "SOUS" if taux < 1 else "SUR"
    alerte = None if taux is None or Fraction("0.95") <= taux <= Fraction("1.05") else "A_ALERTER"
    values: dict[str, Any] = {"taux": taux, "reprenables": left, "classement": classement, "alerte": alerte}
    values |= {"manquants": 0, "moyenne": taux, "atterrissage": taux} | changes
    etat = Etat(conventionne=Fraction(10), realise=Fraction(0), du_etat=D(0), **values)
    termes = Termes(D(10), D(1820), D(19655), D(1), D(0), date(2017, 1, 1), date(2017, 12, 31))
    return AnnexeSuivie(
        identifier(numero), identifier(numero), numero, numero, "ACI", "59", termes, D(0), D(0), etat
    )


def watched(*annexes: AnnexeSuivie) -> Rows:
    finances = Finances(
        champ=Champ("32", 2017), annexes=annexes, verse={}, cofinancements=[], enveloppes={}, marches=[],
        redeploiements=[], arbitrages=[],
    )  # fmt: skip
    return Rows(finances, None)


def test_what_can_be_taken_back_comes_before_what_was_consumed_in_excess() -> None:
    rows = watched(
        make_annexe("tres-sur", "2"),
        make_annexe("conforme", "1"),
        make_annexe("sur", "1.2"),
        make_annexe("peu", "0.94"),
        make_annexe("beaucoup", "0.7"),
        make_annexe("muette", None, manquants=12),
        make_annexe("presque", "0.97", manquants=1),
        make_annexe("a-ajuster", "0.88", alerte="A_AJUSTER"),
    )
    assert [annexe.numero for annexe in rows.watched] == [
        "a-ajuster", "muette", "beaucoup", "peu", "presque", "tres-sur", "sur",
    ]  # fmt: skip


def test_the_key_figure_tells_how_many_under_consume_and_how_many_months_are_missing() -> None:
    rows = watched(make_annexe("sous", "0.7", manquants=1), make_annexe("sur", "1.2"), make_annexe("ok", "1"))
    figure = next(figure for figure in rows.chiffres() if figure.code == "FIN-07")
    assert figure.valeur == 2
    assert figure.comparaison is not None
    assert figure.comparaison.texte == "dont 1 en sous-consommation, 1 avec des mois non déclarés"
