"""The registry and the séances on pages, computed from facts."""

import html
import re
from pathlib import Path

from services.gateway.views import PASSED_OVER, projections
from shared.contracts.registry import FACTS
from tests.factories.facts import identifier, make_annexe, make_declaration, make_structure
from tests.factories.registre import (
    close_seance,
    closed,
    corrected,
    inscribe,
    judge,
    make_convention,
    make_fiche,
    make_instance,
    make_plan,
    make_seance,
    moved,
    suspend,
)
from tests.factories.siret import make_siret
from tests.factories.tokens import bearer
from tests.integration.gateway.conftest import Gateway

SHEET = f"/structures/{identifier('S1')}"


async def page(gateway: Gateway, path: str, headers: dict[str, str] | None = None, status: int = 200) -> str:
    answer = await gateway.client.get(path, headers=headers or {})
    assert answer.status_code == status, answer.text
    text = html.unescape(re.sub(r"<[^>]+>", " ", answer.text))
    return re.sub(r"\s+", " ", text)


def test_every_fact_of_the_registry_is_followed_or_passed_over_on_purpose() -> None:
    facts = [fact for fact in FACTS if fact.service == "structures"]
    followed = {fact for fact in facts if projections.handles(fact.event_type())}
    assert set(facts) - followed == set(PASSED_OVER)
    assert not followed & set(PASSED_OVER)


async def test_the_list_is_filtered_searched_and_paged(gateway: Gateway) -> None:
    await gateway.feed(
        *(make_structure(f"S{n}", number=n, raison_sociale=f"Chantier n° {n:02}") for n in range(1, 31)),
        make_structure("E1", number=50, kind="EI", commune="62041", raison_sociale="L'Étape", reseau="R01"),
        make_structure("X1", number=51, commune="75056", raison_sociale="Hors région"),
        make_fiche(),
        make_convention(),
    )
    assert "Structures : 31 sur 31" in await page(gateway, "/structures")
    first = await page(gateway, "/structures?type=ACI")
    assert "Structures : 30 sur 31" in first
    assert "convention échue le 31/12/2019 3" in first
    assert "Page 1 sur 2" in first
    assert "Chantier n° 30" in await page(gateway, "/structures?type=ACI&page=2")
    for asked in ("q=etape", "q=ÉTAPE", "departement=62", "reseau=R01", f"q={make_siret(50)}"):
        assert "Structures : 1 sur " in await page(gateway, f"/structures?{asked}")
    file = await gateway.client.get("/structures?type=ACI&format=csv&variante=donnees")
    lines = file.text.splitlines()
    assert lines[0].startswith("annee,territoire,type_filtre,arrete_le,nom,type,commune,departement")
    assert len(lines) == 31  # the file is not paged
    assert (await gateway.client.get("/structures?format=ods")).content.startswith(b"PK")
    none = await page(gateway, "/structures?q=inconnue&type=AI")
    assert "Aucune structure du registre ne correspond" in none
    for wrong in ("type=ZZ", "q=%00", "page=0", "departement=..%2F"):
        assert (await gateway.client.get(f"/structures?{wrong}")).status_code == 422


async def test_a_sheet_tells_the_present_and_the_past_of_a_structure(gateway: Gateway) -> None:
    entered = make_structure(number=1)
    renamed = corrected(entered, raison_sociale="Chantier Lumerive", date_effet="2017-09-01")
    await gateway.feed(
        entered,
        renamed,
        moved(renamed, 7),
        make_convention(),
        make_fiche(),
        make_annexe(etp="7.5"),
        make_declaration(3, {"P1": "455"}),
    )
    sheet = await page(gateway, f"{SHEET}?annee=2017")
    assert "Chantier Lumerive (ACI)" in sheet
    assert "C059ACI170001 01/01/2017 31/12/2019 active" in sheet
    assert "ACI059170001A0M0 valide 01/01/2017 31/12/2017 7,5" in sheet
    assert "03/2017 3,0" in sheet  # 455 h / 1 820 × 12
    assert "04/2017 non communiqué" in sheet
    assert "Agent d'entretien des espaces verts" in sheet
    assert f"SIRET : {make_siret(1)} → {make_siret(7)}" in sheet
    assert "nom : Chantier S1 → Chantier Lumerive" in sheet
    assert sheet.index("Changement de SIRET") < sheet.index("Correction") < sheet.index("Entrée au registre")
    file = await gateway.client.get(f"{SHEET}?annee=2017&format=csv&variante=donnees&tableau=etp")
    assert file.headers["content-disposition"].startswith(
        f'attachment; filename="iae_etp_{make_siret(7)}_2017_'
    )
    lines = file.text.splitlines()
    assert lines[0] == "annee,territoire,type_filtre,arrete_le,mois,etp_realises"
    assert lines[3].endswith(",2017-03,3.00")
    assert lines[4].endswith(",2017-04,")
    ods = await gateway.client.get(f"{SHEET}?annee=2017&format=ods&tableau=annexes")
    assert ods.content.startswith(b"PK")
    antenne = make_structure("S2", number=2, mere_id=identifier("S1"), raison_sociale="Antenne de Lens")
    await gateway.feed(antenne)
    shared = await page(gateway, f"/structures/{identifier('S2')}")
    assert "Antenne de Chantier Lumerive, dont elle partage la convention" in shared
    assert "C059ACI170001 01/01/2017 31/12/2019 active" in shared
    assert (await page(gateway, "/structures")).count("convention échue le 31/12/2019") == 2
    await gateway.feed(suspend(make_convention()))
    assert (await page(gateway, "/structures")).count("convention suspendue depuis le 01/06/2019") == 2
    for absent in ("financeurs", "inconnu"):  # nothing paid, no such table
        answer = await gateway.client.get(f"{SHEET}?annee=2017&format=csv&tableau={absent}")
        assert answer.status_code == 404
    assert "3,3 % des 7,5 ETP conventionnés" in sheet  # 0.25 ETP of the year
    assert "Aucune heure n'est déclarée" in await page(gateway, f"{SHEET}?annee=2018")
    await gateway.feed(closed(renamed))
    assert "Fermée le 31 décembre 2019." in await page(gateway, SHEET)
    await page(gateway, f"/structures/{identifier('inconnue')}", status=404)


async def test_a_seance_is_an_agenda_then_a_releve_for_its_members(
    gateway: Gateway, secrets_dir: Path
) -> None:
    member, other = bearer(secrets_dir, departements=["59"]), bearer(secrets_dir, departements=["62"])
    path = "/cdiae/59/2017-06-09"
    assert "Accès réservé aux membres" in await page(gateway, path, status=401)
    await page(gateway, path, member, 404)
    await gateway.feed(make_structure(), make_instance(), make_seance(), inscribe())
    agenda = await page(gateway, path, member)
    assert "CDIAE dans le Nord, séance du 9 juin 2017" in agenda
    assert "3 voix à réunir" in agenda
    assert "convention 12,5 ETP à rendre" in agenda
    await page(gateway, path, other, 404)
    await gateway.feed(judge(inscribe()), close_seance())
    releve = await page(gateway, path, member)
    assert "atteint, 3 voix présentes pour 3 requises" in releve
    assert "Réseau fictif R01 insertion par l'activité économique oui absente" in releve
    assert "12,5 ETP 10,0 ETP favorable avec réserves Le projet répond" in releve
    assert "Le plan d'action est approuvé." in releve
    assert "Total des dossiers en ETP 12,5 ETP 10,0 ETP" in releve
    file = await gateway.client.get(f"{path}?format=csv&variante=donnees&tableau=dossiers", headers=member)
    assert "_59_seance-2017-06-09_2017_" in file.headers["content-disposition"]
    assert "12.50,10.00" in file.text
    hidden = await gateway.client.get(f"{path}?format=csv&tableau=dossiers", headers=other)
    assert hidden.status_code == 404
    dialogue = await gateway.client.get(f"{SHEET}/dialogue?format=csv&tableau=decisions", headers=member)
    assert "favorable avec réserves" in dialogue.text


async def test_a_plan_shows_its_targets_beside_the_values_of_the_catalogue(gateway: Gateway) -> None:
    await page(gateway, "/regions/32/plan", status=404)
    await gateway.feed(
        make_structure(),
        make_annexe(etp="7.5"),
        make_declaration(3, dict.fromkeys(["P1", "P2", "P3", "P4"], "1820")),
        make_plan(
            ("FIN-03", "3", "AU_MOINS", None),
            ("FIN-03", "3.99", "AU_PLUS", None),
            ("PAR-10", "5", "AU_MOINS", "59"),
            ("FIN-01", "5", "AU_MOINS", None),
            ("XXX-99", "5", "AU_MOINS", None),
        ),
    )
    shown = await page(gateway, "/regions/32/plan")
    assert "Plan d'action dans les Hauts-de-France" in shown
    assert "Axe 1 : Sorties dynamiques" in shown
    assert "ETP réalisés Hauts-de-France 2017 ≥ 3,0 4,0 ▲ atteinte" in shown
    assert "ETP réalisés Hauts-de-France 2017 ≤ 4,0 4,0 ▼ non atteinte" in shown  # 4 exactly, against 3.99
    assert "Personnes employées Nord 2017 ≥ 5 secret ne se mesure pas" in shown
    assert "ETP conventionnés du mois Hauts-de-France 2017 ≥ 5 pas de valeur annuelle" in shown
    assert "XXX-99 Hauts-de-France 2017 ≥ 5 indicateur inconnu du catalogue" in shown
