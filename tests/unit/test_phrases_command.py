"""`python -m bot phrases`: what is wrong with the words for citizens is listed by key, with the remedy."""

import pytest
from typer.testing import CliRunner

from bot.commands.cli import cli
from config.phrases import PHRASES, check_phrases
from dialogs.spoken import SPOKEN

SHIPPED = PHRASES.read_text(encoding="utf-8")


def said(*arguments):
    result = CliRunner().invoke(cli, ["phrases", *map(str, arguments)])
    return result.exit_code, result.output


def test_what_is_shipped_is_in_order():
    code, output = said("check")
    assert (code, ": ok, " in output) == (0, True)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('still = "您正在填写的内容都还在，接着来："\n', ""), "draft.still is missing"),
        (("{{ count }} 份材料", "{{ total }} 份材料"), "filing.evidence_more uses 'total'"),
        (("[draft]\n", '[draft]\nsill = "x"\n'), "draft.sill is never said"),
        (('already = "', 'already = "{% if %}'), "filing.already is no template"),
        (('already = "', 'already = "' + "很" * 300), "filing.already has 3"),
        (('cleared = "都删了。"', 'cleared = "' + "很" * 41 + '"'), "short.ack.cleared has a sentence of 41"),
        (('signed = "已签收，', 'signed = "' + "很" * 20 + "，"), "tip.signed has "),
        (('already = "', 'already = "{{ 1 / 0 }}'), "filing.already"),
    ],
)
def test_every_problem_is_listed_by_its_key(tmp_path, change, told):
    path = tmp_path / "mine.toml"
    assert change[0] in SHIPPED
    path.write_text(SHIPPED.replace(*change, 1), encoding="utf-8")
    code, output = said("check", path)
    assert (code, told in " ".join(output.replace(":", "").split())) == (1, True), output


def test_a_file_that_is_not_there(tmp_path):
    code, output = said("check", tmp_path / "none.toml")
    assert (code, "cannot be read" in output) == (1, True)


def test_the_list_has_every_phrase_with_its_values():
    code, output = said("list")
    lines = output.splitlines()
    assert (code, [line.split("\t")[0] for line in lines]) == (0, sorted(SPOKEN))
    assert "filing.edit\t\t请选要改的一项（也可以直接回复“修改 电话”这样的话）：" in lines


def test_another_language_is_another_file_of_the_folder(tmp_path, monkeypatch):
    (tmp_path / "en.toml").write_text('greeting = "hello"', encoding="utf-8")
    monkeypatch.setenv("WENQIAO_FILES__PHRASES", str(tmp_path))
    monkeypatch.setenv("WENQIAO_PHRASES__LANGUAGE", "en")
    code, output = said("check")
    assert (code, "filing.kind" in output) == (1, True)


def test_a_short_form_needs_its_full_form():
    problems = check_phrases({"short.a": {"text": "x"}, "b": {"text": "y"}}, {"b": ()})
    assert [(problem.name, problem.what) for problem in problems] == [("short.a", "is never said")]
