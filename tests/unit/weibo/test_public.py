"""What leaves in public: personal data of every kind is fed through every way, and none of it comes out."""

from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.platform import Refused
from adapters.weibo import public
from adapters.weibo.personal import findings
from adapters.weibo.public import LONGEST_PUBLIC, check_public
from tests.labels import WEIBO

OMITTED = WEIBO.omitted
public_text = partial(public.public_text, labels=WEIBO)
scrub = partial(public.scrub, omitted=OMITTED)

NUMBER = "WQ20261121-0000019"
OTHER_NUMBER = "WQ20261122-0000022"
PHRASES = (
    "您好，您反映的问题已收到，编号 {number}。为保护隐私，请点我们头像发私信继续办理，请勿在评论里公开个人信息。",
    "您的诉求（{number}）已转交市城管局办理，预计11月30日前答复。",
    "您的诉求 {number} 已办结，请私信查询结果，欢迎评价。",
    "{number}：承办单位将于2026-11-30 17:30前答复，咨询请拨打12319。",
    "感谢您的关心和支持！",
    "已受理，8小时内响应，7个工作日内答复。",
)
# kind → (what a citizen may have written, the part that must not come out)
PERSONAL = {
    "mobile": ("13800138000", "13800138000"),
    "mobile in groups": ("138-0013-8000", "0013"),
    "mobile in spaces": ("138 0013 8000", "0013"),
    "mobile spread out": ("1 3 8 0 0 1 3 8 0 0 0", "3 8 0 0"),
    "mobile in lines": ("138\n0013\n8000", "0013"),
    "mobile with dots": ("138.0013.8000", "0013"),
    "mobile with +86": ("+86 13800138000", "00138"),
    "mobile full-width": ("１３８００１３８０００", "００１３８"),
    "mobile circled": ("①③⑧⓪⓪①③⑧⓪⓪⓪", "③⑧"),
    "mobile in Han": ("一三八零零一三八零零零", "三八零零"),
    "mobile in banking Han": ("壹叁捌零零壹叁捌零零零", "叁捌零零"),
    "mobile with hidden signs": ("138\u200b0013\u200b8000", "0013"),
    "mobile with a keycap": ("1\ufe0f\u20e33\ufe0f\u20e38\ufe0f\u20e30013 8000", "0013"),
    "landline": ("0571-88888888", "8888"),
    "landline bare": ("电话 8888123", "8888123"),
    "extension": ("分机8012", "8012"),
    "ID number": ("110105194912310023", "19491231"),
    "ID number with X": ("11010519491231002X", "002X"),
    "ID number in groups": ("110105 19491231 002x", "002x"),
    "old ID number": ("110105491231002", "491231"),
    "bank card": ("6222 0200 0000 0000 000", "6222"),
    "passport": ("E12345678", "12345678"),
    "plate": ("浙A12345", "A12345"),
    "plate with a dot": ("浙A·12345", "12345"),
    "plate with a space": ("浙a 12345", "12345"),
    "plate of an electric car": ("粤BD12345", "D12345"),
    "plate full-width": ("浙Ａ１２３４５", "２３４"),
    "plate without province": ("A·12345", "12345"),
    "coach's plate": ("沪A1234学", "1234"),
    "mail": ("zhang.san+1@mail.example.com", "zhang"),
    "mail full-width": ("zhang＠example.com", "zhang"),
    "web address": ("https://weibo.com/u/2489518277", "2489518277"),
    "web address short": ("http://t.cn/zQgLLYO", "zQgLLYO"),
    "web address bare": ("www.example.com/zhang", "zhang"),
    "nickname": ("@小明爱吃鱼", "小明"),
    "answered nickname": ("回复@小明爱吃鱼:好", "小明"),
    "QQ": ("QQ：12345", "12345"),
    "WeChat id": ("微信号zhang_san88", "zhang_san88"),
    "code": ("查询码123456", "123456"),
    "house": ("幸福路12号3单元502室", "502"),
    "house in Han": ("三号楼二单元五〇二室", "二单元"),
    "building": ("幸福小区5栋", "5栋"),
    "house by numbers": ("5-2-301", "301"),
    "street number": ("中山路88", "88"),
    "floor": ("住在12层", "12层"),
    "birthday": ("1980年5月12日", "1980"),
    "birthday in figures": ("1980-05-12", "05-12"),
    "name announced": ("我叫张三", "张三"),
    "name in a form": ("姓名：欧阳小明", "小明"),
    "name with a title": ("张先生", "张"),
    "full name with a title": ("王小明女士", "小明"),
    "name of three signs": ("联系人李小龙", "小龙"),
}
SECRETS = ("张三丰", "爱吃鱼的小明", "幸福路烧烤店", "Nick_Name")


@pytest.mark.parametrize("kind", PERSONAL)
@pytest.mark.parametrize("phrase", PHRASES, ids=range(len(PHRASES)))
@pytest.mark.parametrize("place", ["before", "after", "within"])
def test_nothing_personal_leaves_in_any_phrase(kind, phrase, place):
    written, telling = PERSONAL[kind]
    words = phrase.format(number=NUMBER)
    split = {"before": 0, "within": words.find("，") + 1, "after": len(words)}[place]
    text = public_text(f"{words[:split]}{written}，{words[split:]}", number=NUMBER)
    assert telling not in text.replace(NUMBER, "")
    assert (findings(text), NUMBER in text, len(text) <= LONGEST_PUBLIC) == ((), True, True)
    check_public(text)


@pytest.mark.parametrize("kind", PERSONAL)
def test_the_last_gate_refuses_what_was_not_scrubbed(kind):
    with pytest.raises(Refused) as caught:
        check_public(f"{NUMBER} 已办结，{PERSONAL[kind][0]}")
    assert caught.value.code == "not_public"
    assert PERSONAL[kind][1] not in str(caught.value)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("phrase", PHRASES, ids=range(len(PHRASES)))
def test_what_is_known_to_be_personal_leaves_in_no_phrase(secret, phrase):
    words = f"{phrase.format(number=NUMBER)}{secret}反映的{secret.upper()}问题"
    text = public_text(words, number=NUMBER, secret=SECRETS)
    assert secret.lower() not in text.lower()


def test_a_secret_is_found_in_disguise():
    written = "张\u200b三丰、ｎｉｃｋ_ｎａｍｅ、NICK_NAME"
    assert scrub(written, secret=SECRETS) == f"{OMITTED}、{OMITTED}、{OMITTED}"


@pytest.mark.parametrize("phrase", PHRASES, ids=range(len(PHRASES)))
def test_a_phrase_without_anything_personal_is_left_alone(phrase):
    words = phrase.format(number=NUMBER)
    expected = words if NUMBER in words else f"【{NUMBER}】{words}"
    assert (public_text(words, number=NUMBER, secret=SECRETS), findings(words)) == (expected, ())


@pytest.mark.parametrize("phrase", PHRASES, ids=range(len(PHRASES)))
def test_two_petitions_are_never_told_the_same(phrase):
    texts = {public_text(phrase.format(number=number), number=number) for number in (NUMBER, OTHER_NUMBER)}
    assert len(texts) == 2


def test_the_offices_own_words_may_stay():
    words = f"{NUMBER} 已办结，咨询请拨打0571-88888888，@某某发布"
    allowed = ("0571-88888888", "@某某发布")
    assert public_text(words, number=NUMBER, allowed=allowed) == words
    check_public(words, allowed=allowed)
    with pytest.raises(Refused):
        check_public(words)


def test_a_secret_wins_over_what_is_allowed():
    text = public_text(f"{NUMBER} 已办结 0571-88888888", number=NUMBER, allowed=["0571-88888888"], secret=["88888888"])
    assert text == f"{NUMBER} 已办结 0571-{OMITTED}"


def test_something_like_a_number_hides_nothing():
    assert findings("WQ13800138-0001380001") == ("number", "passport")
    assert findings(f"{NUMBER}13800138000") == ("number",)


@pytest.mark.parametrize("words", ["", "   ", "13800138000", "张先生，13800138000。", NUMBER])
def test_a_text_of_which_nothing_is_left_is_refused(words):
    with pytest.raises(Refused):
        public_text(words, number=NUMBER)


@pytest.mark.parametrize("number", ["", "WQ1", "13800138000", "WQ20261121-0000019x", "WQ2026112１-0000019"])
def test_a_number_that_is_none_stops_the_caller(number):
    with pytest.raises(ValueError, match="not a petition number"):
        public_text("已办结", number=number)


def test_a_long_text_is_cut_at_a_sentence_and_keeps_its_number():
    words = "您的诉求已办结。" + "感谢关心" * 15 + "。" + "请私信" * 40
    text = public_text(words, number=NUMBER)
    assert text == f"【{NUMBER}】您的诉求已办结。" + "感谢关心" * 15 + "。"
    late = public_text("请私信" * 60 + NUMBER, number=NUMBER)
    assert (late.startswith(f"【{NUMBER}】请私信"), late.endswith("…"), len(late) <= LONGEST_PUBLIC) == (True,) * 3


@pytest.mark.parametrize("text", ["", " ", "诉" * (LONGEST_PUBLIC + 1), "😀" * (LONGEST_PUBLIC // 2 + 1)])
def test_the_last_gate_refuses_nothing_and_too_much(text):
    with pytest.raises(Refused):
        check_public(text)


def test_the_rival_is_not_named_in_public():
    assert public_text("请关注微信公众号", number=NUMBER) == f"【{NUMBER}】请关注某信公众号"
    with pytest.raises(Refused):
        check_public("请关注微信公众号")


@given(st.text(st.sampled_from("张三先生号栋1380-@路浙A.我叫，。诉求 WQ"), max_size=200))
def test_whatever_is_scrubbed_passes_the_gate(words):
    try:
        text = public_text(words, number=NUMBER)
    except Refused:
        return
    check_public(text)
    assert NUMBER in text


def test_what_stands_for_what_was_left_out_is_what_one_is_told():
    labels = replace(WEIBO, omitted="[-]", numbered=lambda number: f"{number}: ")
    words = "Answered. Call 13800138000, ask for 张先生."
    assert public.public_text(words, number=NUMBER, labels=labels) == f"{NUMBER}: Answered. Call [-], ask for [-]."
    with pytest.raises(Refused):
        public.public_text("13800138000.", number=NUMBER, labels=labels)
    long = public.public_text("Answered. " * 11 + "Ask us in a message.", number=NUMBER, labels=labels)
    assert long == f"{NUMBER}: " + ("Answered. " * 10).strip()


def test_the_gate_is_quick():
    for words in ("1" * 2000, "张" * 2000, "a." * 1000, "路" * 2000, "12号" * 600, "a" * 2000, "1-" * 1000, "@" * 2000):
        assert scrub(words, secret=["x" * 50]) is not None
    with pytest.raises(Refused):
        scrub("诉" * 2001)
