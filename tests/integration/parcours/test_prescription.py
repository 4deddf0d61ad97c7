"""Who may prescribe, what a sanction changes, where else to send, how a pathway moves or ends."""

from datetime import date, timedelta

from services.parcours.domain.regles import plus_mois
from shared import clock
from shared.access.scopes import Scope
from shared.contracts.structures import FicheDePostePubliee, HabilitationDecidee, PrescripteurEnregistre
from tests.factories.facts import identifier, make_structure
from tests.factories.parcours import make_identite, make_orientation
from tests.factories.parcours_service import ACI, REPRISE, SIRETS, Parcours
from tests.factories.tokens import ALL_WRITES

TODAY = clock.today()
ORGANISATION = "FT-59-01"


def day(jour: date) -> str:
    return jour.isoformat()


def sending(**changes: object) -> dict[str, object]:
    return (
        make_orientation(None, personne=None, identite=make_identite(), date_orientation=day(TODAY)) | changes
    )


def diagnosis(personne: str, **changes: object) -> dict[str, object]:
    return {
        "personne": personne,
        "type_prescripteur": "FT",
        "organisation": ORGANISATION,
        "criteres": [],
    } | changes


def make_prescripteur(statut: str, until: date | None = None) -> PrescripteurEnregistre:
    return PrescripteurEnregistre(
        prescripteur_id=identifier("FT"), code=ORGANISATION, categorie="FT", departement="59", statut=statut,
        habilite_le=date(2022, 1, 1), habilite_jusqu_au=until,
    )  # fmt: skip


def make_fiche(name: str, structure: str, rome: str, posts: int) -> FicheDePostePubliee:
    return FicheDePostePubliee(
        fiche_id=identifier(name), structure_id=identifier(structure), code_rome=rome, appellation="Fictive",
        type_contrat="CDDI", postes_ouverts=posts, mise_a_jour_le=TODAY,
    )  # fmt: skip


async def person_of(caller: Parcours, candidature: str) -> str:
    return str((await caller.get(f"candidatures/{candidature}")).json()["personne_id"])


async def test_the_registry_says_who_prescribes_and_the_state_who_prescribes_no_more(
    parcours: Parcours,
) -> None:
    office = parcours.as_caller(client="ft", scopes=ALL_WRITES, departements=[], organisations=[ORGANISATION])
    employer = parcours.as_caller(client="logiciel", scopes=ALL_WRITES, departements=[], structures=[ACI])
    state = parcours.as_caller(client="ddets", scopes=ALL_WRITES, departements=["59"])
    await parcours.receive(make_prescripteur("NOT_SET"))
    sent = await office.write("candidatures", sending())
    assert (await office.get(f"candidatures/{sent}")).json()["origine"] == "ORIENTEUR"
    personne = await person_of(office, sent)
    refused = await office.post("diagnostics", diagnosis(personne))
    assert (refused.json()["code"], refused.json()["erreurs"][0]["champ"]) == ("habilitation_manquante", "organisation")  # fmt: skip
    granted = HabilitationDecidee(**make_prescripteur("VALIDATED", TODAY).model_dump())
    await parcours.receive(granted)
    own = diagnosis(
        employer.name(personne, office), type_prescripteur=None, organisation=None, siret=SIRETS["ACI"], type_structure="ACI", criteres=["RSA"],
    )  # fmt: skip
    own = {name: value for name, value in own.items() if value is not None}
    await employer.write("diagnostics", own)
    sanction = {"date_debut": day(plus_mois(TODAY, 1))}
    path = f"structures/{ACI}/autoprescription/suspensions"
    assert (await employer.post(path, sanction)).status_code == 404
    assert (await state.post(path, {"date_debut": day(TODAY)})).json()["code"] == "sanction_invalide"
    await state.write(path, sanction)
    hire = {"transition": "accept", "date_embauche": day(TODAY)}
    # It has not begun: pronounced a month ago, it would hold today.
    past = parcours.as_caller(client="ddets", scopes=REPRISE, departements=["59"])
    await past.write(path, {"date_debut": day(TODAY - timedelta(5)), "connu_le": day(plus_mois(TODAY, -2))})
    assert (await employer.post("diagnostics", own)).json()["code"] == "autoprescription_suspendue"
    answer = await employer.post(f"candidatures/{sent}/decision", hire)
    assert answer.json()["code"] == "autoprescription_suspendue"
    await office.write("diagnostics", diagnosis(personne))
    assert (await employer.post(f"candidatures/{sent}/decision", hire)).status_code == 201


async def test_a_refusal_proposes_open_posts_nearby_and_a_second_sending_is_told(parcours: Parcours) -> None:
    await parcours.receive(
        make_structure("S1", number=1, kind="ACI", commune="59350", epci="245900410"),
        make_structure("S3", number=3, kind="ETTI", commune="59350", epci="245900410"),
        make_structure("S4", number=4, kind="EI", commune="59350", epci="245900410", visible=False),
        make_fiche("F1", "S1", "G1602", 1),
        make_fiche("F2", "S3", "G1602", 2),
        make_fiche("F3", "S3", "K2204", 5),
        make_fiche("F4", "S4", "G1602", 5),
        make_fiche("F5", "S2", "G1602", 5),
    )
    last_year = plus_mois(TODAY, -11)
    await parcours.load("orientations", sending(reference="O0", date_orientation=day(last_year), connu_le=day(last_year)))  # fmt: skip
    sent = await parcours.write("candidatures", sending())
    assert (await parcours.get(f"candidatures/{sent}/propositions")).json() == []
    await parcours.write(
        f"candidatures/{sent}/decision", {"transition": "refuse", "motif_refus": "no_position"}
    )
    (found,) = (await parcours.get(f"candidatures/{sent}/propositions")).json()
    assert (found["siret"], found["code_rome"], found["postes_ouverts"]) == (SIRETS["ETTI"], "G1602", 2)
    (warning,) = (await parcours.get(f"candidatures/{sent}/avertissements")).json()
    assert warning["code"] == "candidature_sous_12_mois"
    stranger = parcours.as_caller(client="autre", departements=["62"])
    for route in ("propositions", "avertissements"):
        assert (await stranger.get(f"candidatures/{sent}/{route}")).status_code == 404


async def test_a_pass_is_postponed_before_it_begins_and_closed_after_a_long_suspension(
    parcours: Parcours,
) -> None:
    takeover = parcours.as_caller(client="reprise", scopes=REPRISE, organisations=[ORGANISATION])
    start = TODAY + timedelta(10)
    sent = await takeover.write("candidatures", sending())
    personne = await person_of(takeover, sent)
    await takeover.write("diagnostics", diagnosis(personne))
    await takeover.write(
        f"candidatures/{sent}/decision", {"transition": "accept", "date_embauche": day(start)}
    )
    (known,) = (await takeover.get(f"personnes/{personne}/pass")).json()
    path = f"pass/{known['id']}"
    later = start + timedelta(20)
    assert (await takeover.post(f"{path}/report", {"date_debut": day(TODAY - timedelta(1))})).json()["code"] == "embauche_passee"  # fmt: skip
    await takeover.write(f"{path}/report", {"date_debut": day(later)})
    (known,) = (await takeover.get(f"personnes/{personne}/pass")).json()
    assert (known["date_debut"], known["date_fin"]) == (day(later), day(later + timedelta(729)))
    assert (await parcours.facts("pass_iae.modifie"))[-1]["cause"] == "REPORT"
    assert (await takeover.post(f"{path}/cloture", {})).json()["code"] == "pass_pas_en_cours"

    past = TODAY - timedelta(600)
    other = sending(identite=make_identite(nom="TILLEUL"), date_orientation=day(past), connu_le=day(past))
    sent = await takeover.write("candidatures", other)
    personne = await person_of(takeover, sent)
    await takeover.write("diagnostics", diagnosis(personne, date_diagnostic=day(past)))
    await takeover.write(
        f"candidatures/{sent}/decision",
        {"transition": "accept", "date_embauche": day(past), "connu_le": day(past)},
    )
    (known,) = (await takeover.get(f"personnes/{personne}/pass")).json()
    path = f"pass/{known['id']}"
    assert (await takeover.post(f"{path}/report", {"date_debut": day(later)})).json()[
        "code"
    ] == "report_impossible"
    assert (await takeover.post(f"{path}/cloture", {})).json()["code"] == "cloture_impossible"
    begun = TODAY - timedelta(366)
    stop = {"date_debut": day(begun), "date_fin": day(TODAY + timedelta(30)), "motif": "CONTRACT_BROKEN", "connu_le": day(begun)}  # fmt: skip
    await takeover.write(f"{path}/suspensions", stop)
    await takeover.write(f"{path}/cloture", {})
    (known,) = (await takeover.get(f"personnes/{personne}/pass")).json()
    assert (known["date_fin"], known["suspensions"][0]["fin"]) == (day(TODAY), day(TODAY))
    assert (await parcours.facts("pass_iae.modifie"))[-1]["cause"] == "CLOTURE"
    reader = parcours.as_caller(client="lecteur", scopes=(Scope.PARCOURS_LECTURE,))
    assert (await reader.post(f"{path}/cloture", {})).status_code == 403
