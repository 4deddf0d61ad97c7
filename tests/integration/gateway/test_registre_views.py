"""The registry and the séances in JSON, printed and year after year: the same values as the pages."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from services.gateway.pages.formats import etp, taux
from shared.contracts.fact import Fact
from shared.contracts.structures import DossierExamine
from tests.factories.facts import (
    end,
    identifier,
    make_annexe,
    make_contrat,
    make_declaration,
    make_structure,
    make_versement,
)
from tests.factories.projets import propose, reach, share_reading, vote_for
from tests.factories.registre import (
    close_seance,
    inscribe,
    judge,
    make_convention,
    make_fiche,
    make_instance,
    make_plan,
    make_seance,
)
from tests.factories.tokens import bearer
from tests.integration.gateway.conftest import Gateway
from tests.integration.gateway.test_registre_pages import SHEET, page

JSON = "/api/vues/v1"


async def body(gateway: Gateway, path: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    answer = await gateway.client.get(JSON + path, headers=headers or {})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def a_year() -> list[Fact]:
    """A structure with 12 exits that count, 5 that do not, two funders and one declared month."""
    left: list[Fact] = []
    for n in range(17):
        signed = make_contrat(f"K{n}")
        kind = "AUTRE" if n < 6 else "DURABLE"
        left += [signed, end(signed, kind, comptee=n < 12)]
    return [
        make_structure(),
        make_convention(),
        make_fiche(),
        make_annexe(
            etp="7.5",
            sorties_prevues=10,
            taux_durable_prevu=Decimal("0.2"),
            taux_transition_prevu=Decimal("0.3"),
            taux_positive_prevu=Decimal("0.1"),
        ),
        make_declaration(3, {"P1": "455.25"}),
        make_versement("V1", "1000.50"),
        make_versement("V2", "200", financeur="CD59"),
        *left,
    ]


async def test_a_sheet_says_the_same_in_json_as_on_its_page(gateway: Gateway) -> None:
    await gateway.feed(*a_year())
    said = await body(gateway, f"{SHEET}?annee=2017")
    shown = await page(gateway, f"{SHEET}?annee=2017")
    done, due = Decimal(said["etp"]["realises"]), Decimal(said["etp"]["conventionnes"])
    assert (done, due) == (Decimal("0.25"), Decimal("7.50"))  # 455.25 / 1 820
    told = f"ETP réalisés {etp(done)} ▼ {taux(done / due)} des {etp(due)} ETP conventionnés"
    assert " ".join(told.split()) in shown
    assert said["etp"]["mois_recus"] == 1
    assert "Mois déclarés : 1 sur 12" in shown
    exits = said["sorties"]
    assert (exits["total"], exits["comptees"], exits["dynamiques"], exits["exclues"]) == (17, 12, 6, 5)
    assert exits["exclusions"] == {"duree_insuffisante": 5}
    assert "17, dont 12 comptées" in shown
    assert _plain(f"6, soit {taux(Decimal(exits['taux_dynamique']))} des sorties comptées") in shown
    assert "Exclues 5 (présence trop courte : 5)" in shown
    assert [(f["financeur"], f["montant_eur"]) for f in said["financeurs"]] == [
        ("ETAT", "1000.50"), ("CD59", "200.00"),
    ]  # fmt: skip
    assert "État 1 001 € Conseil départemental (59) 200 €" in shown
    assert said["mois"][2] == {"mois": "2017-03", "etp_realises": "3.00"}
    assert "03/2017 3,0" in shown
    assert said["conventions"][0]["numero"] == "C059ACI170001"
    assert said["annexes"][0]["numero"] in shown
    assert said["postes"][0]["appellation"] in shown
    assert said["attractivite"] == {
        "candidatures_trois_semaines": 0, "postes_ouverts": 3, "score": "0.00",
    }  # fmt: skip
    assert said["positions"]["structures"] == 3
    assert {source["nom"] for source in said["sources"]} == {"structures", "parcours", "funding"}
    territory = await gateway.client.get("/regions/32?annee=2017&format=csv&variante=donnees")
    assert "7.5" in territory.text  # the table of the region has the same structure,
    assert ",12,0.5" in territory.text  # the same exits and the same rate
    again = await gateway.client.get(f"{JSON}{SHEET}?annee=2017")
    known = {"If-None-Match": again.headers["etag"]}
    assert (await gateway.client.get(f"{JSON}{SHEET}?annee=2017", headers=known)).status_code == 304
    assert (await gateway.client.get(f"{JSON}/structures/{identifier('inconnue')}")).status_code == 404


async def test_small_counts_of_exits_are_hidden_with_what_would_give_them_back(gateway: Gateway) -> None:
    left: list[Fact] = []
    for n in range(9):
        signed = make_contrat(f"K{n}")
        left += [signed, end(signed, comptee=n < 7)]
    await gateway.feed(make_structure(), make_annexe(), *left)
    exits = (await body(gateway, f"{SHEET}?annee=2017"))["sorties"]
    assert exits["comptees"] == 7
    assert exits["exclues"] == "secret"
    assert exits["total"] == "secret"  # 9 − 7 would tell the two that are left out
    assert set(exits["exclusions"].values()) == {"secret"}  # not even which reason
    assert "secret, dont 7 comptées" in await page(gateway, f"{SHEET}?annee=2017")


async def test_the_list_in_json_is_that_of_the_page_by_a_cursor_that_loses_nobody(gateway: Gateway) -> None:
    await gateway.feed(
        *(make_structure(f"S{n}", number=n, raison_sociale=f"Chantier n° {n:02}") for n in range(1, 31)),
        make_structure("E1", number=50, kind="EI", commune="62041", raison_sociale="L'Étape"),
        make_fiche(),
    )
    first = await body(gateway, "/structures?type=ACI&limite=12")
    assert (first["total"], first["ensemble"]) == (30, 31)
    assert first["resultats"][0]["postes_ouverts"] == 3
    names, cursor = [], first["suivant"]
    names += [line["raison_sociale"] for line in first["resultats"]]
    await gateway.feed(make_structure("S0", number=99, raison_sociale="Chantier n° 00"))
    while cursor:
        following = await body(gateway, f"/structures?type=ACI&limite=12&curseur={cursor}")
        names += [line["raison_sociale"] for line in following["resultats"]]
        cursor = following["suivant"]
    assert names == [f"Chantier n° {n:02}" for n in range(1, 31)]
    shown = await page(gateway, "/structures?type=ACI")
    assert all(name in shown for name in names[:20])
    assert [r["siret"] for r in (await body(gateway, "/structures?q=etape"))["resultats"]]
    for wrong in (f"type=EI&curseur={first['suivant']}", "curseur=abc", "limite=0", "departement=x"):
        answer = await gateway.client.get(f"{JSON}/structures?{wrong}")
        assert answer.status_code == 422, answer.text


async def test_a_seance_is_read_in_json_and_printed_one_structure_a_page(
    gateway: Gateway, secrets_dir: Path
) -> None:
    member, other = bearer(secrets_dir, departements=["59"]), bearer(secrets_dir, departements=["62"])
    path = "/cdiae/59/2017-06-09"
    before = DossierExamine(
        dossier_id=identifier("D0"), structure_id=identifier("S1"), departement="59", objet="RENOUVELLEMENT",
        date_seance=date(2016, 6, 10), etp_demandes=Decimal(9), etp_accordes=Decimal(8),
        avis="FAVORABLE_AVEC_RESERVES", motifs="Sous réserve d'un plan de formation.",
    )  # fmt: skip
    await gateway.feed(
        *a_year(),
        make_annexe("A0", numero="ACI059160001A0M0", date_debut="2016-01-01", date_fin="2016-12-31", etp="8"),
        before,
        make_instance(),
        make_seance(),
        inscribe(),
    )
    for address in (f"{JSON}{path}", f"{path}/imprimer", f"{SHEET}/dialogue"):
        assert (await gateway.client.get(address)).status_code == 401
        assert (await gateway.client.get(address, headers=other)).status_code == 404
    agenda = await body(gateway, path, member)
    assert agenda["seance"]["quorum"] == 3
    assert agenda["dossiers"][0]["etp_demandes"] == "12.50"
    assert agenda["dossiers"][0]["avis"] is None
    printed = await page(gateway, f"{path}/imprimer", member)
    assert "Dossiers du CDIAE dans le Nord, séance du 9 juin 2017" in printed
    assert "2016 8,0 non communiqué" in printed
    assert "2017 7,5 0,3 −7,2" in printed
    assert "10/06/2016 renouvellement 9,0 ETP 8,0 ETP favorable avec réserves" in printed
    assert "Demande : 12,5 ETP, soit +5,0 ETP par rapport aux ETP conventionnés en 2017." in printed
    assert "Sorties dynamiques en 2017 : 50,0 % pour un objectif de 60,0 %." in printed
    assert "Avis favorable avec réserves du 10/06/2016 : Sous réserve d'un plan de formation." in printed
    assert "Favorable ☐" in printed
    alone = await page(gateway, f"{path}/imprimer?structure={identifier('S1')}", member)
    assert "Un dossier par page" not in alone
    await page(gateway, f"{path}/imprimer?structure={identifier('S2')}", member, 404)
    dialogue = await page(gateway, f"{SHEET}/dialogue", member)
    assert "Dialogue de gestion : Chantier S1 (ACI)" in dialogue
    assert dialogue.index("2017 7,5") < dialogue.index("2016 8,0")
    own = bearer(secrets_dir, structures=[identifier("S1")], departements=[])
    await page(gateway, f"{SHEET}/dialogue", own)
    await gateway.feed(judge(inscribe()), close_seance())
    released = await body(gateway, path, member)
    assert released["dossiers"][0]["avis"] == "FAVORABLE_AVEC_RESERVES"
    assert released["etp_accordes"] == "10.00"
    assert released["seance"]["membres"][0]["presente"] is True
    assert "Favorable avec réserves : 10,0 ETP accordés." in await page(gateway, f"{path}/imprimer", member)


async def test_plans_innovations_and_readings_are_listed_by_territory(gateway: Gateway) -> None:
    assert "Aucun projet n'est proposé" in await page(gateway, "/projets")
    mine, gers = propose(), propose("PR2", territoire="32")  # the Gers bears the code of the region
    await gateway.feed(
        vote_for(mine, "R01"), mine, gers, reach(mine, "ETUDE"), vote_for(mine, "DDETS-59"), share_reading(),
        make_plan(),
    )  # fmt: skip
    shown = await page(gateway, "/projets")
    assert "Projet fictif PR1 Nord Des gardes d'enfants aux horaires des chantiers. étude oui R01 2" in shown
    assert "PR2" not in shown
    assert "Aucun projet n'est proposé" in await page(gateway, "/projets?departement=62")
    assert "Lecture fictive sur la mobilité Hauts-de-France" in await page(gateway, "/veille")
    assert "Plan fictif Hauts-de-France 01/01/2017 31/12/2019 1" in await page(gateway, "/plans")


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)
