"""The names that partners give to persons: each their own, taken back by the service alone."""

import os
import uuid

from services.parcours.pseudonyms import Pseudonyms
from shared.access.scopes import Scope
from tests.factories.tokens import make_caller

SECRET = os.urandom(32)
PERSONS = [uuid.uuid4() for _ in range(50)]


def names_of(
    client: str, secret: bytes = SECRET, scopes: tuple[Scope, ...] = (Scope.PARCOURS_LECTURE,)
) -> Pseudonyms:
    return Pseudonyms.of(secret, make_caller(client=client, scopes=scopes))


def test_a_name_leads_back_to_its_person_and_stays_the_same() -> None:
    told = [names_of("a").tell(person) for person in PERSONS]
    assert told == [names_of("a").tell(person) for person in PERSONS]
    assert [names_of("a").find(name) for name in told] == PERSONS
    assert all(uuid.UUID(str(name)) == name for name in told)


def test_two_partners_and_the_journal_share_no_name() -> None:
    names = names_of("a"), names_of("b"), names_of("a", os.urandom(32))
    told = [{each.tell(person) for person in PERSONS} for each in names]
    assert len(set(PERSONS).union(*told)) == 4 * len(PERSONS)
    assert names_of("b").find(names_of("a").tell(PERSONS[0])) not in PERSONS


def test_the_scopes_and_the_perimeter_of_a_partner_do_not_change_its_names() -> None:
    wide = Pseudonyms.of(SECRET, make_caller(client="a", scopes=list(Scope)[:4], departements=["59"]))
    assert wide.tell(PERSONS[0]) == names_of("a").tell(PERSONS[0])


def test_the_platform_names_persons_as_its_journal_does() -> None:
    for scope in (Scope.JOURNAL_LECTURE, Scope.EXPLOITATION):
        internal = names_of("service-fictif", scopes=(scope,))
        assert (internal.tell(PERSONS[0]), internal.find(PERSONS[0])) == (PERSONS[0], PERSONS[0])
    takeover = names_of("reprise-fictive", scopes=(Scope.REPRISE, Scope.PARCOURS_ECRITURE))
    assert takeover.tell(PERSONS[0]) != PERSONS[0]
