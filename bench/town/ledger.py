"""The ledger of a month: what the events demanded, what came to the phones, and what the record says of it.

It is kept beside the gateway, not by it. What is owed follows from the history alone, by a table of its own; what came
is read off the sandbox's phones, by the words of the messages; and the record is held against both. The rules, which
`docs/decisions` gives the reasons for:

- every notice that the events demand is on record once, and nothing else is;
- what the record says was **sent** came once; what it says **waits** did not come, and has its reason; what is
  **unknown** came once or not at all; what is **merged** did not come (or once, where an attempt was unknown before a
  later notice overtook it); nothing else is left at the end;
- so nothing came twice, and nothing came that was not owed.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.sandbox.keys import WECHAT, WEIBO
from bench.town.house import House
from bench.town.living import ACCOUNT, Month, Resident

OWED: Mapping[str, str] = {
    "accepted": "accepted", "refused": "refused", "forwarded": "forwarded", "answered": "answered", "closed": "closed",
    "signed": "signed", "returned": "returned", "cohandled": "cohandled", "asked": "asked", "resumed": "resumed",
    "extended": "extended", "redone": "redone", "review_asked": "review_taken", "reviewed": "reviewed",
    "rescheduled": "rescheduled",
}  # fmt: skip
"""Event → the notice it owes the citizen; clocks and supervision depend on what the event says."""
CLOCKS = {
    ("warned", "answer"): "answer_due_soon",
    ("passed", "response"): "response_overdue",
    ("passed", "answer"): "answer_overdue",
    ("passed", "review"): "review_overdue",
    ("passed", "recheck"): "review_overdue",
}
WORDS: Mapping[str, str] = {
    "accepted": "已受理，请放心等候", "refused": "没有受理，请看原因", "forwarded": "已转给",
    "answered": "有答复了，请看", "closed": "请给结果打分", "signed": "已签收，正在办理",
    "returned": "我们正在另找单位", "cohandled": "牵头，", "asked": "还缺一点情况",
    "resumed": "还没有收到您的补充", "extended": "需要多一点时间办理", "supervised": "已经督办，办理单位",
    "redone": "我们已要求重新办理", "review_taken": "申请收到了", "answer_due_soon": "快到答复期限了",
    "answer_overdue": "没有按时答复，已经上报", "response_overdue": "没有按时响应",
}  # fmt: skip
"""Notice → words that only it has."""
STATUS: Mapping[str, str] = {
    "已受理": "accepted", "不予受理": "refused", "办理中": "forwarded", "已答复": "answered", "已办结": "closed",
    "已签收": "signed", "重新转办": "returned", "多方协办": "cohandled", "待补充": "asked", "恢复办理": "resumed",
    "已延期": "extended", "已督办": "supervised", "重新办理": "redone", "临近期限": "answer_due_soon",
    "答复超时": "answer_overdue", "响应超时": "response_overdue",
}  # fmt: skip
"""The status on a template's card → the notice."""
NUMBER = re.compile(r"WQ\d{8}-\d{7}")
TIPS: Mapping[str, str] = {
    "已受理，": "accepted", "未受理，": "refused", "已转办，": "forwarded", "已答复，": "answered",
    "已办结，": "closed", "已签收，": "signed", "正在另找": "returned", "几个单位": "cohandled",
    "请补充，": "asked", "继续办理": "resumed", "已延期，": "extended", "已督办，": "supervised",
    "已重新办": "redone", "临近答复": "answer_due_soon", "答复超时": "answer_overdue",
    "响应超时": "response_overdue",
}  # fmt: skip
"""How the tip on a subscription message's card begins → the notice."""
NAMED = "您点名我们反映的事已收到"
"""What only the answer to a mention says."""
_OVERTAKER = re.compile(r" \(#\d+\)")
PUSHED = frozenset({"custom", "template", "subscription", "reply"})

Told = tuple[str, str]
"""(number, notice)."""


@dataclass(slots=True)
class Ledger:
    """The account of a month; `wrong` is empty when all is well."""

    owed: Counter[Told] = field(default_factory=Counter)
    came: Counter[Told] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    tokens: int = 0
    """How often WeChat was asked for an access token."""
    forbidden: list[dict[str, Any]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


async def audit(house: House, month: Month) -> Ledger:
    """Hold history, phones and record against each other."""
    ledger = Ledger()
    ledger.owed = await _owed(house)
    for resident in month.residents:
        _read_phone(house, resident, ledger)
    await _check_record(house, ledger)
    for resident in month.residents:
        if resident.mentioned:
            await _check_mention(house, resident, ledger)
    for world in (house.sandbox[WECHAT], house.sandbox[WEIBO]):
        ledger.forbidden += world.account(ACCOUNT).verdicts.as_json()["forbidden"]
    ledger.tokens = house.sandbox[WECHAT].account(ACCOUNT).verdicts.as_json()["taken"].get("token", 0)
    return ledger


async def _owed(house: House) -> Counter[Told]:
    owed: Counter[Told] = Counter()
    for row in await house.rows("SELECT number, type, data FROM events"):
        data = json.loads(row.data)
        notice = OWED.get(row.type, "")
        if row.type in {"warned", "passed"}:
            notice = CLOCKS.get((row.type, str(data["milestone"]).partition(":")[0]), "")
        elif row.type == "supervised" and data["ground"] != "overdue":
            notice = "supervised"
        if notice:
            owed[row.number, notice] += 1
    return owed


def _read_phone(house: House, resident: Resident, ledger: Ledger) -> None:
    """Read what came by itself; the same words twice are one message too many."""
    if resident.life.on_weibo:
        messages = house.sandbox[WEIBO].account(ACCOUNT).talk(resident.user)
    else:
        messages = house.sandbox[WECHAT].account(ACCOUNT).phone(resident.user)
    pushed = [message for message in messages if message.content.get("via") in PUSHED]
    for text, count in Counter(str(message.content["text"]) for message in pushed).items():
        if count > 1:
            ledger.wrong.append(f"{resident.key} got the same {count} times: {text!r}")
    for message in pushed:
        text = str(message.content["text"])
        ledger.ways[message.content["via"]] += 1
        if NAMED in text:
            resident.answered.append(text)
            continue
        on_card = message.content["via"] in {"template", "subscription"}
        told = _on_card(message.content["fields"]) if on_card else list(_in_words(text))
        if not told:
            ledger.wrong.append(f"{resident.key} got what nobody owes: {text!r}")
        for one in told:
            ledger.came[one] += 1
            if one[0] != resident.number:
                ledger.wrong.append(f"{resident.key} got another's: {text!r}")


def _on_card(fields: Iterable[Mapping[str, str]]) -> list[Told]:
    values = {field["name"].rstrip("0123456789"): field["value"] for field in fields}
    notice = STATUS.get(values.get("phrase", ""), "") or TIPS.get(values["thing"][:4], "")
    return [(values["character_string"], notice)] if notice else []


def _in_words(text: str) -> Iterable[Told]:
    """Return every notice that a message says, in the order of its words."""
    numbers = NUMBER.findall(text)
    if len(set(numbers)) == 1:
        for notice, words in WORDS.items():
            for _ in range(text.count(words)):
                yield numbers[0], notice


async def _check_record(house: House, ledger: Ledger) -> None:
    by_state: defaultdict[str, Counter[Told]] = defaultdict(Counter)
    recorded: Counter[Told] = Counter()
    unclear = {row.id for row in await house.rows("SELECT outbox_id AS id FROM deliveries WHERE outcome = 'unknown'")}
    overtaken: Counter[Told] = Counter()
    for row in await house.rows("SELECT id, number, kind, state, detail FROM outbox WHERE number IS NOT NULL"):
        told = (row.number, row.kind)
        overtaken[told] += row.state == "merged" and row.id in unclear
        recorded[told] += 1
        by_state[row.state][told] += 1
        ledger.states[row.state] += 1
        if row.state != "sent":
            ledger.reasons[f"{row.state}: {_OVERTAKER.sub('', row.detail)}"] += 1
            if not row.detail:
                ledger.wrong.append(f"{told} is {row.state} without a reason")
    if unowed := recorded - ledger.owed:
        ledger.wrong.append(f"on record, but not owed: {dict(unowed)}")
    if lost := ledger.owed - recorded:
        ledger.wrong.append(f"owed, but not on record: {dict(lost)}")
    if left := set(by_state) - {"sent", "waiting", "unknown", "merged"}:
        ledger.wrong.append(f"left at the end: { {state: dict(by_state[state]) for state in left} }")
    if missing := by_state["sent"] - ledger.came:
        ledger.wrong.append(f"sent by the record, but not on the phone: {dict(missing)}")
    if more := ledger.came - by_state["sent"] - by_state["unknown"] - overtaken:
        ledger.wrong.append(f"on the phone more often than sent: {dict(more)}")


async def _check_mention(house: House, resident: Resident, ledger: Ledger) -> None:
    """See that who named the office in public was answered once, there or in private, and never the same twice."""
    square, office = house.sandbox[WEIBO].square, house.sandbox[WEIBO].account(ACCOUNT).account.uid
    posts = {int(post) for post in resident.mentioned}
    said = [comment.text for comment in square.comments.values() if comment.uid == office and comment.post in posts]
    ledger.ways["comment"] += len(said)
    if len(set(said)) < len(said):
        ledger.wrong.append(f"{resident.key} was told the same in public twice: {said}")
    came = len([text for text in said if NAMED in text]) + len(resident.answered)
    query = f"SELECT state FROM outbox WHERE kind = 'mention' AND citizen = '{resident.key}'"
    states = Counter(row.state for row in await house.rows(query))
    if states.total() != len(posts) or not states["sent"] <= came <= states["sent"] + states["unknown"]:
        ledger.wrong.append(f"{resident.key} named the office in {len(posts)} posts: {dict(states)}, answered {came}")
