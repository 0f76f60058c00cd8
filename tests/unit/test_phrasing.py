from datetime import UTC, date, datetime

import pytest

from bot.messages import Choice, Option, Outbound, Reply
from bot.petitions.vocabulary import NoticeKind, State
from bot.petitions.wording import listed, provisional, word
from bot.phrasing import PhraseError, Phrasing
from config.errors import Problem
from config.phrases import PhraseFileError, check_phrases, load_phrases
from dialogs.needed import NEEDED
from dialogs.spoken import SPOKEN

SOURCES = {
    "plain": {"text": "请回复“提交”。"},
    "simple": {"text": "{{ a }}和{{b}}：{x} 100%"},
    "logic": {"text": "好{% if a %}，{{ a }}{% endif %}"},
    "loop": {"text": "{{ ''.__class__.__mro__ }}"},
    "line": {"text": "· {{ a }}"},
    "list": {"text": "共：\n{{ lines }}"},
    "choice.yes": {"text": "公开"},
    "notice.closed": {
        "text": "办结 {{ number }}",
        "choices": [{"id": "rate:{{ number }}:satisfied", "label": "满意"}],
    },
    "tip.closed": {"text": "请评价"},
}
PHRASING = Phrasing(SOURCES)


def said(phrase, **values):
    return PHRASING.render(Reply(phrase=phrase, values=values)).text


def test_values_stand_where_they_belong_and_are_not_read_again():
    assert said("plain") == "请回复“提交”。"
    assert said("simple", a="{{ b }}", b="<b>{0}</b>") == "{{ b }}和<b>{0}</b>：{x} 100%"
    assert said("logic", a="{{ 7*7 }}") == "好，{{ 7*7 }}"
    assert said("logic", a="") == "好"


def test_replies_among_the_values_are_said_in_their_place():
    lines = tuple(Reply(phrase="line", values={"a": one}) for one in "甲乙")
    lead = (Reply(phrase="line", values={"a": "先"}),)
    tail = (Reply(phrase="plain"), Reply(phrase="line", values={"a": "后"}))
    assert said("list", lines=lines, lead=lead, tail=tail) == "· 先\n共：\n· 甲\n· 乙\n\n请回复“提交”。\n· 后"


def test_dates_and_words_are_said_by_their_phrases():
    book = Phrasing(
        {
            "line": {"text": "{{ a }}"},
            "date.moment": {"text": "{{ year }}-{{ month }}-{{ day }} {{ hour }}:{{ minute }}"},
            "date.day": {"text": "{{ ['Mon', 'Tue'][weekday] }} {{ day }}/{{ month }}"},
            "date.provisional": {"text": "about {{ date }}"},
            "list.and": {"text": "{{ head }} and {{ last }}"},
            "word.state.filed": {"text": "waiting"},
            "notice.closed": {"text": "{{ time }}: {{ status }}"},
            "tip.closed": {"text": "rate"},
        }
    )
    late, tuesday = datetime(2026, 11, 30, 16, 5, tzinfo=UTC), date(2026, 12, 1)
    assert [
        book.render(Reply(phrase="line", values={"a": value})).text
        for value in (late, tuesday, provisional(tuesday), provisional(late, sure=True), listed([]), listed(["x"]))
    ] == ["2026-12-1 00:05", "Tue 1/12", "about Tue 1/12", "2026-12-1 00:05", "", "x"]
    assert book.text(Reply(phrase="line", values={"a": listed([word(State.FILED), tuesday, "x"])})) == (
        "waiting and Tue 1/12 and x"
    )
    values = {"time": late, "status": word(State.FILED)}
    assert book.notice("closed", values).text == "2026-12-1 00:05: waiting"
    assert book.short_fields("closed", values) == {"time": "2026-12-1 00:05", "status": "waiting", "tip": "rate"}


def test_an_option_is_called_what_its_phrase_or_its_label_says():
    label = Reply(phrase="choice.yes")
    choices = (Option(id="yes"), Choice(id="look:1", label="一"), Option(id="rate:1", label=label))
    assert PHRASING.render(Reply(phrase="plain", choices=choices)).choices == (
        Choice(id="yes", label="公开"),
        Choice(id="look:1", label="一"),
        Choice(id="rate:1", label="公开"),
    )


def test_a_notice_brings_its_choices():
    assert PHRASING.notice("closed", {"number": "WQ1"}) == Outbound(
        text="办结 WQ1", choices=(Choice(id="rate:WQ1:satisfied", label="满意"),)
    )
    assert PHRASING.short_fields("closed", {"number": "WQ1", "answer": "一\n二"}) == {
        "number": "WQ1",
        "answer": "一 二",
        "tip": "请评价",
    }


@pytest.mark.parametrize(("phrase", "variable"), [("simple", "b"), ("logic", "a"), ("nowhere", ""), ("loop", "")])
def test_what_cannot_be_said_names_phrase_and_value(phrase, variable):
    values = {"a": 1} if phrase == "simple" else {}
    with pytest.raises(PhraseError) as caught:
        said(phrase, **values)
    assert (caught.value.key, caught.value.variable) == (phrase, variable)


def test_a_broken_template_is_found_at_the_start():
    with pytest.raises(PhraseError) as caught:
        Phrasing({"bad": {"text": "{% if %}"}})
    assert caught.value.key == "bad"


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_every_notice_is_said_with_and_without_its_extras(kind):
    phrasing = Phrasing(load_phrases())
    names = ("number", "kind", "summary", "status", "time", "unit", "unit_phone", "note", "reason", "elsewhere")
    more = ("answer", "answer_due", "changes", "question", "level", "co_units", "until")
    full = {name: f"<{name}>" for name in (*names, *more)}
    bare = dict.fromkeys(full, "") | {"number": "WQ1", "kind": "投诉"}
    assert "<number>" in phrasing.notice(kind, full).text
    assert "WQ1" in phrasing.notice(kind, bare).text
    assert "\n\n" not in phrasing.notice(kind, bare).text
    assert len(phrasing.short_fields(kind, full)["tip"]) <= 20
    brief, long = phrasing.notice(kind, bare, short=True), phrasing.notice(kind, bare)
    assert "\n\n" not in brief.text
    assert len(brief.text) <= len(long.text)
    assert brief.choices == long.choices


def test_what_staff_wrote_is_in_the_short_form_too():
    phrasing = Phrasing(load_phrases())
    values = dict.fromkeys(("summary", "status", "time", "unit", "unit_phone", "answer_due", "until", "changes"), "己")
    values |= {"number": "WQ1", "kind": "投诉", "note": "甲", "reason": "乙", "elsewhere": "丙"}
    values |= {"answer": "丁", "question": "戊"}
    written = {"accepted": "甲", "refused": "乙丙", "forwarded": "甲", "answered": "丁", "asked": "戊", "closed": "甲"}
    said = {kind: phrasing.notice(kind, values, short=True).text for kind in written}
    assert {kind: "".join(sign for sign in "甲乙丙丁戊" if sign in text) for kind, text in said.items()} == written


def test_the_file_is_read_with_all_its_problems(tmp_path):
    path = tmp_path / "zh.toml"
    path.write_text('a = 1\n[b]\nc = "好"\n[d]\ntext = "x"\nmore = 1\nchoices = [{ id = "x" }]\n', encoding="utf-8")
    with pytest.raises(PhraseFileError) as caught:
        load_phrases(path)
    assert [problem.name for problem in caught.value.problems] == ["zh.toml: a", "zh.toml: d", "zh.toml: d"]
    with pytest.raises(PhraseFileError):
        load_phrases(tmp_path / "none.toml")
    path.write_text("x = {", encoding="utf-8")
    with pytest.raises(PhraseFileError):
        load_phrases(path)


def test_a_phrase_may_not_leave_out_what_a_citizen_needs():
    phrases = {"a": {"text": "{{ x }}{% if y %}!{% endif %}"}, "short.a": {"text": "y"}, "b": {"text": "."}}
    problems = check_phrases(phrases, {"a": ("x", "y"), "b": ()}, needed={"a": frozenset({"x", "y"})})
    assert [str(problem) for problem in problems] == [
        "short.a: does not say 'x' — put {{ x }} into it",
        "short.a: does not say 'y' — put {{ y }} into it",
    ]


def test_what_is_needed_is_a_value_of_a_phrase():
    assert {key: sorted(values - SPOKEN[key]) for key, values in NEEDED.items() if not values <= SPOKEN[key]} == {}


def test_phrases_are_held_against_what_is_said():
    phrases = {"a": {"text": "{{ x }}{{ y }}"}, "b": {"text": " "}, "c": {"text": "{% if %}"}, "d": {"text": "."}}
    known = {"a": ("x",), "b": (), "c": (), "e": ()}
    assert [(problem.name, problem.what.split(":")[0]) for problem in check_phrases(phrases, known)] == [
        ("e", "is missing"),
        ("a", "uses 'y', which it does not get"),
        ("b", "is empty"),
        ("c", "is no template"),
        ("d", "is never said"),
    ]
    assert isinstance(check_phrases(phrases, known)[0], Problem)
