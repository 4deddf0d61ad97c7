"""A structure without software: a month in a form, an orientation answered, a file; each sees only its own."""

import asyncio
import html
import re
from typing import Any

import pytest

from shared.access.scopes import Scope
from tests.factories.office import Office, fields_of
from tests.factories.parcours import make_contrat, make_identite, make_ligne, make_orientation, make_personne
from tests.factories.parcours_service import ACI, AI
from tests.factories.siret import make_siret

MONTH = f"/saisie/{ACI}/mois/2017-03"


def read(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


@pytest.fixture
async def hired(office: Office) -> Office:
    """An agent of the ACI, and two persons under contract there."""
    await office.parcours.load(
        "personnes",
        make_personne(),
        make_personne("P2", nom="SARRIETTE-THYM", numero_agrement="000000000002"),
    )
    await office.parcours.load("contrats", make_contrat(), make_contrat("K2", personne="P2"))
    return await office.sign_in()


async def filled(hired: Office, first: str = "100,5", second: str = "") -> dict[str, str]:
    """The form of the month, the hours of the two contracts typed."""
    fields = fields_of(await hired.page(MONTH))
    names = [name for name in fields if name.startswith("heures-")]
    assert len(names) == 2
    return fields | dict(zip(names, (first, second), strict=True))


async def kept(hired: Office) -> list[Any]:
    return await hired.parcours.facts("declaration.recue")


async def test_a_month_is_typed_tried_confirmed_and_corrected(hired: Office) -> None:
    start = read(await hired.page(f"/saisie/{ACI}"))
    assert "Mars 2017 à déclarer Déclarer" in start
    assert (await hired.client.get("/saisie")).headers["location"] == f"/saisie/{ACI}"
    shown = await hired.page(MONTH)
    assert "MARJOLAINE-ORIGAN Jonquin CDDI, du 02/01/2017 au 31/08/2017" in read(shown)
    fields = await filled(hired, second="400")
    wrong = await hired.send(MONTH, fields | {"etape": "verifier"})
    assert wrong.status_code == 422
    assert "Un point à corriger, rien n'est enregistré" in read(wrong.text)
    assert re.search(r'href="#heures-2">SARRIETTE-THYM Jonquin, heures : Au plus \d+ heures', wrong.text)
    assert 'aria-describedby="aide-heures heures-2-faute" aria-invalid="true"' in wrong.text
    assert 'value="100,5"' in wrong.text
    tried = await hired.send(
        MONTH,
        fields_of(wrong.text)
        | {next(n for n in reversed(fields) if n.startswith("heures-")): "9", "etape": "verifier"},
    )
    assert tried.status_code == 200, read(tried.text)
    assert "109,5 h pour 2 contrats" in read(tried.text)
    assert await kept(hired) == []
    back = await hired.send(MONTH, fields_of(tried.text) | {"etape": "modifier"})
    assert 'value="100,5"' in back.text
    sent = await hired.send(MONTH, fields_of(tried.text) | {"etape": "envoyer"})
    assert (sent.status_code, sent.headers["location"]) == (303, f"{MONTH}/recu")
    receipt = await hired.client.get(f"{MONTH}/recu")
    assert receipt.headers["cache-control"] == "no-store"
    assert "Mars 2017 est déclaré" in read(receipt.text)
    assert "Heures 109,5 h" in read(receipt.text)
    assert "Vous corrigez la version 1" in read(await hired.page(MONTH))
    correction = await filled(hired, first="90", second="")
    key = next(iter(name[7:] for name in correction if name.startswith("heures-")))
    ended = correction | {f"sortie_date-{key}": "2017-03-31", "etape": "envoyer"}
    half = await hired.send(MONTH, ended)
    assert "Choisissez le motif de la sortie." in half.text
    done = await hired.send(MONTH, ended | {f"sortie_motif-{key}": "CDI"})
    assert done.status_code == 303, read(done.text)
    assert [len(fact["lignes"]) for fact in await kept(hired)] == [2, 1]
    stale = await hired.send(MONTH, await filled(hired) | {"version": "1", "etape": "envoyer"})
    assert "Ce mois a été déclaré entre-temps" in stale.text
    odd = await hired.send(
        MONTH, await filled(hired) | {"version": "\N{SUPERSCRIPT TWO}", "etape": "modifier"}
    )
    assert odd.status_code == 200
    assert len(await kept(hired)) == 2


async def test_two_sendings_of_one_form_are_one_declaration(hired: Office) -> None:
    fields = await filled(hired, second="50") | {"etape": "envoyer"}
    answers = await asyncio.gather(*(hired.send(MONTH, fields) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {303}
    assert len(await kept(hired)) == 1


async def test_a_structure_sees_only_its_own_and_names_only_with_the_right(hired: Office) -> None:
    stranger = await hired.sign_in("agent-ai", sirets=[[make_siret(2), "AI"]])
    for path in (f"/saisie/{ACI}", MONTH, f"{MONTH}/recu", f"/saisie/{ACI}/orientations"):
        await stranger.page(path, 404)
    assert (await stranger.send(MONTH, {"etape": "envoyer"})).status_code == 404
    assert "Aucun contrat de cette structure" in read(await stranger.page(f"/saisie/{AI}/mois/2017-03"))
    reader = await hired.sign_in("agent-lecteur", scopes=[Scope.PARCOURS_LECTURE])
    await reader.page("/saisie", 403)
    await reader.page(MONTH, 403)
    nameless = await hired.sign_in(
        "agent-sans-noms", scopes=[Scope.PARCOURS_LECTURE, Scope.PARCOURS_ECRITURE]
    )
    shown = await nameless.page(MONTH)
    assert "MARJOLAINE" not in shown
    assert "Contrat …" in shown
    traces = await hired.parcours.rows("select subject, result from audit where action = 'lire_identite'")
    assert traces == []
    await hired.page(MONTH)
    traces = await hired.parcours.rows("select subject, result from audit where action = 'lire_identite'")
    assert traces == [("agent-s1", "accorde")] * 2
    persons = [name for (name,) in await hired.parcours.rows("select id::text from personne")]
    outsider = hired.parcours.as_caller(
        client="autre-logiciel", scopes=[Scope.IDENTITE_LECTURE], structures=[AI], departements=()
    )
    asked = await outsider.post(
        "personnes/identites", {"personnes": [outsider.name(each) for each in persons]}
    )
    assert (asked.status_code, asked.json()) == (200, [])
    traces = await hired.parcours.rows("select result from audit where client_id = 'autre-logiciel'")
    assert traces == [("hors_perimetre",)] * 2


async def test_an_orientation_is_read_refused_accepted_or_put_off(hired: Office) -> None:
    line = make_orientation(None, personne=None, identite=make_identite(nom="ROMARIN-CIBOULETTE"))
    waiting = [await hired.parcours.write("candidatures", line | {"identite": make_identite(nom=name)})
               for name in ("ROMARIN-UN", "ROMARIN-DEUX")]  # fmt: skip
    listed = read(await hired.page(f"/saisie/{ACI}/orientations"))
    assert "2 orientations, les plus anciennes d'abord" in listed
    assert "ROMARIN-UN Jonquin 02/01/2017" in listed
    path = f"/saisie/orientations/{waiting[0]}"
    fields = fields_of(await hired.page(path))
    fields.pop("transition")
    nothing = await hired.send(path, fields)
    assert (nothing.status_code, 'href="#transition-accept"' in nothing.text) == (422, True)
    no_reason = await hired.send(path, fields | {"transition": "refuse"})
    assert 'href="#motif_refus"' in no_reason.text
    too_old = await hired.send(path, fields | {"transition": "accept", "date_embauche": "2017-03-01"})
    assert 'href="#contrat"' in too_old.text
    refused = await hired.send(path, fields | {"transition": "refuse", "motif_refus": "no_position"})
    assert refused.headers["location"] == f"{path}?repondu=true"
    shown = read(await hired.page(refused.headers["location"]))
    assert "Réponse enregistrée" in shown
    assert "refusée : aucun poste n'est ouvert" in shown
    again = await hired.send(path, fields | {"transition": "refuse", "motif_refus": "no_position"})
    assert again.status_code == 303  # the same key, the same answer
    other = f"/saisie/orientations/{waiting[1]}"
    later = fields_of(await hired.page(other)) | {"transition": "postpone"}
    assert (await hired.send(other, later)).status_code == 303
    assert "1 orientation" in read(await hired.page(f"/saisie/{ACI}/orientations"))
    stranger = await hired.sign_in("agent-ai", sirets=[[make_siret(2), "AI"]])
    await stranger.page(other, 404)
    sender = await hired.sign_in("prescripteur", organisations=["FT-59-01"])
    await sender.page(other, 404)  # it sent the person: it does not answer


async def test_a_file_is_tried_then_sent_and_its_report_says_which_lines(hired: Office) -> None:
    fields = fields_of(await hired.page("/saisie/fichiers"))
    content = b"reference;contrat;date;motif\nF1;K9;2017-06-30;CDI\n"
    part = {"files": {"fichier": ("sorties.csv", content, "text/csv")}}
    nothing = await hired.send("/saisie/fichiers", fields | {"nature": "sorties"})
    assert 'href="#fichier"' in nothing.text
    tried = await hired.send("/saisie/fichiers", fields | {"nature": "sorties", "etape": "essayer"}, **part)
    assert tried.status_code == 303
    report = read(await hired.page(tried.headers["location"]))
    assert "Essai du fichier : 1 ligne à corriger" in report
    assert "Rien n'a été écrit" in report
    contrats = [name for (name,) in await hired.parcours.rows("select id::text from contrat order by id")]
    good = f"reference;contrat;date;motif\nF1;{contrats[0]};2017-06-30;CDI\n".encode()
    part = {"files": {"fichier": ("sorties.csv", good, "text/csv")}}
    sent = await hired.send("/saisie/fichiers", fields | {"nature": "sorties", "etape": "envoyer"}, **part)
    assert "Rapport du fichier : tout est enregistré" in read(await hired.page(sent.headers["location"]))
    stranger = await hired.sign_in("agent-ai", sirets=[[make_siret(2), "AI"]])
    await stranger.page(sent.headers["location"], 404)


async def test_the_form_and_the_api_write_the_same_declaration(hired: Office) -> None:
    fields = await filled(hired, second="50") | {"etape": "envoyer"}
    assert (await hired.send(MONTH, fields)).status_code == 303
    replaced = await hired.parcours.declare("2017-03", make_ligne(heures="12"), match=1)
    assert replaced.status_code == 200, replaced.text
    assert "Heures 12 h" in read(await hired.page(f"{MONTH}/recu"))
