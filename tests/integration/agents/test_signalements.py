"""Doubtful figures: signalled by anyone without a name, answered by who is in charge, and kept."""

import html
import re
from datetime import date

import httpx
import pytest

from services.gateway.pages.models import Bloc
from services.gateway.pages.signalements import libelle_page, lien_signaler
from services.gateway.pages.site import Adresse
from services.gateway.rate import AnonymousRate
from services.gateway.signalements import Objet, page_of, wrong
from shared.access.scopes import Scope
from tests.factories.office import Office, fields_of
from tests.factories.parcours_service import ACI

NEW = lien_signaler(Adresse("/departements/59", {"annee": "2017", "tri": "nom"}), Bloc.EVOLUTION)
FORM = 'action="/signalements"'


def read(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


async def signal(office: Office, message: str, link: str = NEW) -> httpx.Response:
    fields = fields_of(await office.page(link), FORM)
    return await office.client.post("/signalements", data=fields | {"message": message})


async def test_a_figure_is_signalled_without_a_name_and_answered_by_the_departement(office: Office) -> None:
    shown = read(await office.page(NEW))
    assert "ETP réalisés chaque mois, ETP réalisés (FIN-03)" in shown
    assert "Page Nord, 2017 " in shown
    assert (await office.client.post("/signalements", data={"message": "x" * 20})).status_code == 403
    refused = await signal(office, "Appelez-moi au 06 12 34 56 78 pour en parler.")
    assert (refused.status_code, "un numéro de téléphone" in refused.text) == (422, True)
    message = "Mars devrait compter 12 ETP de plus, voir l'état mensuel."
    sent = await signal(office, message)
    assert sent.status_code == 303
    path = sent.headers["location"].partition("?")[0]
    public = await office.page(sent.headers["location"])
    assert "Signalement reçu" in public
    assert message not in html.unescape(public)
    assert "reçu, réponse à venir" in read(await office.page("/signalements?indicateur=FIN-03"))
    assert "reçu, réponse" not in read(await office.page("/signalements?indicateur=OFF-01"))

    ddets = await office.sign_in("agent-59", [Scope.STRUCTURES_ECRITURE], departements=["59"])
    other = await office.sign_in("agent-62", [Scope.STRUCTURES_ECRITURE], departements=["62"])
    siae = await office.sign_in("agent-s1", [Scope.STRUCTURES_ECRITURE])
    answer = {"etat": "CORRIGE", "reponse": "La déclaration de mars est arrivée depuis."}
    for stranger in (other, siae):
        assert message not in html.unescape(await stranger.page(path))
        assert (await stranger.send(path, answer)).status_code == 404
    assert (await office.client.post(path, data=answer)).status_code == 401
    assert message in html.unescape(await ddets.page(path))
    assert (await ddets.client.post(path, data=answer)).status_code == 403  # no token of a form
    poor = await ddets.send(path, {"etat": "", "reponse": "voir agent@exemple.invalid, merci"})
    assert {'href="#etat"', 'href="#reponse"'} <= set(re.findall(r'href="#\w+"', poor.text))
    assert (await ddets.send(path, answer)).status_code == 303
    assert (await ddets.send(path, answer)).status_code == 422  # answered once
    listed = read(await office.page("/signalements"))
    assert "chiffre corrigé La déclaration de mars est arrivée depuis." in listed


async def test_two_sendings_are_one_and_an_address_has_its_share(office: Office) -> None:
    fields = fields_of(await office.page(NEW), FORM) | {"message": "Un chiffre qui me semble faux."}
    sent = [await office.client.post("/signalements", data=fields) for _ in range(2)]
    assert len({answer.headers["location"] for answer in sent}) == 1
    office.application.state.signalement_rate = AnonymousRate(1)
    statuses = [(await signal(office, "Un autre chiffre douteux.")).status_code for _ in range(2)]
    assert statuses == [303, 429]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("/departements/59?annee=2017&q=texte+libre", "/departements/59?annee=2017"),
        ("/indicateurs/FIN-03", "/indicateurs/FIN-03"),
        ("/cdiae/59/2017-06-09?x=1", "/cdiae/59/2017-06-09"),
        ("/cdiae/59/2017-06-09/imprimer", "/"),
        ("https://ailleurs.invalid/regions/32", "/"),
        ("//ailleurs.invalid", "/"),
        ("/regions/32?annee=%3Cscript%3E", "/regions/32"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_only_a_page_of_ours_is_kept_without_free_text(given: str, kept: str) -> None:
    assert page_of(given) == kept


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/", "Accueil"),
        ("/regions/32/plan", "Hauts-de-France, plan d'action"),
        ("/departements/59?annee=2017&type=ACI", "Nord, 2017, ACI"),
        ("/cdiae/59/2017-06-09", "CDIAE, Nord, 9 juin 2017"),
        (f"/structures/{ACI}/dialogue", "Fiche d'une structure, dialogue de gestion"),
        ("/indicateurs/FIN-03?annee=2017", "Indicateur FIN-03, 2017"),
        ("/departements/ZZ/x/y", "Une page"),
    ],
)
def test_a_page_is_told_in_words(address: str, words: str) -> None:
    assert libelle_page(address) == words


def test_a_doubt_on_a_seance_is_for_its_departement() -> None:
    link = lien_signaler(Adresse("/cdiae/62/2017-06-09"), "dossiers", date(2017, 12, 31))
    assert "indicateur=FIN-02" in link
    assert "arrete_le=2017-12-31" in link
    assert Objet("dossiers", "FIN-02", "/cdiae/62/2017-06-09", None).departement == "62"


@pytest.mark.parametrize(
    "message",
    [
        "Mon numéro est 2 90 05 59 350 001 42 merci",
        "Mon numéro est 290055935000142 merci",
        "Corse : 1 85 07 2A 004 123 54",
        "Écrire à prenom.nom@exemple.invalid",
        "Le +33 6 12 34 56 78 répond",
        "Le 03.20.12.34.56 répond",
        "court",
        "x" * 1001,
    ],
)
def test_a_text_with_personal_data_or_none_to_read_is_refused(message: str) -> None:
    assert wrong(message)


@pytest.mark.parametrize(
    "message",
    [
        "Le SIRET 00000001800010 n'a pas 12,5 ETP en 2017.",
        "Attendu 140 000 000 € et non 139 999 999 €.",
        "Entre le 01/01/2017 et le 31/12/2017, 1 820 heures.",
    ],
)
def test_figures_and_dates_may_be_written(message: str) -> None:
    assert wrong(message) is None
