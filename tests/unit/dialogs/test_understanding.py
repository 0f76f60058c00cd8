import pytest

from bot.petitions.vocabulary import Rating, Solved
from dialogs.hearing import Word
from dialogs.understanding import letters
from tests.unit.dialogs.conftest import EAR


@pytest.mark.parametrize(
    ("typed", "ordinal"),
    [
        ("1", 1),
        ("１", 1),
        ("①", 1),
        ("1.", 1),
        ("1、", 1),
        ("（1）", 1),
        ("1️⃣", 1),
        (" 2 ", 2),
        ("选1", 1),
        ("我选3", 3),
        ("第一个", 1),
        ("第3项", 3),
        ("三", 3),
        ("十二", 12),
        ("选择二", 2),
        ("12", 12),
        ("⒉", 2),
        ("两个", 2),
        ("回复3", 3),
        ("❶", 1),
        ("⓷", 3),
        ("头一个", 1),
        ("选项1", 1),
        ("选项二", 2),
        ("数字3", 3),
        ("选第三个吧", 3),
        ("就第三个", 3),
        ("選第三個", 3),
        ("那就2", 2),
        ("三吧", 3),
        ("3谢谢", 3),
        ("俩", 2),
        ("肆", 4),
        ("柒", 7),
        ("㈢", 3),
        ("1号楼", 0),
        ("1号", 0),
        ("123", 0),
        ("一二三四", 0),
        ("投诉", 0),
        ("", 0),
        ("和平路1号", 0),
    ],
)
def test_numbers_are_read_in_many_forms(typed, ordinal):
    assert EAR.hear(typed).ordinal == ordinal


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("跳过", Word.SKIP),
        ("跳过。", Word.SKIP),
        (" 跳 过 ", Word.SKIP),
        ("跳過", Word.SKIP),
        ("先跳过吧", Word.SKIP),
        ("没有", Word.NO),
        ("没有了", Word.NO),
        ("不用了，谢谢", Word.NO),
        ("冇", Word.NO),
        ("莫得", Word.NO),
        ("没得咯", Word.NO),
        ("提交噻", Word.SUBMIT),
        ("👎", Word.NO),
        ("NO", Word.NO),
        ("好的", Word.YES),
        ("好嘞", Word.YES),
        ("要得", Word.YES),
        ("👍", Word.YES),
        ("ＯＫ", Word.YES),
        ("没问题！", Word.YES),
        ("完成", Word.DONE),
        ("发完了", Word.DONE),
        ("就这些", Word.DONE),
        ("提交", Word.SUBMIT),
        ("提交吧！", Word.SUBMIT),
        ("公开", Word.PUBLIC),
        ("公開", Word.PUBLIC),
        ("不公开", Word.PRIVATE),
        ("请保密", Word.PRIVATE),
        ("取消", Word.CANCEL),
        ("算了", Word.CANCEL),
        ("返回", Word.BACK),
        ("上一步", Word.BACK),
        ("帮助", Word.HELP),
        ("幫助", Word.HELP),
        ("转人工", Word.HUMAN),
        ("我要人工服务", Word.HUMAN),
        ("查询", Word.LOOK),
        ("查询一下", Word.LOOK),
        ("查詢", Word.LOOK),
        ("催一下", Word.CHASE),
        ("撤回", Word.WITHDRAW),
        ("我要撤诉", Word.WITHDRAW),
        ("更多", Word.MORE),
        ("你好", Word.CHAT),
        ("在吗？", Word.CHAT),
        ("谢谢！", Word.CHAT),
        ("修改", Word.EDIT),
        ("查询一下我的社保为什么没有到账", None),
        ("路灯坏了", None),
        ("公开处理结果的网站打不开", None),
        ("？", None),
        ("😀", None),
    ],
)
def test_words_are_read_in_many_forms(typed, word):
    assert EAR.hear(typed).word is word


YES = [
    "中",
    "中嘞",
    "要得",
    "得行",
    "行",
    "行呢",
    "行吧",
    "系",
    "系啊",
    "係",
    "啱",
    "好嘞",
    "好咧",
    "好呀",
    "好哒",
    "好嘅",
    "成",
    "妥了",
    "妥妥的",
    "嗯呐",
    "嗯嗯嗯",
    "嗯哼",
    "欧了",
    "OK",
    "OKK",
    "okay",
    "Yes!",
    "YES",
    "可以的",
    "可以嘛",
    "没得问题",
    "冇问题",
    "冇問題",
    "得嘞",
    "对头",
    "對",
    "是滴",
    "是勒",
    "没毛病",
    "必须的",
    "👌",
    "👍",
    "👍🏻",
    "👍🏿",
    "👍👍",
    "✔️",
    "☑️",
    "✅",
    "🆗",
    "🙆\u200d♀️",
]
NO = [
    "不",
    "冇",
    "冇得",
    "唔系",
    "唔係",
    "唔要",
    "唔使",
    "唔得",
    "莫",
    "莫得",
    "么得",
    "没得",
    "木有",
    "不中",
    "不得行",
    "不要得",
    "要不得",
    "勿",
    "勿要",
    "不消",
    "甭",
    "别",
    "不用了",
    "不用哈",
    "不要嘛",
    "不了不了",
    "没有没有",
    "没有嘞",
    "么有",
    "未有",
    "無",
    "沒有",
    "不是滴",
    "No.",
    "NO",
    "❌",
    "👎",
    "👎🏽",
    "🙅",
    "🙅\u200d♀️",
]


@pytest.mark.parametrize("typed", YES)
def test_yes_in_many_dialects(typed):
    assert EAR.hear(typed).word is Word.YES


@pytest.mark.parametrize("typed", NO)
def test_no_in_many_dialects(typed):
    assert EAR.hear(typed).word is Word.NO


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("跳過", Word.SKIP),
        ("略过吧", Word.SKIP),
        ("查詢", Word.LOOK),
        ("我想查询一下进度", Word.LOOK),
        ("不想弄了", Word.CANCEL),
        ("轉人工", Word.HUMAN),
        ("我要人工", Word.HUMAN),
        ("帮帮我", Word.HELP),
        ("搞定", Word.DONE),
        ("发完咯", Word.DONE),
        ("交了吧", Word.SUBMIT),
        ("確認提交！", Word.SUBMIT),
        ("唔公开", Word.PRIVATE),
        ("公開吧", Word.PUBLIC),
        ("催催", Word.CHASE),
        ("接到写", Word.CONTINUE),
        ("重新開始", Word.RESTART),
        ("大字版", Word.SIMPLE),
        ("恢復", Word.FULL),
        ("聯名", Word.JOIN),
    ],
)
def test_commands_in_dialect_and_traditional_signs(typed, word):
    assert EAR.hear(typed).word is word


@pytest.mark.parametrize(
    "story",
    [
        "中午楼上装修吵得没法睡觉",
        "行道树倒了",
        "成都路路灯不亮",
        "得不到答复",
        "莫名其妙扣费",
        "对面工地吵",
        "系统登录不上去",
        "妥善处理一下",
        "冇人理我哋",
        "么得人管",
        "简单说就是停水",
        "详细情况见图",
        "恢复供水",
        "联名上书的事",
        "两个月没发工资",
        "三天停水了",
    ],
)
def test_a_story_that_begins_like_a_word_is_a_story(story):
    heard = EAR.hear(story)
    assert (heard.word, heard.ordinal) == (None, 0)


def test_a_run_on_text_by_voice_is_words_and_no_command():
    spoken = "我要投诉那个楼下的烧烤店它每天晚上都在那个烧烤油烟特别大然后我们家窗户都不敢开行不行啊你们管一下"
    heard = EAR.hear(spoken)
    assert (heard.text, heard.plain, heard.word, heard.ordinal) == (spoken, "", None, 0)


def test_every_word_is_understood_as_listed():
    assert {said: EAR.hear(said).word for said in EAR.words} == dict(EAR.words)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("幺三八零零零零一二三四", "13800001234"),
        ("打一三八 0000 1234", ""),
        ("13812345678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("138 1234 5678", "13812345678"),
        ("138-1234-5678", "13812345678"),
        ("+86 13812345678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("我的电话是13812345678，姓王", "13812345678"),
        ("0991-2223333", "0991-2223333"),
        ("（0991）2223333", "0991-2223333"),
        ("09912223333", "0991-2223333"),
        ("0991 222 3333", "0991-2223333"),
        ("010-88886666", "010-88886666"),
        ("021 5555 6666", "021-55556666"),
        ("0991-2223333-801", "0991-2223333-801"),
        ("0991-2223333转801", "0991-2223333-801"),
        ("0991-2223333 转 801", "0991-2223333-801"),
        ("0991-2223333分机801", "0991-2223333-801"),
        ("0991 2223333 ext. 801", "0991-2223333-801"),
        ("1381234567", ""),
        ("138123456789", ""),
        ("12812345678", ""),
        ("2223333", ""),
        ("没有电话", ""),
        ("", ""),
        ("202611210000019", ""),
        ("65010119900101123X", ""),
        ("0991-1223333", ""),
    ],
)
def test_phones_are_brought_to_one_form(typed, number):
    assert EAR.phone(typed) == number


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("WQ20261121-0000019", ("WQ20261121-0000019", "")),
        ("wq202611210000019", ("wq202611210000019", "")),
        ("20261121-0000019", ("20261121-0000019", "")),
        ("查询 WQ20261121-0000019", ("WQ20261121-0000019", "")),
        ("查询WQ20261121-0000019。", ("WQ20261121-0000019", "")),
        ("查詢　ＷＱ２０２６１１２１－０００００１９", ("WQ20261121-0000019", "")),
        ("查询 WQ20261121-0000019 123456", ("WQ20261121-0000019", "123456")),
        ("WQ20261121-0000019，查询码：123456", ("WQ20261121-0000019", "123456")),
        ("WQ2026112-0000019", ("WQ2026112-0000019", "")),
        ("2026112100000", ("2026112100000", "")),
        ("我的编号WQ20261121-0000019怎么还没人办", None),
        ("13812345678", None),
        ("0991-2223333", None),
        ("2026年11月21日", None),
        ("投诉", None),
        ("", None),
    ],
)
def test_a_number_typed_alone_is_a_question_about_it(typed, found):
    assert EAR.reference(typed) == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("撤回 WQ20261121-0000019", (Word.WITHDRAW, "WQ20261121-0000019", "")),
        ("撤销202611210000019", (Word.WITHDRAW, "202611210000019", "")),
        ("评价 WQ20261121-0000019 不满意 没解决", (Word.RATE, "WQ20261121-0000019", "不满意 没解决")),
        ("評價：WQ20261121-0000019，满意", (Word.RATE, "WQ20261121-0000019", "满意")),
        ("撤回", None),
        ("评价一下这个小区的物业", None),
    ],
)
def test_an_act_names_its_petition(typed, found):
    assert EAR.act_on(typed) == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("满意", (Rating.SATISFIED, "")),
        ("滿意！", (Rating.SATISFIED, "")),
        ("非常满意", (Rating.SATISFIED, "")),
        ("基本满意", (Rating.FAIR, "")),
        ("还行吧", (Rating.FAIR, "")),
        ("不满意 没解决", (Rating.DISSATISFIED, "没解决")),
        ("不满意，没人来", (Rating.DISSATISFIED, "没人来")),
        ("我对结果不满意", (Rating.DISSATISFIED, "")),
        ("很不满意。还是吵", (Rating.DISSATISFIED, "还是吵")),
        ("评价：不满意", (Rating.DISSATISFIED, "")),
        ("不满意物业乱收费", None),
        ("满意度调查怎么填", None),
        ("还行驶在路上", None),
        ("", None),
    ],
)
def test_ratings_are_read_with_their_words(typed, found):
    assert EAR.rated(typed) == found


def test_letters_are_counted_and_signs_are_not():
    assert letters("停水", enough=2)
    assert not letters("？？12 😀", enough=1)


def test_whether_it_is_solved_is_read_from_the_first_words():
    assert EAR.solved_said("没解决，还是黑的") is Solved.UNSOLVED
    assert EAR.solved_said("解决了") is Solved.SOLVED
    assert EAR.solved_said("还是黑的，没解决") is None
    assert EAR.solved_said("，") is None
    assert EAR.solved_said("") is None


def test_signs_become_simplified_one_by_one():
    assert EAR.simplified("請問養老資格認證") == "请问养老资格认证"


@pytest.mark.parametrize(
    "text", ["撤回" + " " * 2000 + "x", "评价 编号" + " \n" * 900 + "：", "催办" + "，" * 2000 + "x"]
)
def test_a_text_made_of_blanks_is_read_once(text):
    assert EAR.act_on(text) is None


def test_a_number_with_blanks_between_is_read():
    assert EAR.reference("查询   编号  ：  WQ20261121   -   0000019  ， 查询码 是  123456 。") == (
        "WQ20261121   -   0000019",
        "123456",
    )
    assert EAR.reference("查询" + " " * 57 + "WQ ，") is None
