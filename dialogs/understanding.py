"""Reading what citizens type: commands, numbers, yes and no, in the many forms people give them.

Nobody has to hit the exact form of a menu: full-width digits, 汉字 digits, ①, `1.`, 选1, 第一个, 繁体 of the main
words, politeness around a command, punctuation and emoji are all folded away before a word is looked up. What is
folded serves recognition only; what becomes part of a petition stays as it was typed. Knows no session and no phrase.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from bot.petitions.vocabulary import Rating, Solved


class Word(StrEnum):
    """A command or a short answer; what it does depends on the question it answers."""

    HELP = "help"
    HUMAN = "human"
    LOOK = "look"
    CANCEL = "cancel"
    BACK = "back"
    EDIT = "edit"
    SKIP = "skip"
    CLEAR = "clear"
    DONE = "done"
    SUBMIT = "submit"
    CONTINUE = "continue"
    RESTART = "restart"
    YES = "yes"
    NO = "no"
    PUBLIC = "public"
    PRIVATE = "private"
    WITHDRAW = "withdraw"
    RATE = "rate"
    CHASE = "chase"
    SUPPLEMENT = "supplement"
    WHY = "why"
    REVIEW = "review"
    MORE = "more"
    MENU = "menu"
    FILE = "file"
    JOIN = "join"
    LEAVE = "leave"
    SIMPLE = "simple"
    FULL = "full"
    CHAT = "chat"
    """A greeting or thanks: said to be polite, not to be filed."""


_SAID: Mapping[Word, str] = {
    Word.HELP: "帮助 帮帮我 help 使用帮助 怎么用 怎么填 如何使用 使用说明 说明 不会用 不懂 看不懂",
    Word.HUMAN: "人工 转人工 人工服务 人工客服 客服 转人工服务 转客服 找人工 找人 找个人 找客服 真人"
    " 接线员 打电话 联系人工 在线客服",
    Word.LOOK: "查询 查询一下进度 查下进度 查 查看 查进度 进度 查询进度 我的诉求 我的投诉 我的"
    " 我的记录 我的工单 查询诉求 办到哪了 办得怎么样 处理进度 办理进度 查一查",
    Word.CANCEL: "取消 不办了 不投诉了 算了 放弃 退出 不填了 不写了 不弄了 不想弄了 不想写了 不想填了 不要了",
    Word.BACK: "返回 上一步 后退 回退 返回上一步 回到上一步 退回",
    Word.EDIT: "修改 更改 改 改动 改正 更正",
    Word.SKIP: "跳过 略过 下一步 下一项 skip 略 过 暂不 先跳过",
    Word.CLEAR: "清空 删除 不填 不留 清除 删掉 全部删除",
    Word.DONE: "搞定 完成 好了 发完 发完了 没了 完了 就这些 就这样 结束 完毕 传完 传完了 上传完成 齐了 都发了",
    Word.SUBMIT: "提交 交了 交了吧 仍要提交 仍然提交 坚持提交 还是要提交 还是提交 确认提交 提交诉求"
    " 确定提交 提交申请 上报",
    Word.CONTINUE: "继续 接到写 接倒写 继续填写 继续填 接着填 接着写 继续写 不取消",
    Word.RESTART: "重新开始 重来 重新来 重新填 重新填写 重新写 从头开始 从头来 写新的 填新的 另写一件",
    Word.YES: "是 中嘞 是的 好 好的 好嘞 好滴 行 可以 对 对的 嗯 嗯嗯 恩 确定 确认 ok okay yes y 中 得行"
    " 要得 成 没问题 同意 没错 正确 可 当然 愿意 行嘞 使得 系 啱 妥 妥了 妥妥的 嗯呐 嗯嗯嗯 嗯哼"
    " 恩恩 昂 欧了 okk 可以的 好哒 好嘅 系嘅 是勒 对头 得 得嘞 没得问题 冇问题 没毛病 必须的 好咧"
    " 👍👍 👍👍👍 🙆 ☑ 👍 👌 ✅ ✔ 🆗",
    Word.NO: "不 否 不是 不行 不要 不用 no n 别 没有 无 没 不需要 不了 不必 木有 冇 勿 不中 不得行"
    " 不成 不愿意 不同意 莫得 没得 冇得 么得 没咯 没有了 没有啊 不消 不干 不要得 要不得 唔系 唔要"
    " 唔使 唔得 莫 勿要 弗要 甭 毋 未有 冇有 么有 没有没有 不了不了 没有嘞 不提供 不方便 不撤回 不撤"
    " 不撤了 不撤销 ❌ 🙅 👎",
    Word.PUBLIC: "公开 可以公开 同意公开 愿意公开 要公开 公开吧 能公开",
    Word.PRIVATE: "不公开 唔公开 莫公开 保密 不要公开 别公开 不同意公开 不愿意公开 不能公开 不可以公开"
    " 私密 请保密 不想公开 勿公开",
    Word.WITHDRAW: "撤回 撤销 撤诉 撤回诉求 撤回投诉 撤单",
    Word.RATE: "评价 打分 评分",
    Word.CHASE: "催 催催 催办 催一催 催单 催促 我要催办 快点办 怎么还没办 怎么还不办",
    Word.SUPPLEMENT: "补充 补充材料 补充情况 补充说明 补材料 补充内容",
    Word.WHY: "为什么是这一天 为什么是这天 为啥是这一天 为啥是这天 为什么这一天 为什么是这个日期"
    " 为什么是这个时间 期限怎么算 期限怎么算的 日期怎么算的 怎么算的期限 期限是怎么算的",
    Word.REVIEW: "复查 申请复查 要求复查 复核 申请复核 要求复核",
    Word.MORE: "更多 继续看 下一页 还有呢 more",
    Word.MENU: "菜单 主菜单 首页 开始 目录 menu",
    Word.FILE: "反映 反映问题 诉求 提诉求 我要反映 反映诉求 填写诉求 办事 写诉求",
    Word.JOIN: "联名 我要联名 加入联名 一起联名 怎么联名",
    Word.LEAVE: "退出联名 取消联名 不联名了",
    Word.SIMPLE: "简单 简单版 简洁 简洁版 简单模式 大字 大字版 大字模式 老人版 老年版 长辈版 长辈模式"
    " 简单点 简短 说简单点 字少一点",
    Word.FULL: "详细 详细版 恢复 恢复正常 正常版 普通版 标准版 恢复详细 退出简单 退出简单版",
    Word.CHAT: "你好 您好 你好啊 在吗 在不在 在么 有人吗 有人在吗 喂 hi hello 哈喽 嗨 谢谢 谢谢你"
    " 谢谢您 多谢 辛苦了 早 早上好 上午好 中午好 下午好 晚上好 测试 test 哦 噢 啊 呵呵 哈哈 哈哈哈"
    " 收到 知道 明白 再见 拜拜 感谢 你是谁 有人没 您好在吗 你好在吗",
}
WORDS: Mapping[str, Word] = {said: word for word, listed in _SAID.items() for said in listed.split()}

RATINGS: Mapping[str, Rating] = {
    "满意": Rating.SATISFIED,
    "很满意": Rating.SATISFIED,
    "非常满意": Rating.SATISFIED,
    "十分满意": Rating.SATISFIED,
    "比较满意": Rating.SATISFIED,
    "好评": Rating.SATISFIED,
    "基本满意": Rating.FAIR,
    "一般": Rating.FAIR,
    "还行": Rating.FAIR,
    "还可以": Rating.FAIR,
    "凑合": Rating.FAIR,
    "不满意": Rating.DISSATISFIED,
    "不太满意": Rating.DISSATISFIED,
    "很不满意": Rating.DISSATISFIED,
    "非常不满意": Rating.DISSATISFIED,
    "十分不满意": Rating.DISSATISFIED,
    "差评": Rating.DISSATISFIED,
}

_TRADITIONAL = str.maketrans(
    "復訴舉報諮詢議揚評價滿過幫開確認繼續電話內類點號碼選項個條種無沒還進單變說對這嗎務轉發結辦經謝麼頁絡見兩處撥問題區環後時"
    "啟餘煩請養醫險資證領學員車戶會長關繳壞燈樓聲應該輩簡詳細聯擇裡裏舊係體據圖視頻錯誤實際來給樣決訂簽讓從東書寫願記錄檢聽講"
    "識嘆讚贊歡當約紹終刪傳線準繫為爲麽吶們",
    "复诉举报咨询议扬评价满过帮开确认继续电话内类点号码选项个条种无没还进单变说对这吗务转发结办经谢么页络见两处拨问题区环后时"
    "启余烦请养医险资证领学员车户会长关缴坏灯楼声应该辈简详细联择里里旧系体据图视频错误实际来给样决订签让从东书写愿记录检听讲"
    "识叹赞赞欢当约绍终删传线准系为为么呐们",
)
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f\u20e3\u00ad"))
_SKIN = dict.fromkeys((*range(0x1F3FB, 0x1F400), 0x2640, 0x2642))
"""What makes variants of one emoji."""
_CIRCLED = {first + place: str(place + 1) for first in (0x2776, 0x24F5) for place in range(10)}
"""❶ and ⓵, which NFKC leaves alone."""
_FOLDS = {**_TRADITIONAL, **_INVISIBLE, **_SKIN, **_CIRCLED}
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_POLITE_BEFORE = re.compile(
    r"^(?:请问|请|麻烦|帮我|给我|我想要|我想|我要|我来|我需要|我|想要|想|要|那就|那|就|先|再|回复|选择|选|点)+"
)
_POLITE_AFTER = re.compile(
    r"(?:[,、.!~]|一下子|一下|吧|噻|撒|咯|哟|哩|咧|啊|呀|哦|噢|呢|谢谢|哈|嘛|啦|了|喽|滴|好吗|行吗|可以吗|您|你)+$"
)
LONGEST_COMMAND = 16
"""Characters; a longer text is never a bare command."""
_HAN_DIGITS = {han: digit for digit, han in enumerate("零一二三四五六七八九十")} | {
    sign: place
    for place, signs in enumerate(("", "壹", "贰两俩", "叁", "肆", "伍", "陆", "柒", "捌", "玖", "拾"))
    for sign in signs
}
_ORDINAL = re.compile(
    r"(?:我?(?:选择|选项|选|要|回复|回|点|按|数字))?[第头]?\(?([0-9]{1,2}|[一二三四五六七八九十壹贰叁肆伍陆柒捌玖拾两俩]{1,2})\)?"
    r"(?:个|项|条|种|件|步)?(?:选项)?"
)


class Heard(NamedTuple):
    """One text as it was understood."""

    text: str
    """As typed, without the blanks around it."""
    plain: str
    """Folded and without inner blanks; '' for a text too long to be a command."""
    bare: str
    """`plain` without politeness around it."""
    word: Word | None
    ordinal: int
    """A choice by its place, 1 on; 0 where none was named."""


def hear(text: str) -> Heard:
    """Read one text."""
    stripped = text.strip()
    if len(stripped) > LONGEST_COMMAND:
        return Heard(stripped, "", "", None, 0)
    if (word := WORDS.get(stripped)) is not None:
        return Heard(stripped, stripped, stripped, word, 0)
    plain = fold(stripped)
    bare = unpolite(plain)
    word = WORDS.get(plain) or WORDS.get(bare)
    return Heard(stripped, plain, bare, word, 0 if word else ordinal(plain) or ordinal(bare))


def fold(text: str) -> str:
    """Return the form in which words are compared; a lone sign such as 👍 or ？ keeps itself."""
    folded = "".join(unicodedata.normalize("NFKC", text).translate(_FOLDS).lower().split())
    if folded in WORDS:
        return folded
    return _EDGES.sub("", folded)


def simplified(text: str) -> str:
    """Return `text` with the 繁体 that commands and common matters are written with in 简体, sign by sign."""
    return text.translate(_TRADITIONAL)


def unpolite(plain: str) -> str:
    """Take the politeness off a folded text: 我想咨询一下 → 咨询; a text that is nothing else stays."""
    return _POLITE_AFTER.sub("", _POLITE_BEFORE.sub("", plain)) or plain


def ordinal(plain: str) -> int:
    """Return which choice a folded text names (1 on), 0 for none: `3`, 三, 选3, 第三个, 十二."""
    if len(plain) > _LONGEST_ORDINAL or not plain:
        return 0
    found = _ORDINAL.fullmatch(plain)
    if found is None:
        return 0
    digits = found.group(1)
    if digits.isdecimal():
        return int(digits)
    if len(digits) == 1:
        return _HAN_DIGITS[digits]
    first, second = _HAN_DIGITS[digits[0]], _HAN_DIGITS[digits[1]]
    ten = _HAN_DIGITS["十"]
    if first == ten and second < ten:
        return ten + second
    return first * ten if second == ten and first < ten else 0


_LONGEST_ORDINAL = 10


def letters(text: str, *, enough: int) -> bool:
    """Whether `text` holds at least so many letters or 汉字: digits, signs and emoji say nothing by themselves."""
    for sign in text:
        if sign.isalpha():
            enough -= 1
            if enough <= 0:
                return True
    return False


# --- the phone number -----------------------------------------------------------------------------------------------

_MOBILE = re.compile(r"(?<!\d)(?:\+?86|0086)?(1[3-9]\d{9})(?!\d)")
_MOBILE_DIGITS = 11
_LANDLINE = re.compile(r"(?<!\d)(?:\+?86)?(010|02\d|0[3-9]\d{2})([2-9]\d{6,7})(?:转(\d{1,6}))?(?!\d)")
_GAPS = re.compile(r"(?<=[\d)])[\s.·()‐‑‒–—−ー一_~-]+(?=[\d(])|[()]")
_SPOKEN_DIGITS = re.compile(r"[零〇幺一二三四五六七八九0-9]{7,}")
_SPELLED = str.maketrans("零〇幺一二三四五六七八九", "001123456789")
_EXTENSION = re.compile(r"(\d{7,8})\s*(?:-|转|分机|ext\.?)\s*(\d{1,6})(?!\d)", re.IGNORECASE)


def phone(text: str) -> str:
    """Return the mainland phone number in `text`, mobile or landline with area code, in one form; '' for none."""
    if len(text) == _MOBILE_DIGITS and text.isascii() and _MOBILE.fullmatch(text):
        return text
    folded = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
    folded = _SPOKEN_DIGITS.sub(lambda spoken: spoken.group().translate(_SPELLED), folded)
    closed = _GAPS.sub("", _EXTENSION.sub(r"\1转\2", folded))
    for form in (_GAPS.sub("", folded), closed):
        if mobile := _MOBILE.search(form):
            return mobile.group(1)
        if landline := _LANDLINE.search(form):
            area, local, extension = landline.groups()
            return f"{area}-{local}" + (f"-{extension}" if extension else "")
    return ""


# --- references to petitions ----------------------------------------------------------------------------------------

_DASH = r"\s*[-‐‑‒–—−_]?\s*"
_REFERENCE = re.compile(
    r"(?:查询|查看|查一下|查|进度|编号|诉求编号|我的编号是)?\s*(?:编号|诉求)?\s*[:,.]?\s*"
    rf"((?:WQ)?\s*\d{{8}}{_DASH}\d{{7}})"
    r"(?:[\s,.;、]*(?:查询码|密码|码)?\s*(?:是|:)?\s*(\d{6}))?\s*[。.!?]?",
    re.IGNORECASE,
)
_ALMOST = re.compile(
    r"(?:(?:查询|查看|查)\s*)?(?:WQ[\s:]*[\dA-Z-]{1,24}|20\d{2}[01][\d\s-]{7,20})(?:\s+\d{6})?", re.IGNORECASE
)
_LONGEST_REFERENCE = 64
_MAYBE = re.compile(r"\d{6}|[WwＷｗ][QqＱｑ]")
"""A cheap look before the exact one: most texts hold neither."""


class Reference(NamedTuple):
    """A petition number typed alone or with 查询; `number` is as typed, `code` the 查询码 beside it or ''."""

    number: str
    code: str


def reference(text: str) -> Reference | None:
    """Return the petition number that is all `text` says, right or wrong in its digits; None when it says more."""
    if len(text) > _LONGEST_REFERENCE or _MAYBE.search(text) is None:
        return None
    folded = unicodedata.normalize("NFKC", text).translate(_FOLDS).strip()
    if found := _REFERENCE.fullmatch(folded):
        return Reference(found.group(1), found.group(2) or "")
    return Reference(folded, "") if _ALMOST.fullmatch(folded) else None


_ACT_ON = re.compile(
    r"(撤回|撤销|撤诉|评价|评分|催办|催单|催|补充|为什么是这一?天|为啥是这一?天|申请复查|复查|申请复核|复核"
    r"|退出联名|取消联名|不联名了|加入联名|联名)"
    rf"\s*(?:编号|诉求)?\s*[:,]?\s*((?:WQ)?\s*\d{{8}}{_DASH}\d{{7}}|WQ[\dA-Z-]+|\d{{5,20}})"
    r"(?![\d-])[\s,.:;。、]*(.*)",
    re.IGNORECASE | re.DOTALL,
)
_ACT_STARTS = frozenset("撤评評催补補为為申复復联聯退取不加")
_VERBS = {
    "评": Word.RATE,
    "撤": Word.WITHDRAW,
    "催": Word.CHASE,
    "补": Word.SUPPLEMENT,
    "为": Word.WHY,
    "申": Word.REVIEW,
    "复": Word.REVIEW,
    "联": Word.JOIN,
    "加": Word.JOIN,
    "退": Word.LEAVE,
    "取": Word.LEAVE,
    "不": Word.LEAVE,
}


class ActOn(NamedTuple):
    """A verb such as 撤回 or 催办 with a number, and the words after it."""

    word: Word
    number: str
    words: str


def act_on(text: str) -> ActOn | None:
    """Read `撤回 <number>`, `评价 <number> <words>` and the like; None for anything else."""
    if not text or text[0] not in _ACT_STARTS:
        return None
    found = _ACT_ON.fullmatch(unicodedata.normalize("NFKC", text).translate(_FOLDS).strip())
    if found is None:
        return None
    verb, number, words = found.groups()
    return ActOn(_VERBS[verb[0]], number, words.strip())


# --- ratings --------------------------------------------------------------------------------------------------------

_LONGEST_FIRST: Iterable[str] = sorted(RATINGS, key=len, reverse=True)
_RATED = re.compile(
    r"(?:评价|我)?[\s:]*(?:我)?(?:对(?:答复|结果|处理结果|办理结果|回复|这个结果))?(?:觉得|感觉|还是|是)?"
    rf"({'|'.join(_LONGEST_FIRST)})(?:了|吧|啊|哦)?(?:$|[\s,.!?;:、。~]+(.*))",
    re.DOTALL,
)
_RATING_STARTS = frozenset("满滿很非十比好基一还還凑不差评評我对對")


_SOLVED: Mapping[Solved, str] = {
    Solved.SOLVED: "解决了 已解决 已经解决 已经解决了 都解决了 全解决了 解决 彻底解决了 问题解决了 弄好了 修好了",
    Solved.PARTLY: "部分解决 解决了一部分 解决了一半 解决一部分 解决一半 没全解决 没有全部解决 没完全解决"
    " 没有完全解决 部分",
    Solved.UNSOLVED: "没解决 没有解决 未解决 还没解决 还没有解决 根本没解决 没解决问题 没有解决问题"
    " 问题没解决 冇解决 么得解决 没搞好 没弄好 没修好 没处理",
}
_SETTLED: Mapping[str, Solved] = {said: solved for solved, listed in _SOLVED.items() for said in listed.split()}


_CLAUSE = re.compile(r"[^,，。.!！;；\s]*")


def solved_said(text: str) -> Solved | None:
    """Read 解决了, 部分解决, 没解决 and the like, said alone or first: 没解决，还是黑的; None for anything else."""
    clause = _CLAUSE.match(text)
    if clause is None or not clause.group() or len(clause.group()) > LONGEST_COMMAND:
        return None
    plain = fold(clause.group())
    return _SETTLED.get(plain) or _SETTLED.get(unpolite(plain))


class Rated(NamedTuple):
    """A rating and the words that came with it."""

    rating: Rating
    words: str


def rated(text: str) -> Rated | None:
    """Read `不满意`, `不满意 没解决`, `我对结果很满意！`; None for anything else."""
    if not text or text[0] not in _RATING_STARTS:
        return None
    found = _RATED.fullmatch(unicodedata.normalize("NFKC", text).translate(_FOLDS).strip())
    if found is None:
        return None
    return Rated(RATINGS[found.group(1)], (found.group(2) or "").strip())
