"""Payments in double entry: always balanced, taken back by a contrary line, never edited."""

import asyncio
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.factories.funding import make_annexe, make_versement
from tests.factories.funding_service import Funding
from tests.integration.funding.test_enveloppes import make_enveloppe

ENTRIES = "select coalesce(json_object_agg(compte, somme), '{}') from (select compte, sum(montant) as somme from ecriture group by 1) x"
INSERT = """
    with v as (
        insert into versement (id, annexe_id, structure_id, mois, financeur, nature, montant)
        select gen_random_uuid(), id, structure_id, '2017-01', 'ETAT', 'AIDE_POSTE_SOCLE', 100 from annexe_financiere
        returning id, annexe_id
    ) insert into ecriture (versement_id, compte, titulaire, montant)
    select v.id, x.compte, case x.compte when 'ANNEXE' then v.annexe_id::text else 'ETAT' end, x.montant
    from v, (values {lines}) as x(compte, montant)
"""


async def test_a_payment_leaves_the_envelope_or_the_funder_and_reaches_the_annexe(funding: Funding) -> None:
    await funding.write("enveloppes", make_enveloppe())
    await funding.write("annexes", make_annexe())
    await funding.write("versements", make_versement())
    cofunding = make_versement(financeur="CD59", nature="COFINANCEMENT", montant="1000")
    await funding.write("versements", cofunding)
    assert await funding.scalar(ENTRIES) == {"ENVELOPPE": -16379.17, "FINANCEUR": -1000, "ANNEXE": 17379.17}
    (shown,) = (await funding.client.get("/v1/enveloppes?annee=2017", headers=funding.headers)).json()
    assert shown["verse"] == "16379.17"


async def test_a_payment_is_taken_back_once_by_a_contrary_line(funding: Funding) -> None:
    await funding.write("enveloppes", make_enveloppe())
    await funding.write("annexes", make_annexe())
    paid = await funding.write("versements", make_versement())
    line = {"versement": paid, "motif": "Versé sur la mauvaise annexe"}
    answers = await asyncio.gather(*(funding.post("contrepassations", line) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"versement_deja_corrige"}
    (contrary,) = [a.json()["id"] for a in answers if a.status_code == 201]
    assert await funding.scalar(ENTRIES) == {"ENVELOPPE": 0, "ANNEXE": 0}
    twice = await funding.post("contrepassations", line | {"versement": contrary})
    assert twice.json()["code"] == "versement_deja_corrige"
    unknown = await funding.post("contrepassations", line | {"versement": str(uuid4())})
    assert unknown.json()["code"] == "versement_inconnu"
    data = await funding.scalar(f"select data from journal where key = '{contrary}'")
    assert (data["corrige"], data["montant"]) == (paid, "16379.17")


async def test_the_database_refuses_a_payment_that_does_not_balance(funding: Funding) -> None:
    await funding.write("annexes", make_annexe())
    for lines in (
        "('ANNEXE', 100)",
        "('ANNEXE', 100), ('FINANCEUR', -99)",
        "('ANNEXE', 90), ('FINANCEUR', -90)",
        "('FINANCEUR', 0)",
    ):
        with pytest.raises(DBAPIError, match="unbalanced payment"):
            async with funding.engine.begin() as conn:
                await conn.execute(text(INSERT.format(lines=lines)))
    async with funding.engine.begin() as conn:
        await conn.execute(text(INSERT.format(lines="('ANNEXE', 100), ('FINANCEUR', -100)")))
    assert await funding.scalar("select sum(montant) from versement") == Decimal(100)
    for change in (
        "update ecriture set montant = 0",
        "delete from mouvement_enveloppe",
        "update versement set mois = '2017-02'",
    ):
        with pytest.raises(DBAPIError, match=r"permission denied|append only"):
            async with funding.engine.begin() as conn:
                await conn.execute(text(change))
