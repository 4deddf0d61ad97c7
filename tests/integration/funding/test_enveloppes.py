"""Envelopes from the nation to the départements: what is committed is never more than what was received."""

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shared.reference.territories import departements
from tests.factories.funding import make_annexe
from tests.factories.funding_service import Funding
from tests.factories.tokens import bearer


def make_enveloppe(**changes: Any) -> dict[str, Any]:
    """A line: what the Nord receives in 2017."""
    return {
        "niveau": "DEPARTEMENTAL",
        "territoire": "59",
        "annee": 2017,
        "nature": "AIDE_POSTE",
        "montant": "500000.00",
        "etp": "25",
    } | changes


async def read(funding: Funding, territoire: str, headers: Any = None) -> dict[str, Decimal]:
    rows = (await funding.client.get("/v1/enveloppes?annee=2017", headers=headers or funding.headers)).json()
    (row,) = [row for row in rows if row["territoire"] == territoire]
    return {
        name: Decimal(row[name])
        for name in ("notifie", "abondements", "retraits", "delegue", "engage", "disponible", "delegable")
    }


@pytest.fixture
def nation(secrets_dir: Path) -> dict[str, str]:
    return dict(bearer(secrets_dir, departements=list(departements())))


async def test_credits_come_down_from_the_nation_and_annexes_hold_them(
    funding: Funding, nation: dict[str, str]
) -> None:
    france = make_enveloppe(niveau="NATIONAL", territoire="FR", montant="1000000")
    assert (await funding.post("enveloppes", france)).status_code == 404  # a région is not the nation
    assert (await funding.post("enveloppes", france, nation)).status_code == 201
    region_line = make_enveloppe(niveau="REGIONAL", territoire="32", montant="700000")
    assert (await funding.post("enveloppes", region_line)).json()["code"] == "enveloppe_inconnue"
    assert (await funding.post("enveloppes", region_line, nation)).status_code == 201
    await funding.write("enveloppes", make_enveloppe())
    await funding.write("annexes", make_annexe())
    assert (await read(funding, "59"))["disponible"] == Decimal("303450.00")
    region = await read(funding, "32")
    assert (region["delegue"], region["engage"], region["disponible"]) == (
        Decimal("500000.00"), Decimal("196550.00"), Decimal("503450.00"),
    )  # fmt: skip
    assert region["delegable"] == 200000
    assert (await read(funding, "FR", nation))["delegue"] == 700000
    line = await funding.post("enveloppes", make_enveloppe())
    assert (line.status_code, line.json()["code"]) == (409, "enveloppe_deja_notifiee")
    more = make_enveloppe(territoire="62", montant="200000.01")
    assert (await funding.post("enveloppes", more)).json()["code"] == "enveloppe_depassee"
    unknown = make_enveloppe(niveau="REGIONAL", territoire="59")
    assert (await funding.post("enveloppes", unknown)).json()["code"] == "territoire_inconnu"


async def test_annexes_recorded_before_an_envelope_hold_its_credits(funding: Funding) -> None:
    await funding.write("annexes", make_annexe())
    short = await funding.post("enveloppes", make_enveloppe(montant="196549.99"))
    assert short.json()["code"] == "enveloppe_depassee"
    await funding.write("enveloppes", make_enveloppe(montant="196550"))
    assert (await read(funding, "59"))["disponible"] == 0
    refused = await funding.post("annexes", make_annexe(numero="ACI059170002A0M0"))
    assert (refused.status_code, refused.json()["code"]) == (409, "enveloppe_depassee")
    draft = make_annexe(numero="ACI059170002A0M0", etat="SAISI")
    assert (await funding.post("annexes", draft)).status_code == 201  # holds nothing yet


async def test_one_of_many_annexes_at_once_gets_the_last_credits(funding: Funding) -> None:
    await funding.write("enveloppes", make_enveloppe(montant="200000"))
    lines = [make_annexe(numero=f"ACI05917{n:04}A0M0") for n in range(10, 22)]
    answers = await asyncio.gather(*(funding.post("annexes", line) for line in lines))
    assert sorted(a.status_code for a in answers) == [201] + [409] * 11
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"enveloppe_depassee"}
    assert (await read(funding, "59"))["engage"] == Decimal("196550.00")


async def test_an_annexe_and_its_envelope_recorded_together_meet(funding: Funding) -> None:
    envelope, annexe = await asyncio.gather(
        funding.post("enveloppes", make_enveloppe()), funding.post("annexes", make_annexe())
    )
    assert (envelope.status_code, annexe.status_code) == (201, 201)
    assert (await read(funding, "59"))["engage"] == Decimal("196550.00")


async def test_credits_move_between_sisters_and_parents_delegate(funding: Funding) -> None:
    region = await funding.write(
        "enveloppes", make_enveloppe(niveau="REGIONAL", territoire="32", montant="900000")
    )
    nord = await funding.write("enveloppes", make_enveloppe())
    pas_de_calais = await funding.write("enveloppes", make_enveloppe(territoire="62", montant="300000"))
    bourse = {
        "origine": nord,
        "destination": pas_de_calais,
        "montant": "100000",
        "motif": "BOURSE_AUX_POSTES",
    }
    await funding.write("mouvements-credits", bourse)
    assert (await read(funding, "59"))["disponible"] == (await read(funding, "62"))["disponible"] == 400000
    assert (await read(funding, "32"))["delegue"] == 800000
    await funding.write("mouvements-credits", {"origine": nord, "montant": "50000", "motif": "GEL"})
    await funding.write(
        "mouvements-credits", {"destination": nord, "montant": "150000", "motif": "ABONDEMENT"}
    )
    assert (await read(funding, "59"))["disponible"] == 500000
    assert (await read(funding, "32"))["delegable"] == 0
    for line, code in (
        ({"destination": nord, "montant": "0.01", "motif": "ABONDEMENT"}, "enveloppe_depassee"),
        ({"origine": nord, "montant": "500000.01", "motif": "GEL"}, "enveloppe_depassee"),
        ({"origine": region, "destination": nord, "montant": "1", "motif": "AUTRE"}, "mouvement_incoherent"),
        ({"origine": nord, "destination": nord, "montant": "1", "motif": "AUTRE"}, "mouvement_incoherent"),
        ({"montant": "1", "motif": "AUTRE"}, "mouvement_incoherent"),
        ({"origine": nord, "montant": "0", "motif": "AUTRE"}, "mouvement_incoherent"),
    ):
        assert (await funding.post("mouvements-credits", line)).json()["code"] == code, line
    listed = await funding.client.get(f"/v1/enveloppes/{nord}/mouvements?annee=2017", headers=funding.headers)
    assert [m["sens"] for m in listed.json()] == ["NOTIFICATION", "RETRAIT", "RETRAIT", "ABONDEMENT"]


async def test_an_envelope_of_another_departement_is_unknown(funding: Funding, secrets_dir: Path) -> None:
    nord = await funding.write("enveloppes", make_enveloppe())
    elsewhere = bearer(secrets_dir, departements=["62"])
    assert (await funding.client.get("/v1/enveloppes?annee=2017", headers=elsewhere)).json() == []
    path = f"/v1/enveloppes/{nord}/mouvements?annee=2017"
    assert (await funding.client.get(path, headers=elsewhere)).status_code == 404
    line = {"origine": nord, "montant": "1", "motif": "GEL"}
    assert (await funding.post("mouvements-credits", line, elsewhere)).json()["code"] == "enveloppe_inconnue"
