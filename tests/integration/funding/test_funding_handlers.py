"""What the money keeps of the registry and of the declarations."""

from decimal import Decimal
from uuid import uuid4

from tests.factories.funding import (
    NUMERO,
    STRUCTURE,
    make_annexe,
    make_declaration,
    make_envelope,
    make_structure,
    receive,
)
from tests.factories.funding_service import Funding

HEURES = "select coalesce(sum(heures), 0) from heures_declarees"


async def test_the_same_declaration_twice_counts_once(funding: Funding) -> None:
    declaration = make_declaration()
    envelope = make_envelope(declaration, declaration.declaration_id)
    await receive(funding.engine, envelope)
    await receive(funding.engine, envelope)
    assert await funding.scalar(HEURES) == Decimal("151.5")
    assert await funding.scalar("select count(*) from heures_declarees") == 2


async def test_a_new_version_replaces_all_the_lines(funding: Funding) -> None:
    identity = uuid4()
    await receive(funding.engine, make_envelope(make_declaration(id=identity), identity))
    corrected = make_declaration(id=identity, heures=["120"])
    await receive(funding.engine, make_envelope(corrected, identity, version=2))
    assert await funding.scalar(HEURES) == 120
    await receive(
        funding.engine, make_envelope(make_declaration(id=identity, heures=[]), identity, version=3)
    )
    assert await funding.scalar(HEURES) == 0


async def test_two_versions_in_one_batch_leave_the_last(funding: Funding) -> None:
    identity, other = uuid4(), uuid4()
    await receive(
        funding.engine,
        make_envelope(make_declaration(id=identity), identity),
        make_envelope(make_declaration(id=other, heures=["7"]), other),
        make_envelope(make_declaration(id=identity, heures=["1", "2", "3"]), identity, version=2),
    )
    assert await funding.scalar(HEURES) == 13


async def test_an_old_version_that_comes_back_changes_nothing(funding: Funding) -> None:
    identity = uuid4()
    first = make_envelope(make_declaration(id=identity), identity)
    await receive(funding.engine, first)
    await receive(
        funding.engine, make_envelope(make_declaration(id=identity, heures=["9"]), identity, version=2)
    )
    await receive(funding.engine, first)
    assert await funding.scalar(HEURES) == 9


async def test_hours_that_come_before_their_annexe_are_kept_and_found_when_it_comes(funding: Funding) -> None:
    declaration = make_declaration(heures=["1820", "910"])
    await receive(funding.engine, make_envelope(declaration, declaration.declaration_id))
    etp = """
        select sum(h.heures / a.heures_par_etp) from heures_declarees h
        join annexe_financiere a on a.numero = h.annexe_numero
    """
    assert await funding.scalar(etp) is None
    await funding.write("annexes", make_annexe())
    assert await funding.scalar(etp) == Decimal("1.5")


async def test_a_line_keeps_its_contract_month_and_eligible_hours(funding: Funding) -> None:
    declaration = make_declaration(heures=["80"], structure_id=STRUCTURE.structure_id)
    await receive(funding.engine, make_envelope(declaration, declaration.declaration_id))
    (ligne,) = declaration.lignes
    row = await funding.scalar("select to_json(h) from heures_declarees h")
    assert row == {
        "declaration_id": str(declaration.declaration_id),
        "ligne": 1,
        "structure_id": str(STRUCTURE.structure_id),
        "contrat_id": str(ligne.contrat),
        "annexe_numero": NUMERO,
        "mois": "2017-01",
        "heures": 80,
        "heures_eligibles": 80,
    }


async def test_a_structure_is_known_once_and_by_its_last_state(funding: Funding) -> None:
    first = make_envelope(STRUCTURE, STRUCTURE.structure_id)
    await receive(funding.engine, first)
    moved = make_structure(id=STRUCTURE.structure_id, departement="62")
    await receive(funding.engine, make_envelope(moved, moved.structure_id, version=2))
    await receive(funding.engine, first)
    assert await funding.scalar("select departement from structure") == "62"
