"""Replay the conversations of tests/transcripts, which read like chats.

One line is one thing: `市民：…` says it (`市民乙：` is somebody else); `问桥：…` is what must be read, in pieces joined
by ` … `; `问桥没说：` is what must not be. Other things a citizen does stand in brackets: `[图片]`, `[图片×20]`,
`[位置 和平路]`, `[链接 …]`, `[关注]`, `[取消关注]`, `[菜单 mine]`, `[点 满意]`. The world: `过了：3 小时`,
`工作人员：受理`, `通知：…`, `登记：1 件`. `{编号}`, `{查询码}`, `{错号}` stand for the number filed last, its code, and
the number with a wrong digit.
"""

import re
from pathlib import Path

import pytest

from bot.messages import InboundKind

EVENTS = {"关注": InboundKind.FOLLOW, "取消关注": InboundKind.UNFOLLOW}
TRANSCRIPTS = sorted((Path(__file__).parents[2] / "transcripts").glob("*.md"))
_LINE = re.compile(r"(市民[乙丙]?|问桥没说|问桥|过了|工作人员|通知|登记)：(.*)")


def cases():
    for path in TRANSCRIPTS:
        for part in re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            title, _, body = part.partition("\n")
            yield pytest.param(body, id=f"{path.stem}-{title.strip()}")


def filled(stage, text):
    if not stage.last:
        return text
    number = stage.last
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    code = stage.cases[number].petition.code
    return text.replace("{编号}", number).replace("{查询码}", code).replace("{错号}", wrong)


def sends(stage, who, text):
    found = re.fullmatch(r"\[(\S+?)(?:×(\d+))?(?: (.*))?\]", text)
    if not found:
        return stage.says(text.replace("\\n", "\n"), who=who)
    what, times, more = found.groups()
    match what:
        case "图片" | "语音" | "视频":
            return [stage.attaches(what, who=who) for _ in range(int(times or 1))][-1]
        case "位置":
            return stage.pins(more or "", who=who)
        case "链接":
            return stage.sends(InboundKind.LINK, who=who, text=more.replace(" ", "\n"))
        case "关注" | "取消关注" as event:
            return stage.sends(EVENTS[event], who=who, text=more or "")
        case "菜单":
            return stage.sends(InboundKind.MENU, who=who, text=more)
        case "点":
            return stage.taps(more, who=who)
        case _:
            return stage.says("很" * int(more), who=who)


def in_order(read, wanted):
    at = 0
    for piece in wanted.split(" … "):
        found = read.find(piece.strip(), at)
        assert found >= 0, f"{piece!r} is missing in\n{read}"
        at = found + len(piece.strip())


@pytest.mark.parametrize("body", list(cases()))
def test_the_conversation_goes_as_written(stage, body):
    read, steps = "", 0
    for line in body.splitlines():
        if not (found := _LINE.fullmatch(line.strip())):
            assert not line.strip() or line.startswith(">"), f"not a line of a transcript: {line}"
            continue
        steps += 1
        who, text = found.group(1), filled(stage, found.group(2).strip())
        match who:
            case "问桥" if text == "（不回复）":
                assert read == ""
            case "问桥":
                in_order(read, text)
            case "问桥没说":
                assert text not in read
            case "过了":
                stage.waits(float(text.split()[0]) * {"分钟": 1 / 60, "小时": 1, "天": 24}[text.split()[1]])
            case "工作人员":
                stage.acts(*text.split(" ", 1))
            case "通知":
                in_order(stage.notices.pop(0), text)
            case "登记":
                assert len(stage.cases) == int(text.split()[0])
            case _:
                read = sends(stage, who.removeprefix("市民") or "甲", text)
    assert steps > 1
    assert stage.notices == []


def test_there_are_enough_of_them():
    assert len(list(cases())) >= 20
