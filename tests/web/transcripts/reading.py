"""Read the conversations of tests/transcripts, which look like chats.

A file holds conversations, each under `## name`. One line is one thing:

    市民：…         says it; `市民乙：`, `市民丙：` are other people. Other things they do stand in brackets: `[图片]`,
                    `[图片×20]`, `[语音]`, `[视频]`, `[位置 和平路]`, `[链接 题目 https://…]`, `[文件 信.docx]`,
                    `[表情包 谢谢]`, `[短视频]` (Weibo's own, which nobody describes), `[关注]`, `[取消关注]`,
                    `[同意通知]`, `[拒绝通知]` (WeChat's popup),
                    `[菜单 mine]`, `[点 满意]` (on Weibo: its number is typed), `[长文 2001]`, `[全文 信.txt]`
                    (of tests/samples/petitions), `[连发两次 提交]`,
                    and in public on Weibo `[发微博 …]`, `[评论 …]`
    问桥：…         what the answer must hold, in pieces joined by ` … `, in this order; `（不回复）` for nothing.
                    Where Weibo cuts a long text, 更多 is said and what comes belongs to it
    问桥没说：…     what it must not hold
    通知：…         the next thing that comes without having been asked for; `通知乙：` to somebody else
    公开回复：…     what the office answers in public
    过了：3 天      time passes, with all its clocks (分钟, 小时, 天)
    工作人员：受理  an act of the office; `转办 城管局`, `答复 …`, `不予受理 原因｜去处`;
                    in a chat with a person `接手`, `说 …`, `交还`
    登记：1 件      how many petitions these people have by now
    留着：…         what stands in the record of what they said, answered or not
    提醒：…         an alarm that stands before the clerks, by its label
    重启：          the gateway stops and starts again on its database

`\\n` is a line break within a message. `{编号}`, `{数字}`, `{全角}`, `{查询码}`, `{错号}` are the number filed last,
its digits, it in full width, its code, and it with one digit wrong; `{长}` is an answer of 89 sentences. Lines that
begin with `>` are remarks. A line for one platform only is marked: `问桥（微博）：…`; a whole conversation by
`只在微信` or `只在微博` under its name, and one that needs an office of its own by `设定：一分钟 6 条，一天 2 件`, of
what `SETTINGS` has.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SAMPLES = Path(__file__).parents[2] / "samples" / "petitions"
FOLDER = Path(__file__).parents[2] / "transcripts"
TABLE = FOLDER / "README.md"
PLATFORMS = {"微信": "wechat", "微博": "weibo"}
SETTINGS = {"一分钟 6 条", "一天 2 件", "通知要同意"}
_LINE = re.compile(
    r"(市民|问桥没说|问桥|通知|公开回复|过了|工作人员|登记|留着|提醒|重启)([乙丙丁戊]?)(?:（(微信|微博)）)?：(.*)"
)
_SET = re.compile(r"设定：(.+)")
_ONLY = re.compile(r"只在(微信|微博)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that is done or read: `what` is the word before the colon, `who` 甲, 乙 …, `only` a platform or ''."""

    what: str
    who: str
    only: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One conversation."""

    file: str
    name: str
    platforms: tuple[str, ...]
    lines: tuple[Line, ...]
    settings: tuple[str, ...] = ()
    """What is set otherwise than in the demo, each of `SETTINGS`."""

    def on(self, platform: str) -> tuple[Line, ...]:
        """Return what happens on this platform."""
        return tuple(line for line in self.lines if line.only in {"", platform})

    @property
    def messages_to_file(self) -> int:
        """How many messages the first filing took, 0 where nothing is filed."""
        said = 0
        for line in self.lines:
            said += line.what == "市民" and line.who == "甲"
            if line.what == "工作人员" or (line.what == "问桥" and "编号：{编号}" in line.text):
                return said
        return 0


def stories() -> Iterator[Story]:
    """Yield all conversations, file by file."""
    for path in sorted(set(FOLDER.glob("*.md")) - {TABLE}):
        for part in re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            name, _, body = part.partition("\n")
            yield _story(path.stem, name.strip(), body)


def promised() -> Iterator[tuple[str, str]]:
    """Yield what the table promises: the words, and the conversation that shows it as `file / name`."""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("| ") and not line.startswith(("| 说法", "| ---")):
            words, shown = line.strip("| ").split(" | ")
            yield from ((words, one) for one in shown.split("；"))


def _story(file: str, name: str, body: str) -> Story:
    lines: list[Line] = []
    platforms = tuple(PLATFORMS.values())
    settings: tuple[str, ...] = ()
    for raw in body.splitlines():
        text = raw.strip()
        if not text or text.startswith(">"):
            continue
        if only := _ONLY.fullmatch(text):
            platforms = (PLATFORMS[only[1]],)
            continue
        if (given := _SET.fullmatch(text)) and SETTINGS.issuperset(given[1].split("，")):
            settings = tuple(given[1].split("，"))
            continue
        found = _LINE.fullmatch(text)
        if found is None:
            raise ValueError(f"{file}, {name}: not a line of a transcript: {text}")
        what, who, platform, said = found.groups()
        lines.append(Line(what=what, who=who or "甲", only=PLATFORMS.get(platform or "", ""), text=said.strip()))
    if len(lines) < 2:
        raise ValueError(f"{file}, {name}: a conversation has more than one line")
    return Story(file=file, name=name, platforms=platforms, lines=tuple(lines), settings=settings)
