"""A structure without software that works in a spreadsheet: its month and its answers come by a file."""

import html
import re

import pytest

from tests.factories.office import Office, fields_of
from tests.factories.parcours import make_contrat, make_identite, make_orientation, make_personne
from tests.factories.parcours_service import ACI
from tests.factories.siret import make_siret

MONTH = f"/saisie/{ACI}/mois/2017-03"
WAITING = f"/saisie/{ACI}/orientations"


def read(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def csv(content: bytes) -> dict[str, tuple[str, bytes, str]]:
    return {"fichier": ("rempli.csv", content, "text/csv")}


@pytest.fixture
async def hired(office: Office) -> Office:
    """An agent of the ACI, one person under contract there."""
    await office.parcours.load("personnes", make_personne())
    await office.parcours.load("contrats", make_contrat())
    return await office.sign_in()


async def test_a_month_is_filled_by_a_file_tried_then_sent(hired: Office) -> None:
    answer = await hired.client.get(f"{MONTH}/fichier")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].endswith('_2017-03.csv"')
    blank = answer.content.decode("utf-8-sig").splitlines()
    assert "MARJOLAINE" not in answer.headers["content-disposition"]
    cells = blank[1].split(";")
    assert cells[1].startswith("MARJOLAINE")
    nothing = await hired.send(f"{MONTH}/fichier", {})
    assert 'href="#fichier"' in nothing.text
    for hours, field in (("999", "heures-1"), ("", "heures-1")):
        typed = ";".join([*cells[:5], hours, "", "31/03/2017", "CDI"])
        wrong = await hired.send(f"{MONTH}/fichier", {}, files=csv(f"{blank[0]}\n{typed}\n".encode()))
        assert (wrong.status_code, f'href="#{field}"' in wrong.text) == (422, True), read(wrong.text)
    typed = ";".join([*cells[:5], "100,5"])
    stranger = f"{blank[0]}\n{typed}\n{make_siret(1)};x;;;;4\n"
    told = await hired.send(f"{MONTH}/fichier", {}, files=csv(stranger.encode()))
    assert "Ligne 3 : ce contrat ne court pas ce mois-ci" in read(told.text)
    assert 'value="100,5"' in told.text
    tried = await hired.send(f"{MONTH}/fichier", {}, files=csv(f"{blank[0]}\n{typed}\n".encode("cp1252")))
    assert "100,5 h pour 1 contrat" in read(tried.text)
    assert await hired.parcours.facts("declaration.recue") == []
    sent = await hired.send(MONTH, fields_of(tried.text) | {"etape": "envoyer"})
    assert sent.headers["location"] == f"{MONTH}/recu"
    assert len(await hired.parcours.facts("declaration.recue")) == 1
    other = await hired.sign_in("agent-ai", sirets=[[make_siret(2), "AI"]])
    await other.page(f"{MONTH}/fichier", 404)
    assert (await other.send(f"{MONTH}/fichier", {}, files=csv(b""))).status_code == 404


async def test_orientations_are_answered_by_a_file_tried_then_sent(hired: Office) -> None:
    line = make_orientation(None, personne=None, identite=make_identite(nom="ROMARIN-CIBOULETTE"))
    waiting = [
        await hired.parcours.write("candidatures", line | {"identite": make_identite(nom=name)})
        for name in ("ROMARIN-UN", "ROMARIN-DEUX", "ROMARIN-TROIS")
    ]
    assert f'href="{WAITING}/fichier"' in await hired.page(WAITING)
    blank = (await hired.client.get(f"{WAITING}/fichier")).content.decode("utf-8-sig").splitlines()
    assert [line.split(";")[0] for line in blank[1:]] == waiting
    assert "ROMARIN-UN" in blank[1]
    answers = {waiting[0]: "Refuser;Aucun poste n'est ouvert;;", waiting[1]: "Accepter;;01/03/2017;"}
    content = "\n".join(
        [
            blank[0],
            *(";".join([*each.split(";")[:5], answers.get(each.split(";")[0], ";;;")]) for each in blank[1:]),
        ]
    ).encode()
    fields = fields_of(await hired.page("/saisie/fichiers?nature=decisions"))
    assert fields["nature"] == "decisions"
    poor = await hired.send("/saisie/fichiers", fields, files=csv(b"a;b\n1;2\n"))
    assert "Il manque la colonne" in poor.text
    tried = await hired.send("/saisie/fichiers", fields | {"etape": "essayer"}, files=csv(content))
    report = read(await hired.page(tried.headers["location"]))
    assert "Essai du fichier : 1 ligne à corriger" in report
    assert re.search(r"3 contrat Avant le 1er septembre 2021", report)  # the line of the file, not its rank
    assert "ROMARIN" not in report
    assert await states(hired) == {"new"}
    sent = await hired.send("/saisie/fichiers", fields | {"etape": "envoyer"}, files=csv(content))
    assert "Enregistrées 1" in read(await hired.page(sent.headers["location"]))
    assert await states(hired) == {"new", "refused"}
    again = fields_of(await hired.page("/saisie/fichiers?nature=decisions")) | {"etape": "envoyer"}
    resent = await hired.send("/saisie/fichiers", again, files=csv(content))
    assert "Déjà reçues 1" in read(await hired.page(resent.headers["location"]))
    other = await hired.sign_in("agent-ai", sirets=[[make_siret(2), "AI"]])
    await other.page(f"{WAITING}/fichier", 404)
    stolen = fields_of(await other.page("/saisie/fichiers?nature=decisions")) | {"etape": "envoyer"}
    refused = await other.send("/saisie/fichiers", stolen, files=csv(content))
    assert "2 lignes à corriger" in read(await other.page(refused.headers["location"]))
    assert await states(hired) == {"new", "refused"}


async def states(hired: Office) -> set[str]:
    return {state for (state,) in await hired.parcours.rows("select etat from candidature")}
