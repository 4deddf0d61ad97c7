"""The figures as they were known on a day: later facts are not there, and what they replaced is back."""

from datetime import date
from html import unescape
from typing import Any

import pytest

from services.parcours.domain.publics import Presence, Profil
from shared.contracts.fact import Fact
from shared.messaging.source import Record
from tests.factories.facts import (
    decide,
    end,
    identifier,
    make_annexe,
    make_candidature,
    make_contrat,
    make_declaration,
    make_structure,
    make_versement,
)
from tests.factories.region_facts import publics_facts
from tests.factories.registre import corrected, make_convention, make_fiche, make_plan
from tests.integration.gateway.conftest import Gateway

PEOPLE = [f"P{n}" for n in range(1, 8)]
"""Seven: as a past day tells them, five."""
MORE = [f"Q{n}" for n in range(1, 5)]


async def feed_on(gateway: Gateway, day: date, *facts: Any, together: bool = False) -> None:
    for publisher in gateway.publishers.values():
        publisher.known_on = day
    await (gateway.feed_together(*facts) if together else gateway.feed(*facts))


async def as_of(gateway: Gateway, code: str, day: str) -> Any:
    answer = await gateway.client.get(f"/api/vues/v1/indicateurs/{code}?annee=2017&connu_le={day}")
    assert answer.status_code == 200, answer.text
    return answer.json()["valeur"]


async def test_a_correction_does_not_change_what_was_known_before_it(gateway: Gateway) -> None:
    await feed_on(gateway, date(2017, 1, 10), make_structure(), make_annexe(etp="7.5"))
    await feed_on(
        gateway,
        date(2017, 4, 5),
        make_declaration(3, dict.fromkeys(PEOPLE, "182")),
        make_versement("V1", "100"),
    )
    await feed_on(gateway, date(2017, 6, 1), make_declaration(3, dict.fromkeys([*PEOPLE, *MORE], "91")))
    await feed_on(gateway, date(2017, 7, 1), make_annexe(etp="9"), make_versement("V2", "50"))
    expected = {
        "2016-12-31": (0, "0.00", "0.00", "0.00", 0),
        "2017-01-10": (1, "0.00", "7.50", "0.00", 0),
        "2017-04-05": (1, "0.70", "7.50", "100.00", 5),
        "2017-05-31": (1, "0.70", "7.50", "100.00", 5),
        "2017-06-01": (1, "0.55", "7.50", "100.00", 10),
        "2017-07-01": (1, "0.55", "9.00", "150.00", 10),
    }
    for day, figures in expected.items():
        found = [
            await as_of(gateway, code, day) for code in ("OFF-01", "FIN-03", "FIN-02", "VER-01", "PAR-10")
        ]
        assert tuple(found) == figures, day
    headline = await gateway.reperes(connu_le="2017-05-31")
    assert (headline["etp_realises"], headline["personnes_employees"]) == ("0.70", 5)
    now = await gateway.reperes()
    assert (now["etp_realises"], now["personnes_employees"]) == ("0.55", 11)
    page = (await gateway.client.get("/regions/32?annee=2017&connu_le=2017-05-31")).text
    assert '<data value="0.7' in page
    assert "faits connus le 31 mai 2017" in page


async def test_publics_are_those_of_the_last_count_and_of_none_before_it(gateway: Gateway) -> None:
    places = [Presence(identifier(name), 2017, "59", "ACI") for name in PEOPLE]

    def count(women: int) -> list[Fact]:
        profils = {one.personne_id: Profil(rank < women, 1980, "40", ()) for rank, one in enumerate(places)}
        return publics_facts(places, profils)

    await feed_on(gateway, date(2017, 1, 10), make_structure())
    await feed_on(gateway, date(2017, 4, 5), make_declaration(3, dict.fromkeys(PEOPLE, "182")))
    await feed_on(gateway, date(2017, 5, 1), *count(7))
    await feed_on(gateway, date(2017, 6, 1), *count(0))
    days = ("2017-04-05", "2017-05-01", "2017-06-01")
    assert [await as_of(gateway, "PUB-01", day) for day in days] == [None, "1.000000", "0.000000"]
    page = (await gateway.client.get("/parcours?annee=2017&connu_le=2017-04-05")).text
    assert "Aucun compte des publics n" in page
    assert (await gateway.client.get("/api/vues/v1/parcours/etapes?annee=2017&connu_le=2017-04-05")).json()[
        "publics"
    ] == []
    (women,) = (
        row
        for row in (await gateway.client.get("/api/vues/v1/parcours/etapes?annee=2017")).json()["publics"]
        if row["code"] == "PUB-01"
    )
    assert (women["nombre"], women["part"]) == (0, "0.000000")


async def test_versions_of_one_batch_leave_the_same_past_as_one_by_one(gateway: Gateway) -> None:
    """A rebuild reads the journal in other batches: what the past holds may not depend on them."""
    await feed_on(gateway, date(2017, 1, 10), make_structure(), make_annexe())
    publisher = gateway.publishers["parcours"]
    records: list[Record] = []
    for day, hours in ((5, "182"), (8, "91"), (8, "100"), (20, "50")):
        publisher.known_on = date(2017, 4, day)
        records += publisher.batch([make_declaration(3, dict.fromkeys(PEOPLE, hours))]).records
    batch = publisher.batch([])
    await gateway.consumer.apply(
        type(batch)(batch.source, 0, batch.bus_id, tuple(records), batch.next_offset)
    )
    told = [await as_of(gateway, "FIN-03", f"2017-04-{day:02d}") for day in (4, 5, 8, 19, 20)]
    assert told == ["0.00", "0.70", "0.38", "0.38", "0.19"]


async def test_decisions_and_exits_are_known_from_their_own_day(gateway: Gateway) -> None:
    sent = [make_candidature(f"O{n}") for n in range(12)]
    signed = [make_contrat(f"K{n}") for n in range(12)]
    await feed_on(gateway, date(2017, 2, 1), make_structure(), make_annexe(), *sent, *signed)
    await feed_on(gateway, date(2017, 3, 1), *(decide(c) for c in sent[:6]))
    await feed_on(gateway, date(2017, 9, 1), *(end(k, comptee=False) for k in signed))
    await feed_on(
        gateway, date(2017, 10, 1), *(end(k, "DURABLE" if n < 6 else "AUTRE") for n, k in enumerate(signed))
    )
    assert [await as_of(gateway, "ORI-02", day) for day in ("2017-01-31", "2017-02-01")] == [0, 10]
    assert [await as_of(gateway, "ORI-04", day) for day in ("2017-02-28", "2017-03-01")] == [
        "0.000000",
        "0.500000",
    ]
    assert [await as_of(gateway, "SOR-02", day) for day in ("2017-08-31", "2017-09-30", "2017-10-01")] == [
        "sans objet",
        "sans objet",
        "0.500000",
    ]
    steps = (await gateway.client.get("/api/vues/v1/parcours/etapes?annee=2017&connu_le=2017-09-30")).json()
    shown = {step["code"]: step["nombre"] for step in steps["etapes"]}
    assert (shown["SORTIES"], shown["COMPTEES"]) == (10, 0)


async def test_the_same_months_of_the_year_before_do_not_tell_the_others(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.clock.today", lambda: date(2018, 5, 15))
    later = make_candidature("tard").model_dump() | {"envoyee_le": date(2017, 11, 3)}
    late = [
        type(make_candidature("tard")).model_validate(later | {"candidature_id": identifier(f"tard{n}")})
        for n in range(9)
    ]
    await gateway.feed(
        make_structure(), make_annexe(), *(make_candidature(f"O{n}") for n in range(12)), *late[:2]
    )
    path = "/api/vues/v1/indicateurs/ORI-02?annee=2018"
    told = (await gateway.client.get(path)).json()
    assert (told["avant"], told["ecart"]) == (
        "secret",
        "secret",
    )  # 14 of the whole year less 12 would tell two
    await gateway.feed(*late[2:])
    assert (await gateway.client.get(path)).json()["avant"] == 12


async def test_the_registry_and_the_plans_are_read_as_they_were_known(gateway: Gateway) -> None:
    first = make_structure()
    old, new = make_plan(("OFF-01", "3", "AU_MOINS", None)), make_plan(("OFF-01", "9", "AU_MOINS", None))
    await feed_on(gateway, date(2017, 1, 10), first, make_annexe(), make_convention(), make_fiche(), old)
    extended = make_convention().model_copy(update={"date_fin": date(2021, 12, 31)})
    renamed = corrected(first, raison_sociale="Chantier Lumerive")
    await feed_on(gateway, date(2018, 3, 1), renamed, extended, make_structure("S2", number=2), new)

    async def listed(day: str) -> list[tuple[str, str | None, int]]:
        body = (await gateway.client.get(f"/api/vues/v1/structures?connu_le={day}")).json()
        assert body["total"] == body["ensemble"] == len(body["resultats"])
        return [
            (r["raison_sociale"], r["conventionnee_jusqu_au"], r["postes_ouverts"]) for r in body["resultats"]
        ]

    assert await listed("2017-01-09") == []
    assert await listed("2018-02-28") == [("Chantier S1", "2019-12-31", 3)]
    assert await listed("2018-03-01") == [("Chantier Lumerive", "2021-12-31", 3), ("Chantier S2", None, 0)]
    assert await listed("") == await listed("2018-03-01")
    page = (await gateway.client.get("/structures?connu_le=2018-02-28&q=chantier")).text
    assert "Structures : 1 sur 1" in unescape(page).replace("\u202f", " ")
    assert "faits connus le 28 février 2018" in page
    assert "conventionnée jusqu'au 31/12/2019" in unescape(page)
    file = (await gateway.client.get("/structures?connu_le=2018-02-28&format=csv&variante=donnees")).text
    assert "Chantier S1" in file
    assert "2018-02-28" in file
    plans = [
        unescape((await gateway.client.get(f"/regions/32/plan{asked}")).text)
        for asked in ("?connu_le=2018-02-28", "")
    ]
    assert ["≥ 3" in plans[0], "≥ 9" in plans[1]] == [True, True]
    assert (await gateway.client.get("/regions/32/plan?connu_le=2017-01-09")).status_code == 404
