"""After an erasure nothing held, copied or answered opens or recognises the person; the journal still proves itself."""

import uuid
from datetime import date
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from services.parcours.domain.identite import forme_normale
from services.parcours.domain.rapprochement import formes_proches
from services.parcours.tables import metadata
from shared.access.scopes import Scope
from shared.messaging.verify import verify_journal, verify_states
from tests.factories.parcours import make_contrat, make_identite, make_nir, make_orientation, make_personne
from tests.factories.parcours_service import SIRETS, Parcours

NIR = make_nir("1900559350001")
FIELDS = {
    "nom": "SENTINELLE", "prenom": "Sentinelline", "nir": NIR, "motif_absence_nir": None, "identifiant_france_travail": "7654321Q",
}  # fmt: skip
IDENTITY = make_identite(**FIELDS)
SENTINELS = ("SENTINELLE", "Sentinelline", "1990-05-17", NIR, "7654321Q", "SURENDETTEMENT", "QPV")
FREIN = {"siret": SIRETS["ACI"], "nature": "FREIN", "date_debut": "2017-02-01", "frein": "SURENDETTEMENT", "intensite_entree": "FORT"}  # fmt: skip


async def stored(parcours: Parcours) -> str:
    told = ""
    for (table,) in await parcours.rows("select tablename from pg_tables where schemaname = 'public'"):
        for row in await parcours.rows(f"select t::text from {table} t"):  # a name of ours
            told += row[0] + "\n"
    return told


async def faults(parcours: Parcours) -> list[str]:
    found = await verify_journal(parcours.engine) + await verify_states(parcours.engine, metadata)
    return [f"{each.subject}: {each.fault}" for each in found if each.fault]


async def test_every_copy_of_an_erased_person_is_unreadable_and_verify_still_passes(
    parcours: Parcours,
) -> None:
    line = make_personne(None, **FIELDS)
    key = uuid.uuid4().hex
    entered = await parcours.post("personnes", line, key)
    assert entered.status_code == 201, entered.text
    name = entered.json()["id"]
    _, report = await parcours.send(
        "personnes", [line | {"reference": "DEJA", "numero_agrement": "000000000009"}]
    )
    assert [each["code"] for each in report] == ["personne_deja_connue"]
    await parcours.load("contrats", make_contrat(personne=name))
    sending = make_orientation("O1", personne=None, identite=IDENTITY)
    await parcours.load("orientations", sending)
    await parcours.write("etapes", {"personne": name, **FREIN})
    reader = parcours.as_caller(scopes=(*parcours.caller.scopes, Scope.IDENTITE_LECTURE))
    reader.headers["If-Match"] = '"1"'
    await reader.write(f"personnes/{name}/rectification", {"niveau_formation": "40"})
    twin = await parcours.write("personnes", make_identite(nom="SENTINELLE", prenom="Sentinellina"))
    merged = await reader.post(f"personnes/{name}/fusion", {"absorbee": twin, "motif": "Doublon fictif"})
    assert merged.status_code == 204, merged.text
    other = await parcours.write("personnes", make_identite(nom="TILLEUL"))
    await parcours.sequence()
    assert await faults(parcours) == []
    blind = _blind_indexes(parcours)
    before = await stored(parcours)
    assert all(index.hex() in before for index in blind)
    digests = await parcours.rows("select encode(digest, 'hex') from line_reference where reference = 'O1'")
    ((answered,),) = await parcours.rows(
        "select encode(digest, 'hex') from idempotency where key = :key", key=key
    )

    operator = parcours.as_caller(client="exploitation", scopes=(Scope.EXPLOITATION,))
    demande = {"motif": "Demande de la personne", "partenaire": parcours.caller.client_id}
    erased = await operator.post(f"personnes/{name}/effacement", demande)
    assert erased.status_code == 204, erased.text
    await parcours.sequence()

    kept = await stored(parcours)
    for sentinel in (*SENTINELS, *(index.hex() for index in blind), digests[0][0], answered):
        assert sentinel not in kept, sentinel
    await _nothing_opens(parcours, operator.name(name, parcours), operator.name(other, parcours))
    for person in (name, twin):
        assert (await reader.get(f"personnes/{person}")).status_code == 404
    # What was sent before names nobody any more, and enters nobody twice.
    again = await parcours.post("personnes", line, key)
    assert (again.status_code, again.json()["code"]) == (422, "cle_idempotence_reutilisee")
    assert await parcours.refusal("orientations", sending) == "reference_deja_utilisee"
    assert await faults(parcours) == []
    ((positions, events),) = await parcours.rows(
        "select (select count(*) from journal_position), (select count(*) from journal)"
    )
    assert positions == events


def _blind_indexes(parcours: Parcours) -> list[bytes]:
    vault, born = parcours.vault, date(1990, 5, 17)
    known = ("SENTINELLE", "Sentinelline", born)
    near = formes_proches(*known, "7654321Q")
    return [
        vault.blind_index("identite", forme_normale(*known)),
        vault.blind_index("nir", NIR),
        *(vault.blind_index(kind, text) for kind, text in near.items()),
    ]


async def _nothing_opens(parcours: Parcours, erased: str, other: str) -> None:
    """No key that is left opens what was sealed for the person erased; the only one left opens its own."""
    keys = await parcours.rows("select personne_id, dek_enveloppee from cle_personne")
    assert [str(owner) for owner, _ in keys] == [other]
    sealed: list[tuple[Any, bytes]] = await parcours.rows(
        "select key, private from journal where private is not null"
    )
    assert len(sealed) == 4
    for owner, content in sealed:
        for _, wrapped in keys:
            safe = parcours.vault.safe(owner, wrapped)
            if str(owner) == other:
                assert safe.open("identite", content)["nom"] == "TILLEUL"
            else:
                with pytest.raises(InvalidTag):
                    safe.open("identite", content)
    left = await parcours.rows(
        "select length(identite), length(sensible) from personne where id = cast(:id as uuid)", id=erased
    )
    assert left == [(0, 0)]
