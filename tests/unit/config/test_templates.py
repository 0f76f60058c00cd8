"""Templates are filled at start with the longest and the emptiest real values, each field that fails being named."""

from functools import partial

import pytest

from adapters.wechat import fields
from bot.app import templates as trying
from bot.app.templates import longest_values, sparsest_values
from bot.petitions.vocabulary import NoticeKind
from bot.phrasing import Phrasing
from config.accounts import SubscriptionTemplate, Template, Term
from config.errors import SettingsError
from config.phrases import load_phrases
from tests.labels import PHRASING, WECHAT

LONGEST, SPARSEST = longest_values(PHRASING), sparsest_values(PHRASING)
compile_templates = partial(trying.compile_templates, phrasing=PHRASING)
fit_fields = partial(fields.fit_fields, blank=WECHAT.blank)
GOOD = {"character_string1": "{{ number }}", "thing2": "{{ unit or '市问政办' }}", "time4": "{{ time }}"}


def test_a_template_that_can_always_be_filled():
    templates = {
        "progress": Template(id="T", fields=GOOD),
        "answered": Template(id="A", fields={"thing1": "{{ tip }}"}),
    }
    specs = compile_templates(templates, where="t")
    assert {kind: (spec.id, spec.lasting) for kind, spec in specs.items()} == {
        "progress": ("T", False),
        "answered": ("A", False),
    }
    assert fit_fields(specs["progress"].fields(LONGEST)) == {
        "character_string1": "WQ20261121-0000019",
        "thing2": "云溪市住房和城乡建设局物业管理服务中心",
        "time4": "2026年11月21日 15:01",
    }
    assert fit_fields(specs["progress"].fields(SPARSEST))["thing2"] == "市问政办"


def test_a_long_term_subscription_is_lasting():
    fields = {"thing1": "{{ tip }}"}
    templates = {
        "progress": SubscriptionTemplate(id="S", fields=fields),
        "answered": SubscriptionTemplate(id="L", fields=fields, term=Term.LONG_TERM),
    }
    specs = compile_templates(templates, where="s")
    assert {kind: spec.lasting for kind, spec in specs.items()} == {"progress": False, "answered": True}


@pytest.mark.parametrize(
    ("field", "source", "what"),
    [
        ("thing2", "{{ officer }}", "'officer' is undefined"),
        ("time4", "{{ answer_due }}", "has no value of its type; it serves "),
        ("time4", "{{ unit_phone }}", "has no value of its type; it serves "),
        (
            "date5",
            "{{ time if answer else answer }}",
            "has no value of its type where a notice leaves its value empty; ",
        ),
        ("thing2", "{{ number + 1 }}", "can only concatenate str"),
        ("thing2", "{{ number | nonsense }}", "No filter named 'nonsense'"),
    ],
)
def test_a_field_that_cannot_be_filled_is_named(field, source, what):
    templates = {"progress": Template(id="T", fields=GOOD | {field: source})}
    with pytest.raises(SettingsError) as caught:
        compile_templates(templates, where="wechat.0.templates")
    (problem,) = caught.value.problems
    assert problem.name.startswith("wechat.0.templates.progress.fields")
    assert problem.what.startswith(what)


def test_it_is_said_which_notices_would_not_arrive():
    templates = {
        "progress": Template(id="T", fields={"time4": "{{ note }}"}),
        "answered": Template(id="A", fields={"time4": "{{ note }}"}),
    }
    with pytest.raises(SettingsError) as caught:
        compile_templates(templates, where="t")
    common, own = (problem.what.rpartition("it serves ")[2] for problem in caught.value.problems)
    assert (common.split(", "), own) == ([kind for kind in NoticeKind if kind != "answered"], "answered")


def test_words_that_a_field_cannot_hold_in_another_language_are_found_at_start():
    sources = {**load_phrases(), "word.state.refused": {"text": "refused after a first look"}}
    english = {
        key: {"text": "done"} for key in sources if key.startswith("word.state.") and not key.endswith("refused")
    }
    phrasing = Phrasing({**sources, "date.moment": {"text": "{{ month }}/{{ day }}"}})
    templates = {"progress": Template(id="T", fields={"phrase1": "{{ status }}", "time2": "{{ time }}"})}
    with pytest.raises(SettingsError) as caught:
        trying.compile_templates(templates, where="t", phrasing=phrasing)
    assert [(problem.name, problem.what.partition(";")[0]) for problem in caught.value.problems] == [
        ("t.progress.fields.time2", "has no value of its type"),
        ("t.progress.fields.phrase1", "would show the status 'refused after a first look' as '无'"),
    ]
    wordless = Phrasing({**sources, **english, "platform.blank": {"text": "none"}})
    with pytest.raises(SettingsError) as caught:
        trying.compile_templates(templates, where="t", phrasing=wordless)
    assert [problem.name for problem in caught.value.problems] == ["t.progress.fields.phrase1"]
