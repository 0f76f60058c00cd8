"""Delivery against a platform that misbehaves: who is told what, by which way, and never twice."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from adapters.platform import Receipt, Subscription
from bot.app.gateway import open_gateway
from bot.messages import Channel, Outbound
from bot.metrics import Metrics
from bot.outbox.loop import OutboxLimits, OutboxLoop
from bot.petitions.acts import Act
from bot.petitions.petition import Actor
from bot.petitions.vocabulary import Role

from .conftest import Citizen, House, Logs, events_of, until
from .databases import away, rows

BOSS = Actor(role=Role.SUPERVISOR, id="qian")
CLOSED_AFTER = {"hours": 49}
"""The window of 48 hours has closed, no clock of the petition has come."""


async def one(house: House) -> tuple[Citizen, str]:
    """Return a citizen with a petition, inside the window."""
    an = await house.citizen("安阿姨")
    return an, await an.files()


async def one_outside(house: House) -> tuple[Citizen, str]:
    """Return a citizen with an accepted petition, after the window has closed; one notice is on the phone."""
    an, number = await one(house)
    await house.act(Act.ACCEPT, number)
    await an.gets(1)
    house.advance(**CLOSED_AFTER)
    return an, number


async def attempts(house: House, number: str) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """Return the messages about a petition: (kind, state, its attempts as (rung, outcome, code))."""
    return [
        (message.kind, message.state.value, [(d.rung, d.outcome.value, d.code) for d in deliveries])
        for message, deliveries in await house.about(number)
    ]


async def comes_to(house: House, number: str, *states: str) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """Wait until the messages about a petition stand so; return them with their attempts."""
    seen: list[Any] = []

    async def there() -> bool:
        seen[:] = await attempts(house, number)
        return tuple(state for _, state, _ in seen) == states

    try:
        await until(there)
    except BaseException:
        print(seen)  # noqa: T201  what a failing test needs
        raise
    return seen


async def attempted(house: House, number: str, count: int) -> None:
    """Wait until the last message about a petition has had so many attempts and rests."""

    async def there() -> bool:
        _, state, tries = (await attempts(house, number))[-1]
        return len(tries) >= count and state != "sending"

    await until(there)


async def settled(house: House) -> None:
    """Wait until nothing is due or under way: the clock may be moved."""

    async def quiet() -> bool:
        return await house.unfinished() == 0

    await until(quiet)


# --- no answer, or none that can be read ---


@pytest.mark.parametrize("mode", ["500", "html"])
async def test_an_unclear_free_message_is_never_sent_again(small_house: House, mode: str) -> None:
    house = small_house
    an, number = await one(house)
    await house.fault(custom_send={"mode": mode})
    await house.act(Act.ACCEPT, number)
    code = "http 500" if mode == "500" else ""
    assert await comes_to(house, number, "unknown") == [("accepted", "unknown", [("message", "unknown", code)])]
    house.advance(hours=2)
    await an.says("查询")
    await house.act(Act.FORWARD, number, unit="zhujian")
    assert [text[:9] for _, text in await an.gets(1)] == ["您的投诉已转给云溪"]
    assert await comes_to(house, number, "unknown", "sent")


@pytest.mark.parametrize("mode", ["500", "html"])
async def test_an_unclear_template_is_repeated_under_the_same_id(small_house: House, mode: str) -> None:
    house = small_house
    an, number = await one_outside(house)
    await house.fault(template_send={"mode": mode})
    await house.act(Act.FORWARD, number, unit="zhujian")
    await attempted(house, number, 1)
    assert await house.calls("message/template/send") == 1
    house.advance(seconds=21)
    await an.gets(2)
    sent = await comes_to(house, number, "sent", "sent")
    assert [(rung, outcome) for rung, outcome, _ in sent[1][2]] in (
        [("template", "unknown"), ("template", "accepted")],
        [("template", "unknown"), ("template", "delivered")],
    )


@pytest.mark.slow
async def test_time_outs_after_acceptance(small_house: House) -> None:
    """Both forms were taken, and no answer came: one is left alone, the other repeated and still seen once."""
    house = small_house
    an, outside = await one_outside(house)
    bo = await house.citizen("薄先生")
    inside = await bo.files("长江路的井盖丢了三天没有人管")
    await house.fault(
        custom_send={"mode": "timeout_after", "seconds": 60}, template_send={"mode": "timeout_after", "seconds": 60}
    )
    await house.act(Act.FORWARD, outside, unit="zhujian")
    await house.act(Act.ACCEPT, inside)
    assert await comes_to(house, inside, "unknown") == [("accepted", "unknown", [("message", "unknown", "")])]
    await attempted(house, outside, 1)
    house.advance(seconds=21)
    sent = await comes_to(house, outside, "sent", "sent")
    assert len(sent[1][2]) == 2
    house.advance(hours=1)
    await house.act(Act.FORWARD, inside, unit="zhujian")
    assert len(await bo.gets(2)) == 2
    assert [way for way, _ in await an.notices()] == ["custom", "template"]
    assert await house.calls("message/template/send") == 2


# --- busy, limits, credentials ---


@pytest.mark.parametrize(
    ("errcode", "outcome", "wait"), [(-1, "retry", 6), (45009, "quota", 3601), (43117, "quota", 601)]
)
async def test_busy(house: House, errcode: int, outcome: str, wait: int) -> None:
    an, number = await one(house)
    async with house.running.storage.read() as work:
        before = await work.turns.citizen(an.key)
    await house.fault(custom_send={"mode": "errcode", "errcode": errcode})
    await house.act(Act.ACCEPT, number)
    await attempted(house, number, 1)
    async with house.running.storage.read() as work:
        assert (await work.turns.citizen(an.key)) == before  # nothing was accepted, nothing is used up
    house.advance(seconds=wait)
    await an.gets(1)
    assert await comes_to(house, number, "sent") == [
        ("accepted", "sent", [("message", outcome, str(errcode)), ("message", "accepted", "")])
    ]


async def test_too_many_calls_slow_the_whole_account(small_house: House, logged: Logs) -> None:
    house = small_house
    an, number = await one(house)
    bo, other = await one(house)
    await house.fault(custom_send={"mode": "errcode", "errcode": 45011})
    await house.act(Act.ACCEPT, number)
    await attempted(house, number, 1)
    await house.act(Act.ACCEPT, other)
    await settled(house)
    house.advance(seconds=58)
    await settled(house)
    assert await attempts(house, other) == [("accepted", "pending", [])]
    assert await house.calls("message/custom/send") == 1
    house.advance(seconds=3)
    assert (len(await an.gets(1)), len(await bo.gets(1))) == (1, 1)
    (slowed,) = events_of(logged, "outbox.account_slowed")
    assert (slowed["account"], slowed["rung"], slowed["code"]) == ("demo", "message", "45011")


async def test_a_replaced_token_is_fetched_once_for_all(house: House) -> None:
    citizens = [await house.citizen(f"市民{n}") for n in range(8)]
    numbers = [await citizen.files(f"第{n}号楼的电梯坏了没有人来修") for n, citizen in enumerate(citizens)]
    await house.act(Act.ACCEPT, numbers[0])
    await citizens[0].gets(1)
    (account,) = house.office.settings.wechat
    body = {
        "grant_type": "client_credential",
        "appid": account.app_id,
        "secret": account.app_secret.get_secret_value(),
        "force_refresh": True,
    }
    async with house.client.post(f"{account.api_base}/cgi-bin/stable_token", json=body) as answer:
        assert "access_token" in await answer.json()
    before = await house.calls("stable_token")
    await asyncio.gather(*(house.act(Act.ACCEPT, number) for number in numbers[1:]))
    for citizen in citizens:
        await citizen.gets(1)
    assert await house.calls("stable_token") == before + 1
    assert [len(await citizen.notices()) for citizen in citizens] == [1] * 8


@pytest.mark.parametrize(
    ("errcode", "remedy"), [(40164, "IP whitelist"), (40243, "unfreeze it"), (48001, "verified service account")]
)
async def test_what_the_account_may_not_do_stops_it_with_one_alarm(
    small_house: House, logged: Logs, errcode: int, remedy: str
) -> None:
    house = small_house
    an, number = await one(house)
    bo, other = await one(house)
    await end_loop(house, "outbox")
    refusal = {"mode": "errcode", "errcode": errcode, "times": 3}
    await house.fault(custom_send=refusal, token={"mode": "slow", "seconds": 1.5})
    await house.act(Act.ACCEPT, number)
    await house.act(Act.ACCEPT, other)  # both leave in the same round, when the token that both wait for has come
    begin_loop(house, "outbox")
    for refused in (number, other):
        await attempted(house, refused, 1)
    await house.act(Act.SUPERVISE, number, actor=BOSS, text="工期长，群众反映多。")
    house.advance(minutes=4.8)
    assert await house.calls("message/custom/send") == 2
    (alarm,) = events_of(logged, "outbox.account_paused")
    assert (alarm["log_level"], alarm["account"], alarm["code"]) == ("error", "demo", str(errcode))
    assert remedy in alarm["remedy"]
    house.advance(minutes=0.3)

    tried = [("message", "credentials", str(errcode))] * 2

    async def tried_again() -> bool:
        return tried in [found for _, _, found in await attempts(house, number) + await attempts(house, other)]

    await until(tried_again)  # not mended yet: no second alarm, and the others wait for what comes of this one
    assert await house.calls("message/custom/send") == 3
    await settled(house)
    house.advance(minutes=5.1)
    await settled(house)
    house.advance(seconds=31)
    ((_, both),) = await an.gets(1)
    assert (both.count("编号："), len(await bo.gets(1))) == (2, 1)
    assert len(events_of(logged, "outbox.account_paused")) == 1
    assert len(events_of(logged, "outbox.account_resumed")) == 1


# --- the ladder ---


@pytest.mark.parametrize("errcode", [45015, 45047])
async def test_a_window_the_platform_says_is_shut(house: House, errcode: int) -> None:
    an, number = await one(house)
    await house.fault(custom_send={"mode": "errcode", "errcode": errcode})
    await house.act(Act.ACCEPT, number)
    assert [way for way, _ in await an.gets(1)] == ["template"]
    ((_, state, tries),) = await comes_to(house, number, "sent")
    assert (state, tries[0], tries[1][0]) == ("sent", ("message", "window_closed", str(errcode)), "template")
    await house.act(Act.FORWARD, number, unit="zhujian")  # the window is known to be shut now
    await an.gets(2)
    assert await house.calls("message/custom/send") == 1


async def test_the_sixth_free_message_is_a_template(small_house: House) -> None:
    house = small_house
    an, number = await one(house)
    for count in range(1, 7):
        act = Act.ACCEPT if count == 1 else Act.FORWARD
        await house.act(act, number, unit="" if count == 1 else ("zhujian", "chengguan")[count % 2])
        await an.gets(count)
    assert [way for way, _ in await an.notices()] == ["custom"] * 5 + ["template"]
    assert await house.calls("message/custom/send") == 5


async def test_not_following_waits_for_the_next_contact(house: House) -> None:
    an, number = await one_outside(house)
    await house.fault(template_send={"mode": "errcode", "errcode": 43004})
    await house.act(Act.FORWARD, number, unit="zhujian")
    assert (await comes_to(house, number, "sent", "waiting"))[1][2] == [("template", "unreachable", "43004")]
    await house.act(Act.ANSWER, number, text="已责令停工。")
    await comes_to(house, number, "sent", "merged", "waiting")
    await an.says("帮助")
    assert [(way, text[:8]) for way, text in (await an.gets(2))[1:]] == [("custom", "您的投诉有答复了")]
    assert (await attempts(house, number))[1:] == [
        ("forwarded", "merged", [("template", "unreachable", "43004")]),
        ("answered", "sent", [("message", "accepted", "")]),
    ]


async def test_who_writes_follows_again(small_house: House) -> None:
    """One refused template must not cut off for ever a citizen who writes to us afterwards."""
    house = small_house
    an, number = await one_outside(house)
    await house.fault(template_send={"mode": "errcode", "errcode": 43004})
    await house.act(Act.FORWARD, number, unit="zhujian")
    await comes_to(house, number, "sent", "waiting")
    await an.says("帮助")
    await an.gets(2)
    house.advance(**CLOSED_AFTER)
    await house.act(Act.ANSWER, number, text="已责令停工。")
    assert [way for way, _ in await an.gets(3)] == ["custom", "custom", "template"]


async def test_who_left_and_came_back_is_told_in_order(house: House) -> None:
    an, number = await one(house)
    await an.does(event="unsubscribe")
    await house.act(Act.ACCEPT, number)
    await house.act(Act.FORWARD, number, unit="zhujian")
    await house.act(Act.ANSWER, number, text="已责令停工。")
    await house.act(Act.CLOSE, number)
    await comes_to(house, number, "merged", "merged", "waiting", "waiting")
    assert await house.calls("message/custom/send") == 0
    await an.does(event="subscribe")
    ((way, text),) = await an.gets(1)
    assert (way, text[:8], text.partition("\n\n")[2][:5]) == ("custom", "您的投诉有答复了", "请给结果打")
    sent = await comes_to(house, number, "merged", "merged", "sent", "sent")
    assert [tries for _, _, tries in sent] == [[], [], [("message", "accepted", "")], [("message", "accepted", "")]]


async def test_a_field_the_platform_refuses(small_house: House, logged: Logs) -> None:
    house = small_house
    an, number = await one_outside(house)
    await house.fault(template_send={"mode": "errcode", "errcode": 47003})
    await house.act(Act.FORWARD, number, unit="zhujian")
    waits = await comes_to(house, number, "sent", "waiting")
    assert waits[1][2] == [("template", "field_rejected", "47003")]
    assert await house.outbox() == [("forwarded", "waiting", "/cgi-bin/message/template/send: errcode 47003")]
    (told,) = events_of(logged, "outbox.template_refused")
    assert (told["account"], told["notice"], told["code"]) == ("demo", "forwarded", "47003")
    (message, _) = (await house.about(number))[1]
    async with house.running.storage.begin() as work:
        assert await work.outbox.replay(message.id, now=house.clock.now())
        await work.commit()
    assert [way for way, _ in await an.gets(2)] == ["custom", "template"]


async def test_a_template_that_was_not_delivered_after_all(house: House) -> None:
    an, number = await one_outside(house)
    await house.fault(template_report={"mode": "status", "status": "failed:user block"})
    await house.act(Act.FORWARD, number, unit="zhujian")
    reported = await comes_to(house, number, "sent", "waiting")
    assert reported[1][2] == [("template", "unreachable", "")]
    await an.says("帮助")
    assert [way for way, _ in await an.gets(3)] == ["custom", "template", "custom"]


async def test_a_late_reply_has_no_template(new_house: House) -> None:
    """Only notices can go by template; a reply that found the window closed waits for the next contact."""
    house = new_house
    await house.start()
    an = await house.citizen("安阿姨")
    await an.says("帮助")
    async with away(house):
        await an.says("投诉")
        house.advance(**CLOSED_AFTER)

    async def waits() -> bool:
        return await house.outbox() != []

    await until(waits)
    assert await house.outbox() == [
        ("reply", "waiting", "message: window_shut; template: no_template; subscription: no_template")
    ]
    await an.says("帮助")
    assert [(way, "投诉的事" in text) for way, text in await an.gets(1)] == [("custom", True)]


# --- order, crashes, several workers ---


async def test_a_stuck_message_holds_up_only_its_citizen(house: House) -> None:
    an, number = await one(house)
    bo = await house.citizen("薄先生")
    other = await bo.files("长江路的井盖丢了三天没有人管")
    await house.fault(custom_send={"mode": "errcode", "errcode": 43117})
    await house.act(Act.ACCEPT, number)
    await attempted(house, number, 1)
    await house.act(Act.SUPERVISE, number, actor=BOSS, text="工期长，群众反映多。")
    await house.act(Act.ACCEPT, other)
    await bo.gets(1)
    assert await attempts(house, number) == [
        ("accepted", "pending", [("message", "quota", "43117")]),
        ("supervised", "pending", []),
    ]
    house.advance(seconds=601)
    ((_, both),) = await an.gets(1)
    assert [part[:7] for part in both.split("\n\n")] == ["您的投诉已受理", "您的投诉已经督"]
    (_, _, first), (_, _, second) = await attempts(house, number)
    assert (first, second) == (
        [("message", "quota", "43117"), ("message", "accepted", "")],
        [("message", "accepted", "")],
    )


@pytest.mark.parametrize("began", ["claimed", "message", "template"])
async def test_a_worker_that_died(any_house: House, began: str) -> None:
    """The lease of another process runs out: what never began is sent, a free message is not, a template is."""
    house = any_house
    await house.start()
    an, number = await one(house) if began == "message" else await one_outside(house)
    told = len(await an.notices())
    await house.stop()
    await house.start(OUTBOX__POLL="0.05")
    await end_loop(house, "outbox")
    await house.act(Act.FORWARD, number, unit="zhujian")
    now = house.clock.now()
    async with house.running.storage.begin() as work:
        (message,) = await work.outbox.claim(
            owner="dead", now=now, lease=now + timedelta(seconds=60), shares={(Channel.WECHAT, "demo"): 9}
        )
        if began != "claimed":
            await work.outbox.start(message, rung=began, now=now)
        await work.commit()
    await house.stop()
    await house.start()
    house.advance(seconds=61)
    if began == "message":
        *_, (kind, state, tries) = await comes_to(house, number, "unknown")
        assert (kind, state, tries) == ("forwarded", "unknown", [("message", "unknown", "")])
        assert len(await an.notices()) == told
    else:
        await an.gets(told + 1)
        *_, (_, state, _) = await comes_to(house, number, "sent", "sent")
        assert state == "sent"


async def end_loop(house: House, name: str) -> None:
    """End one loop of the house, as if another process ran it."""
    (task,) = [task for task in house._loops if task.get_name() == name]
    house._loops.remove(task)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def begin_loop(house: House, name: str) -> None:
    """Begin a loop that was ended."""
    house._loops.append(asyncio.create_task(house.running.loops[name](), name=name))


async def test_two_workers_share_the_work(postgres_house: House) -> None:
    house = postgres_house
    await house.start()
    citizens = [await house.citizen(f"市民{n}") for n in range(30)]
    numbers = [await citizen.files(f"第{n}号楼的电梯坏了没有人来修") for n, citizen in enumerate(citizens)]
    async with open_gateway(house.office, clock=house.clock) as other:
        second = asyncio.create_task(other.loops["outbox"]())
        try:
            for count, (act, unit) in enumerate(((Act.ACCEPT, ""), (Act.FORWARD, "zhujian"), (Act.ANSWER, "")), 1):
                await asyncio.gather(*(house.act(act, number, unit=unit, text="已修好。") for number in numbers))
                notices = [await citizen.gets(count) for citizen in citizens]
        finally:
            second.cancel()
            await asyncio.gather(second, return_exceptions=True)
    assert [[text[:8] for _, text in one] for one in notices] == [
        ["您的投诉已受理，", "您的投诉已转给云", "您的投诉有答复了"]
    ] * 30
    assert await rows(house, "SELECT count(*) FROM deliveries") == [90]


class Broken:
    """A platform with a fault of the program in it."""

    channel = Channel.WECHAT
    account = "demo"

    def pages(self, outbound: Outbound) -> tuple[str, str]:
        return outbound.text, ""

    def has_template(self, notice: str) -> bool:
        return notice != ""

    def subscriptions(self, notice: str = "") -> tuple[Subscription, ...]:
        return () if notice else (Subscription(template="none", lasting=False),)

    async def send_message(self, user: str, outbound: Outbound) -> Receipt:
        raise KeyError(user, outbound)

    async def send_template(self, user: str, notice: str, values: Mapping[str, str], *, unique: str) -> Receipt:
        raise KeyError(user, notice, values, unique)


@pytest.mark.parametrize("outside", [False, True])
async def test_a_fault_of_ours_is_shown_to_the_staff(small_house: House, *, outside: bool) -> None:
    house = small_house
    _, number = await (one_outside if outside else one)(house)
    await end_loop(house, "outbox")
    await house.act(Act.FORWARD, number, unit="zhujian")
    loop = OutboxLoop(
        storage=house.running.storage,
        platforms={(Channel.WECHAT, "demo"): Broken()},  # type: ignore[dict-item]  # as much of one as is asked for
        phrasing=house.office.phrasing,
        clock=house.clock,
        metrics=Metrics(),
        owner="test",
        limits=OutboxLimits(poll=0.05),
    )
    running = asyncio.create_task(loop.run())
    try:
        before = ["sent"] if outside else []
        *_, (kind, state, tries) = await comes_to(house, number, *before, "unknown")
        house.advance(seconds=100)
        await house.act(Act.ANSWER, number, text="已责令停工。")
        await comes_to(house, number, *before, "unknown", "unknown")
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert (kind, state, len(tries)) == ("forwarded", "unknown", 1)
    assert (await house.outbox())[0][2] == "the gateway failed on it: KeyError"


async def test_a_long_answer_is_read_to_its_end(house: House) -> None:
    an, number = await one(house)
    await house.act(Act.ACCEPT, number)
    await an.gets(1)
    words = "".join(f"第{n}条，已经整改完毕，欢迎监督。" for n in range(1, 90))
    await house.act(Act.ANSWER, number, text=words)
    text = (await an.gets(2))[1][1]
    while text.endswith("更多"):
        text = text.removesuffix("更多").rstrip("\n") + await an.says("更多")
    assert text.endswith(words)
