"""The money of a region on its page, in its files and in JSON, computed from facts."""

import html
import re
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.funding.routes import simulations
from shared.contracts.fact import Fact
from shared.contracts.funding import (
    ArbitrageRendu,
    CofinancementInscrit,
    CreditsDeplaces,
    EnveloppeNotifiee,
    LigneRedeployee,
    RedeploiementEnregistre,
)
from shared.http import add_error_handlers
from tests.conftest import client_of
from tests.factories.facts import (
    identifier,
    make_annexe,
    make_declaration,
    make_marche,
    make_structure,
    make_versement,
)
from tests.integration.gateway.conftest import Gateway

D = Decimal
FIN = "/api/vues/v1/financements?region=32&annee=2017"


def make_enveloppe(name: str, niveau: str, territoire: str, notifie: str) -> EnveloppeNotifiee:
    return EnveloppeNotifiee(
        enveloppe_id=identifier(name), niveau=niveau, territoire=territoire, annee=2017, nature="AIDE_POSTE",
        programme="102-03.02", notifie=D(notifie), notifie_etp=D(10),
    )  # fmt: skip


def make_cofinancement(annexe: str, **others: Any) -> CofinancementInscrit:
    values: dict[str, Any] = {
        "cofinancement_id": identifier(f"COF-{annexe}"), "annexe_id": identifier(annexe),
        "structure_id": identifier("S1"), "financeur": "CD59", "montant": D(50000), "circuit": "ASP", "postes": 10,
        "theorique": D("56778.48"), "ecart_signale": True, "date_accord": date(2017, 2, 1),
    } | others  # fmt: skip
    return CofinancementInscrit.model_validate(values)


def make_arbitrage(financeur: str, numero: int, montant: int, demande: int | None = None) -> ArbitrageRendu:
    return ArbitrageRendu(
        arbitrage_id=identifier(f"ARB-{financeur}-{numero}"), departement="59", annee=2017, structure_id=identifier("S1"),
        financeur=financeur, numero=numero, demande=None if demande is None else D(demande), montant=D(montant),
        le=date(2017, 3 + numero, 12),
    )  # fmt: skip


async def shown(gateway: Gateway, path: str) -> str:
    answer = await gateway.client.get(path)
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.fixture
async def money(gateway: Gateway) -> Gateway:
    """A structure whose annexe was replaced in June by an avenant M1, cofunded since; another one that says nothing."""
    first = make_annexe("A1", etp="10", etat="HISTORISE", montant_cofinance=D(0))
    second = make_annexe(
        "A2", numero="ACI059170001A0M1", etp="10", montant_cofinance=D(50000), avenant_de=identifier("A1"),
        montant_module=D(9000), montant_fdi=D(1000),
    )  # fmt: skip
    moved = CreditsDeplaces(
        mouvement_id=identifier("M1"), origine_id=identifier("E62"), destination_id=identifier("E59"),
        montant=D(20000), motif="FONGIBILITE",
    )  # fmt: skip
    await gateway.feed(
        moved,  # before the envelopes that it names: facts come in any order
        make_enveloppe("E32", "REGIONAL", "32", "500000"),
        make_enveloppe("E59", "DEPARTEMENTAL", "59", "200000"),
        make_enveloppe("E62", "DEPARTEMENTAL", "62", "100000"),
        make_structure(),
        make_structure("S2", number=2, commune="62041", kind="EI"),
        first,
        second,
        make_annexe(
            "A3", structure="S2", numero="EI062170002A0M0", mesure="EI_DC", montant_unitaire=D(10237),
            montant_socle=D(102370), heures_par_etp="1505",
        ),
        make_cofinancement("A1", cofinancement_id=identifier("COF-old")),
        make_cofinancement("A2"),
        *(make_declaration(m, {"P1": "1516.6"}) for m in range(1, 6)),
        *(make_declaration(m, {"P1": "1000"}, annexe="ACI059170001A0M1") for m in range(6, 11)),
        make_versement("V1", "100000.50"),
        make_arbitrage("CD59", 2, 50000, 60000),  # the earlier one comes later: any order
        make_arbitrage("CD59", 1, 45000, 60000),
        make_arbitrage("FSE", 1, 0),
        make_marche("M62", "1000"),
        make_marche("M62b", "1000").model_copy(update={"heures_realisees": D(799)}),
        RedeploiementEnregistre(
            redeploiement_id=identifier("R1"), region="32", etat="PROPOSE",
            lignes=[
                LigneRedeployee(annexe=identifier("A2"), sens="RETRAIT", etp=D(2)),
                LigneRedeployee(annexe=identifier("A3"), sens="ATTRIBUTION", etp=D("3.84")),
            ],
        ),
    )  # fmt: skip
    return gateway


async def test_hours_declared_before_and_after_an_avenant_are_those_of_one_annexe(money: Gateway) -> None:
    assert (await money.reperes())["etp_realises"] == "6.91"  # (5 × 1516.6 + 5 × 1000) / 1820
    assert (await money.reperes())["etp_conventionnes"] == "20.00"
    assert "10/2017 6,6" in await shown(money, f"/structures/{identifier('S1')}?annee=2017")


async def test_the_view_holds_envelopes_annexes_forecast_funders_gaps_and_clauses(money: Gateway) -> None:
    body = (await money.client.get(FIN)).json()
    nord, pas, reserve = (
        next(e for e in body["enveloppes"] if e["territoire"] == name)
        for name in ("Nord", "Pas-de-Calais", "Réserve régionale")
    )
    assert (nord["notifie_eur"], nord["mouvements_eur"]) == ("200000.00", "20000.00")
    assert (nord["engage_eur"], nord["disponible_eur"]) == ("146550.00", "73450.00")  # 196 550 − 50 000
    # 12 583 h / 1 820 × 19 655, less the département's share of 50 000 / 196 550
    assert (nord["realise_eur"], nord["verse_eur"]) == ("101320.81", "100000.50")
    assert (pas["disponible_eur"], reserve["disponible_eur"]) == ("-22370.00", "200000.00")
    watched = {a["annexe"]: a for a in body["annexes"]}
    assert watched["ACI059170001A0M1"] == {
        "structure": "Chantier S1", "type": "ACI", "departement": "59", "annexe": "ACI059170001A0M1",
        "etp_conventionnes": "10.00", "moyenne_mensuelle": "8.30", "taux_cumule": "0.829648",
        "classement": "sous-consommation", "mois_manquants": 2, "atterrissage": "8.01", "etp_reprenables": "1.98",
        "suite": "à ajuster ; paiement suspendu",
    }  # fmt: skip
    assert watched["EI062170002A0M0"]["atterrissage"] is None
    assert watched["EI062170002A0M0"]["mois_manquants"] == 12
    funders = {f["structure"]: f for f in body["financeurs"]}
    assert funders["Chantier S1"]["etat_aide_poste_eur"] == "146550.00"
    assert (
        funders["Chantier S1"]["conseil_departemental_eur"] == "50000.00"
    )  # that of the replaced annexe is out
    assert funders["Chantier S1"]["inscrit_eur"] == "206550.00"
    assert [(e["inscrit_eur"], e["theorique_eur"], e["ecart_eur"]) for e in body["ecarts"]] == [
        ("50000.00", "56778.48", "-6778.48")
    ]
    assert body["redeploiements"][0]["etat"] == "proposé"
    settled = [
        (a["financeur"], a["numero"], a["etat"], a["demande_eur"], a["arbitre_eur"])
        for a in body["arbitrages"]
    ]
    assert settled == [
        ("CD59", 2, "en vigueur", "60000.00", "50000.00"),
        ("CD59", 1, "remplacé", "60000.00", "45000.00"),
        ("FSE", 1, "en vigueur", None, "0.00"),
    ]
    assert (
        body["arbitrages"][0] | {"structure": "Chantier S1", "conference_le": "2017-05-12"}
        == body["arbitrages"][0]
    )
    assert (await money.client.get(f"{FIN}&departement=62")).json()["arbitrages"] == []
    clauses = (await money.client.get("/api/vues/v1/clauses?region=32&annee=2017&departement=62")).json()
    assert clauses["clauses"][0]["heures_realisees"] == "1799.00"
    assert clauses["clauses"][0]["marches_en_retard"] == 1
    assert (
        await money.client.get("/api/vues/v1/clauses?region=32&annee=2017&departement=75")
    ).status_code == 404


async def test_the_page_its_files_and_the_view_say_the_same(money: Gateway) -> None:
    whole = await shown(money, "/financements?annee=2017")
    assert "Financements de l'IAE dans les Hauts-de-France en 2017" in whole
    assert "Nord 200 000 € 20 000 € 146 550 € 73 450 € 101 321 €" in whole.replace("\u202f", " ").replace(
        "\xa0", " "
    )
    assert "Annexes à suivre : 2" in whole
    body = (await money.client.get(FIN)).json()
    for bloc in (
        "enveloppes",
        "annexes",
        "previsions",
        "financeurs",
        "arbitrages",
        "ecarts",
        "redeploiements",
    ):
        path = f"/financements?annee=2017&format=csv&variante=donnees&tableau={bloc}"
        head, *lines = (await money.client.get(path)).text.splitlines()
        assert head.split(",")[4:] == list(body[bloc][0])
        assert len(lines) == len(body[bloc])
        assert (await money.client.get(path.replace("csv", "ods"))).content.startswith(b"PK")
    ei = await shown(money, "/financements?annee=2017&type=EI&departement=62")
    assert "Financements de l'IAE dans le Pas-de-Calais en 2017 : Entreprise d'insertion" in ei
    assert "Chantier S1" not in ei
    assert "toute la région" in await shown(money, "/financements?region=11&departement=59&annee=2017")
    for wrong in ("region=99", "tableau=chiffres&format=csv"):
        assert (await money.client.get(f"/financements?{wrong}")).status_code == 404


async def test_the_money_is_told_as_it_was_known_on_a_day(gateway: Gateway) -> None:
    annexe = partial(make_annexe, montant_module=None)
    moved = CreditsDeplaces(
        mouvement_id=identifier("M1"), origine_id=None, destination_id=identifier("E59"), montant=D(20000), motif="ABONDEMENT"
    )  # fmt: skip
    lines = [LigneRedeployee(annexe=identifier("A1"), sens="RETRAIT", etp=D(2))]
    move = partial(RedeploiementEnregistre, redeploiement_id=identifier("R1"), region="32", lignes=lines)
    known: dict[tuple[int, int], list[Fact]] = {
        (1, 10): [make_structure(), annexe(), make_enveloppe("E59", "DEPARTEMENTAL", "59", "200000")],
        (3, 1): [
            annexe(montant_cofinance=D(50000)),
            make_cofinancement("A1"),
            make_arbitrage("CD59", 1, 45000),
        ],
        (6, 1): [
            annexe(montant_cofinance=D(60000)),
            make_cofinancement("A1", montant=D(60000)),
            moved,
            make_arbitrage("CD59", 2, 60000),
        ],
        (7, 1): [move(etat="PROPOSE"), make_versement("V1", "100")],
        (8, 1): [move(etat="ACCEPTE")],
    }
    for (month, number), facts in known.items():
        for publisher in gateway.publishers.values():
            publisher.known_on = date(2017, month, number)
        await gateway.feed(*facts)
    told = {}
    for day in (
        "2017-01-09",
        "2017-01-10",
        "2017-03-01",
        "2017-05-31",
        "2017-06-01",
        "2017-07-31",
        "2017-08-01",
    ):
        body = (await gateway.client.get(f"{FIN}&departement=59&connu_le={day}")).json()
        assert body["connu_le"] == day
        (nord,) = body["enveloppes"]
        told[day] = (
            nord["engage_eur"], nord["disponible_eur"], nord["verse_eur"],
            [e["inscrit_eur"] for e in body["ecarts"]], [r["etat"] for r in body["redeploiements"]],
        )  # fmt: skip
    assert told == {
        "2017-01-09": ("0.00", None, "0.00", [], []),
        "2017-01-10": ("196550.00", "3450.00", "0.00", [], []),
        "2017-03-01": ("146550.00", "53450.00", "0.00", ["50000.00"], []),
        "2017-05-31": ("146550.00", "53450.00", "0.00", ["50000.00"], []),
        "2017-06-01": ("136550.00", "83450.00", "0.00", ["60000.00"], []),
        "2017-07-31": ("136550.00", "83450.00", "100.00", ["60000.00"], ["proposé"]),
        "2017-08-01": ("136550.00", "83450.00", "100.00", ["60000.00"], ["accepté"]),
    }
    then = (await gateway.client.get(f"{FIN}&departement=59&connu_le=2017-05-31")).json()["arbitrages"]
    assert [(a["numero"], a["etat"]) for a in then] == [(1, "en vigueur")]
    now = (await gateway.client.get(f"{FIN}&departement=59")).json()
    assert [(a["numero"], a["etat"]) for a in now["arbitrages"]] == [(2, "en vigueur"), (1, "remplacé")]
    assert (now["connu_le"], now["redeploiements"][0]["etat"]) == (None, "accepté")
    past = "/financements?annee=2017&departement=59&connu_le=2017-05-31"
    page = await shown(gateway, past)
    assert "faits connus le 31 mai 2017" in page
    assert "faits connus" not in await shown(gateway, "/financements?annee=2017&departement=59")
    file = await gateway.client.get(f"{past}&format=csv&tableau=ecarts")
    assert "connu-le-2017-05-31" in file.headers["content-disposition"]
    clauses = await gateway.client.get("/api/vues/v1/clauses?region=32&annee=2017&connu_le=2017-05-31")
    assert clauses.json()["connu_le"] == "2017-05-31"


@pytest.fixture
async def simulator(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    """The gateway, its simulator of the money behind it."""
    app = FastAPI()
    add_error_handlers(app)
    app.include_router(simulations.router)
    async with client_of(app) as behind:
        gateway.application.state.forward = behind
        settings = gateway.application.state.settings
        gateway.application.state.settings = settings.model_copy(update={"funding_url": "http://test"})
        yield gateway.client


async def test_a_redistribution_is_simulated_from_a_plain_form(
    gateway: Gateway, simulator: httpx.AsyncClient
) -> None:
    form = "/financements/simulation?retrait_type=ACI&retrait_etp=2&retrait_montant=23+921"
    both = f"{form}&attribution_type=AI&attribution_etp={{}}&attribution_montant=1619"
    assert "Rien n'est enregistré" in await shown(gateway, "/financements/simulation")
    agreed = await shown(gateway, both.format("29,5"))
    assert "l'échange s'équilibre" in agreed
    assert "81,5" in agreed or "82 €" in agreed.replace("\xa0", " ")
    refused = await shown(gateway, both.format("29.60"))
    assert "l'échange est refusé" in refused
    assert "Les attributions dépassent les retraits de 80,40 €." in refused
    wrong = await simulator.get(both.format("beaucoup"))
    assert 'aria-invalid="true" aria-describedby="attribution-1-etp-faute"' in wrong.text
    assert 'href="#attribution-1-etp"' in wrong.text
    assert 'value="beaucoup"' in wrong.text


async def test_an_amount_left_blank_is_that_of_the_bareme_of_the_year(
    gateway: Gateway, simulator: httpx.AsyncClient
) -> None:
    asked = "/financements/simulation?annee={}&retrait_type=ACI&retrait_etp=2&retrait_montant="
    shown_ = (await simulator.get(asked.format(2017))).text
    assert 'value="19655"' in shown_
    assert "montant du barème" in shown_
    assert "retiré Atelier et chantier d'insertion 2,00 19 655 € 39 310 €" in re.sub(
        r"\s", " ", await shown(gateway, asked.format(2017))
    )
    unknown = await simulator.get(asked.format(1995))
    assert "le barème n&#39;en donne pas pour cette année" in unknown.text
    assert (await simulator.get(asked.format("x"))).status_code == 422


async def test_a_simulator_that_does_not_answer_is_said_and_what_was_typed_stays(gateway: Gateway) -> None:
    asked = "/financements/simulation?retrait_type=ACI&retrait_etp=2&retrait_montant=23921"
    answer = await gateway.client.get(asked)
    assert "Le simulateur ne répond pas" in answer.text
    assert 'value="23921"' in answer.text
