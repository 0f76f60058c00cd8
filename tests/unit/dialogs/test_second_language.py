"""A language nobody speaks, from data alone: a command is `Skip Ka`, a number `two`, a kind is what the matters say."""

from dataclasses import replace

import pytest

from bot.app.office import hearing_of
from bot.petitions.vocabulary import Kind, Rating, Solved
from dialogs.engine import Engine
from dialogs.hearing import FORM, Hearing, Word
from dialogs.mentioned import Sense
from dialogs.references import ActOn, Reference
from dialogs.session import State
from dialogs.taps import FIELDS
from dialogs.understanding import Ear
from tests.made_up import made_up_hearing
from tests.unit.dialogs.conftest import CATALOGUE, Stage
from tests.unit.dialogs.test_mentioned import mention


@pytest.fixture(scope="module")
def heard(tmp_path_factory) -> Hearing:
    path = tmp_path_factory.mktemp("hearing") / "ka.toml"
    path.write_text(made_up_hearing(), encoding="utf-8")
    return hearing_of(path)


@pytest.fixture
def ear(heard) -> Ear:
    return Ear(heard)


@pytest.fixture
def foreign(heard) -> Stage:
    """Return a stage on which nobody understands a word of Chinese."""
    stage = Stage()
    kinds = tuple(replace(one, label=f"{one.kind} mo", synonyms=(f"a {one.kind}",)) for one in CATALOGUE.kinds)
    stage.engine = Engine(replace(CATALOGUE, hearing=heard, kinds=kinds))
    return stage


@pytest.mark.parametrize("word", list(Word))
def test_every_command(ear, word):
    for typed in (f"{word} ka", f"  {word.upper()}  KÄ!", f"{word}ka 👍"):
        assert ear.hear(typed).word is word


def test_a_short_greeting_is_no_story_and_a_long_command_is_one_still(foreign):
    foreign.says("hello out there, you all")
    assert foreign.session().parts.content == "hello out there, you all"
    foreign.says("I want to cancel ka, thank you", who="乙")
    foreign.says("hello out there, you", who="乙")
    assert foreign.session("乙").parts is None


def test_yes_and_no_and_politeness(ear):
    said = ("I want to yes ka", "please no ka", "no ka thank you", "跳过", "好的")
    assert [ear.hear(text).word for text in said] == [Word.YES, Word.NO, Word.NO, None, None]


def test_numbers(ear):
    said = ("2", "Two", "the second", "the 3th", "tenth", "two three", "三", "第三个")
    assert [ear.hear(text).ordinal for text in said] == [2, 2, 0, 3, 10, 0, 0, 0]


def test_judgements(ear):
    said = ("Fair Ka", "feel ka: satisfied ka, at last", "dissatisfied kä", "满意")
    assert [rated and rated.rating for rated in map(ear.rated, said)] == [
        Rating.FAIR,
        Rating.SATISFIED,
        Rating.DISSATISFIED,
        None,
    ]
    assert [ear.solved_said(text) for text in ("partlyka", "没解决")] == [Solved.PARTLY, None]


def test_changes(ear):
    said = ("change the phone ka", "changeplaceka", "change the threeth", "改3")
    wanted = [ear.field_wanted(ear.fold(text)) for text in said]
    assert [ear.fields.get(text, ear.ordinal(text)) for text in wanted] == ["phone", "place", 3, 0]
    assert [ear.kind_wanted(ear.fold(text)) for text in ("Oh no, into praise!", "改成表扬")] == ["praise", ""]


def test_a_talk_with_a_person(ear):
    assert (ear.ends, ear.leaves) == ({"endska"}, {"endska", "leaveska"})


def test_what_is_found_in_a_story(ear):
    stories = ("Good day, I complain of reportmo by the mill", "The lamp is out. Helpmo!", "where to register?")
    assert [ear.kind_in(story) for story in stories] == [Kind.REPORT, Kind.HELP, Kind.CONSULT]
    others = ("where to register, nobody says", "我要投诉烧烤店", "where is it")
    assert [ear.kind_in(story) for story in others] == [None, None, None]
    assert [ear.place_in(text) for text in ("im 和平路12号", "I live Im和平路12号")] == ["和平路12号", "和平路12号"]


def test_mentions(foreign):
    texts = ("Well done!", "well done, but the lamp is broken", "submit the lamp", "感谢", "Chat Ka", "加微信")
    assert [foreign.engine.mentions.sense(mention(text)) for text in texts] == [
        Sense.PRAISE,
        Sense.REQUEST,
        Sense.REQUEST,
        Sense.REQUEST,
        Sense.BARE,
        Sense.REQUEST,
    ]


def test_petitions_and_phones(ear):
    number = "WQ20261121-0000019"
    assert ear.reference(f"show case {number} secret is 123456") == Reference(number, "123456")
    assert ear.act_on(f"Chase Ka {number} at last") == ActOn(Word.CHASE, number, "at last")
    assert ear.act_on(f"催办 {number}") is None
    assert [ear.phone("u v z u v w x p q r s"), ear.phone("0991-2222222 then 12")] == ["", "0991-2222222-12"]
    assert ear.phone("uwsuvwxpqrs") == "13812345678"


def test_a_petition_is_filed(foreign):
    for text in ("a complaint", "the lamp in our street is broken", "Peace Street 12", "skip ka", "skip ka"):
        foreign.says(text)
    assert foreign.session().parts.kind is Kind.COMPLAINT
    foreign.says("private ka")
    assert foreign.session().state is State.SUMMARY
    foreign.says("上报")
    assert foreign.last == ""
    foreign.says("please submit ka")
    assert foreign.cases[foreign.last].petition.place == "Peace Street 12"


def test_every_field_of_a_draft_has_its_words():
    assert FORM.sections["fields"].keys == FIELDS.keys()


def test_what_is_shown_can_be_typed_though_no_list_has_it(foreign):
    for text in ("a complaint", "the lamp in our street is broken", "Peace Street 12", "skip ka", "skip ka"):
        foreign.says(text)
    states = []
    for label in ("不公开", "修改", "材料", "跳过", "取消", "继续填写", "提交"):
        assert label in {choice.label for choice in foreign.choices}
        foreign.says(f"{label}！")
        states.append(foreign.session().state)
    assert states == [
        State.SUMMARY,
        State.EDIT,
        State.EVIDENCE,
        State.SUMMARY,
        State.CANCEL,
        State.SUMMARY,
        State.IDLE,
    ]
    assert foreign.last != ""
