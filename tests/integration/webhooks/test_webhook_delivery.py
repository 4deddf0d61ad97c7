"""What a subscriber receives: in order, signed, at least once, until it is taken or given up."""

import asyncio
from datetime import timedelta

import pytest

from services.gateway.webhooks.abonnements import (
    ChargeEffacee,
    change_secret,
    erase_charges,
    reactivate,
    redeliver,
    replay,
)
from services.gateway.webhooks.held import DELAYS, HOLD, JITTER, LASTING
from shared.errors import Introuvable
from tests.factories.access import NOW
from tests.factories.receiver import Receiver, receiving
from tests.factories.webhooks import Post, make_event

CLIENT = "editeur-fictif"


async def test_facts_come_in_order_once_and_signed(post: Post, receiver: Receiver) -> None:
    opened = await post.subscribe(receiver)
    await post.round()
    await post.round()
    assert receiver.positions == [3, 5, 8]
    assert all(request.signed_by(opened.secret, post.now()) for request in receiver.received)
    assert [row[:4] for row in await post.states()] == [
        (3, "LIVREE", 1, 204), (5, "LIVREE", 1, 204), (8, "LIVREE", 1, 204),
    ]  # fmt: skip
    assert await post.position(opened.row["id"]) == 8
    post.flow.events.append(make_event(9))
    await post.round()
    assert receiver.positions == [3, 5, 8, 9]


async def test_a_message_is_thin(post: Post, receiver: Receiver) -> None:
    await post.subscribe(receiver, after=5)
    await post.round()
    event = post.flow.events[-1]
    (request,) = receiver.received
    data = request.message["data"]
    assert request.message == {
        "type": "fr.iae.parcours.candidature.envoyee",
        "timestamp": "2017-10-24T09:30:00Z",
        "data": {
            "source": "parcours", "position": 8, "version": 1, "evenement": str(event.id), "sujet": str(event.key),
            "personne_id": data["personne_id"], "structure_id": data["structure_id"],
        },
    }  # fmt: skip
    assert request.headers["content-type"] == "application/json"


async def test_a_signature_is_refused_with_another_secret_a_skewed_clock_or_another_body(
    post: Post, receiver: Receiver
) -> None:
    opened, other = await post.subscribe(receiver), await post.subscribe(receiver, after=8)
    await post.round()
    first = receiver.received[0]
    assert first.signed_by(opened.secret, NOW + timedelta(minutes=4))
    assert not first.signed_by(other.secret, NOW)
    assert not first.signed_by(opened.secret, NOW + timedelta(minutes=6))
    assert not first.signed_by(opened.secret, NOW - timedelta(minutes=6))
    altered = type(first)(first.target, first.headers, first.body.replace(b":3", b":4"))
    assert not altered.signed_by(opened.secret, NOW)


async def test_two_secrets_sign_during_a_rotation_then_the_new_one_only(
    post: Post, receiver: Receiver
) -> None:
    opened = await post.subscribe(receiver)
    identity = opened.row["id"]

    async def change(cle: str) -> str:
        async with post.engine.begin() as conn:
            return (await change_secret(conn, post.seal, CLIENT, identity, cle, post.now())).secret

    new = await change("une")
    assert await change("une") == new != opened.secret
    await post.round()
    assert all(receiver.received[0].signed_by(secret, NOW) for secret in (opened.secret, new))
    post.later(hours=24)
    post.flow.events.append(make_event(9))
    await post.round()
    last = receiver.received[-1]
    assert [last.signed_by(secret, post.now()) for secret in (opened.secret, new)] == [False, True]


async def test_secrets_are_sealed_at_rest_each_to_its_own_subscription(
    post: Post, receiver: Receiver
) -> None:
    first, second = await post.subscribe(receiver), await post.subscribe(receiver)
    kept = str(await post.rows("select abonnement::text, encode(secret, 'escape') from abonnement"))
    assert first.secret not in kept
    assert first.secret.removeprefix("whsec_")[:20] not in kept
    await post.execute(
        "update abonnement set secret = (select secret from abonnement where id = :other) where id = :id",
        other=second.row["id"],
        id=first.row["id"],
    )
    await post.round()
    assert {request.signed_by(second.secret, NOW) for request in receiver.received} == {True}
    assert len(receiver.received) == 3


async def test_a_failure_holds_back_what_follows_and_is_tried_again_later_and_later(
    post: Post, receiver: Receiver
) -> None:
    receiver.answers = [500, 503, 302]
    await post.subscribe(receiver)
    await post.round()
    for tried, delay in enumerate(DELAYS[:3], 1):
        assert receiver.positions == [3] * tried
        post.later(seconds=delay.total_seconds() * (1 - JITTER) - 1)
        await post.round()
        assert receiver.positions == [3] * tried
        post.later(seconds=delay.total_seconds() * 2 * JITTER + 1)
        await post.round()
    assert receiver.positions == [3, 3, 3, 3, 5, 8]
    assert len({request.id for request in receiver.received[:4]}) == 1
    assert len({request.headers["webhook-timestamp"] for request in receiver.received[:4]}) == 4
    assert (await post.states())[0] == (3, "LIVREE", 4, 204, None)


async def test_after_three_days_a_message_is_dead_seen_and_may_be_sent_again(
    post: Post, receiver: Receiver
) -> None:
    opened = await post.subscribe(receiver)
    receiver.answers = [500] * 200
    await post.round()
    while (await post.states())[0][1] == "EN_ATTENTE":
        post.later(hours=4)
        await post.round()
    assert post.now() - NOW == LASTING
    assert receiver.positions == [3] * 19
    receiver.answers = []
    post.later(hours=2)
    await post.round()
    assert receiver.positions[-2:] == [5, 8]
    dead, *others = await post.states()
    assert (dead[:2], dead[3:], {row[1] for row in others}) == ((3, "MORTE"), (500, "REFUS"), {"LIVREE"})
    message_id, receiver.received = receiver.received[0].id, []

    async def ask() -> None:
        ((identity,),) = await post.rows("select id from livraison where position = 3")
        async with post.engine.begin() as conn:
            await redeliver(conn, CLIENT, opened.row["id"], identity, post.now())
        await post.round()

    receiver.answers = [500]
    await ask()
    assert (await post.states())[0][:2] == (3, "MORTE")
    await ask()
    assert (await post.states())[0][:2] == (3, "LIVREE")
    assert [request.id for request in receiver.received] == [message_id] * 2
    assert await post.position(opened.row["id"]) == 8


async def test_a_subscriber_who_answers_410_receives_nothing_more_until_it_says_so(
    post: Post, receiver: Receiver
) -> None:
    opened = await post.subscribe(receiver)
    receiver.answers = [204, 410]
    await post.round()
    post.later(days=4)
    await post.round()
    assert receiver.positions == [3, 5]
    assert await post.rows("select etat, desactive_le from abonnement") == [("DESACTIVE", NOW)]
    async with post.engine.begin() as conn:
        await reactivate(conn, CLIENT, opened.row["id"], post.now())
    await post.round()
    assert receiver.positions == [3, 5, 5, 8]


async def test_two_couriers_never_send_the_same_thing_at_once(post: Post, receiver: Receiver) -> None:
    async with receiving() as second, post.courier() as one, post.courier() as other:
        for subscriber in (receiver, second):
            subscriber.open.clear()
            await post.subscribe(subscriber)
        for _ in range(3):
            await asyncio.gather(one.take_all(), other.take_all())
        await asyncio.gather(receiver.arrived.wait(), second.arrived.wait())
        assert len(one._serving) + len(other._serving) == 2
        for subscriber in (receiver, second):
            subscriber.open.set()
        await asyncio.gather(*one._serving, *other._serving)
        assert [receiver.positions, second.positions] == [[3, 5, 8], [3, 5, 8]]


async def test_what_was_sent_by_who_died_before_writing_it_is_sent_again(
    post: Post, receiver: Receiver
) -> None:
    opened = await post.subscribe(receiver)
    receiver.open.clear()
    async with post.courier() as courier:
        await courier.take_all()
        await receiver.arrived.wait()
    receiver.open.set()
    await post.round()
    assert receiver.positions == [3]
    post.later(seconds=HOLD.total_seconds())
    await post.round()
    assert receiver.positions == [3, 3, 5, 8]
    assert receiver.received[0].id == receiver.received[1].id
    assert (await post.states())[0] == (3, "LIVREE", 1, 204, None)
    assert await post.position(opened.row["id"]) == 8


async def test_nothing_is_begun_near_the_end_of_a_hold(post: Post, receiver: Receiver) -> None:
    """Each message takes most of a hold, which is given back in time, then taken again for the rest."""
    opened = await post.subscribe(receiver)
    receiver.on_request = lambda: post.later(seconds=HOLD.total_seconds() - 19)
    async with post.courier() as courier:
        await courier.take_all()
        await asyncio.gather(*courier._serving)
    assert (receiver.positions, await post.position(opened.row["id"])) == ([3], 3)
    await post.round()
    assert receiver.positions == [3, 5, 8]


async def test_a_slow_or_dead_subscriber_delays_nobody(post: Post, receiver: Receiver) -> None:
    async with receiving() as slow, receiving() as dead, post.courier() as courier:
        slow.open.clear()
        dead.answers = [500] * 9
        for subscriber in (slow, dead, receiver):
            await post.subscribe(subscriber)
        await courier.take_all()
        while len(courier._serving) > 1:
            await asyncio.wait(courier._serving, return_when=asyncio.FIRST_COMPLETED)
        assert [slow.positions, dead.positions, receiver.positions] == [[3], [3], [3, 5, 8]]


async def test_a_replay_sends_again_and_undoes_what_is_being_sent(post: Post, receiver: Receiver) -> None:
    opened = await post.subscribe(receiver, after=5)
    identity = opened.row["id"]

    async def begin_again(after: int) -> None:
        async with post.engine.begin() as conn:
            await replay(conn, CLIENT, identity, after, post.now())

    receiver.open.clear()
    async with post.courier() as courier:
        await courier.take_all()
        await receiver.arrived.wait()
        await begin_again(3)
        receiver.open.set()
        await asyncio.gather(*courier._serving)
    assert (receiver.positions, await post.states()) == ([8], [])
    assert await post.position(identity) == 3
    await post.round()
    assert receiver.positions == [8, 5, 8]
    receiver.answers = [500]
    await begin_again(0)
    await post.round()
    await begin_again(3)
    assert (await post.states())[0] == (3, "MORTE", 1, 500, "ABANDONNEE")
    receiver.received = []
    await post.round()
    assert receiver.positions == [5, 8]


async def test_only_the_types_asked_for_are_sent_and_the_others_are_passed_over(
    post: Post, receiver: Receiver
) -> None:
    post.flow.events[1] = make_event(5, "candidature.decidee")
    opened = await post.subscribe(receiver, types=["candidature.decidee"])
    await post.round()
    assert receiver.positions == [5]
    assert await post.position(opened.row["id"]) == 8


@pytest.mark.parametrize(
    "lost", ["actif = false", "scopes = '{webhooks.gestion}'", "scopes = '{flux.lecture}'"]
)
async def test_who_lost_its_rights_receives_nothing(post: Post, receiver: Receiver, lost: str) -> None:
    await post.subscribe(receiver)
    await post.execute(f"update client set {lost}")
    await post.round()
    assert (receiver.received, post.flow.asked) == ([], [])


async def test_the_flow_is_read_as_the_subscriber_with_no_other_right(post: Post, receiver: Receiver) -> None:
    await post.subscribe(receiver)
    await post.round()
    (caller,) = {(c.client_id, c.scopes, c.perimetre) for c in post.flow.asked}
    assert (caller[0], set(caller[1])) == (CLIENT, {"flux.lecture"})
    assert caller[2].organisations == {"FT-59-01"}


async def test_a_silent_source_delays_what_is_new_not_what_was_begun(post: Post, receiver: Receiver) -> None:
    receiver.answers = [500]
    await post.subscribe(receiver)
    await post.round()
    post.flow.silent = True
    post.later(minutes=1)
    await post.round()
    assert receiver.positions == [3, 3]
    post.flow.silent = False
    post.later(minutes=1)
    await post.round()
    assert receiver.positions == [3, 3, 5, 8]


async def test_what_was_sent_is_erased_after_seven_days_and_its_trace_stays(
    post: Post, receiver: Receiver
) -> None:
    opened = await post.subscribe(receiver)
    receiver.answers = [204, 410]
    await post.round()

    async def erase(*, dry_run: bool = False) -> int:
        async with post.engine.begin() as conn:
            return await erase_charges(conn, post.now(), dry_run=dry_run)

    post.later(days=7)
    assert await erase() == 0
    post.later(seconds=1)
    assert [await erase(dry_run=True), await erase(), await erase()] == [1, 1, 0]
    assert await post.rows("select position, etat, charge is null from livraison order by position") == [
        (3, "LIVREE", True), (5, "EN_ATTENTE", False),
    ]  # fmt: skip
    ((identity,),) = await post.rows("select id from livraison where position = 3")
    async with post.engine.begin() as conn:
        with pytest.raises(ChargeEffacee):
            await redeliver(conn, CLIENT, opened.row["id"], identity, post.now())


async def test_nobody_touches_the_subscription_of_another(post: Post, receiver: Receiver) -> None:
    opened = await post.subscribe(receiver)
    async with post.engine.begin() as conn:
        with pytest.raises(Introuvable):
            await replay(conn, "autre-fictif", opened.row["id"], 0, post.now())
