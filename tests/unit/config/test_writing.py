"""A file that writes another one otherwise: words first, then signs, and nothing that is in doubt."""

import pytest

from config.phrases import PhraseFileError, load_phrases
from config.writing import Writing

WRITING = Writing(
    words={"回复": "回覆", "恢复": "恢復", "不复查": "不複查", "复查": "复查"},
    signs={"请": "請", "发": "發", "“": "「", "”": "」"},
    doubtful=frozenset("复"),
)
ZH = 'a = "请回复“1”"\n[b]\ntext = "恢复"\nchoices = [{ id = "复:1", label = "回复" }]\n'
HANT = """like = "zh"
[written]
doubtful = "复"
[written.words]
"回复" = "回覆"
"恢复" = "恢復"
[written.signs]
"请“”" = "請「」"
"""


@pytest.mark.parametrize(
    ("text", "written", "doubts"),
    [
        ("请回复“发”。", "請回覆「發」。", ()),
        ("请不复查", "請不複查", ()),
        ("{{ kind or '请' }} 请", "{{ kind or '請' }} 請", ()),
        ("别重复发给我复", "别重复發给我复", ("别重复发给", "给我复")),
        ("复查", "复查", ()),
        ("", "", ()),
    ],
)
def test_words_come_before_signs_and_the_longest_first(text, written, doubts):
    assert (WRITING.written(text), WRITING.doubts(text)) == (written, doubts)


def test_without_words_signs_are_written():
    assert Writing(signs={"请": "請"}).written("请进") == "請进"


@pytest.fixture
def files(tmp_path):
    def write(hant=HANT, zh=ZH):
        (tmp_path / "zh.toml").write_text(zh, encoding="utf-8")
        path = tmp_path / "zh-hant.toml"
        path.write_text(hant, encoding="utf-8")
        return path

    return write


def test_phrases_are_those_of_the_other_file_written_otherwise(files):
    assert load_phrases(files()) == {
        "a": {"text": "請回覆「1」"},
        "b": {"text": "恢復", "choices": [{"id": "复:1", "label": "回覆"}]},
    }


def test_a_phrase_of_its_own_stands_in_the_place_of_the_other(files):
    assert load_phrases(files(HANT + '[b]\ntext = "復原"\n'))["b"] == {"text": "復原"}


IN_DOUBT = ["zh.toml: a: '请回复“1' is in doubt", "zh.toml: b: '恢复' is in doubt", "zh.toml: b: '回复' is in doubt"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('like = "zh"\n', ""), ["zh-hant.toml: like: names no file to be like"]),
        (('like = "zh"', "like = 1"), ["zh-hant.toml: like: names no file to be like"]),
        (('like = "zh"', 'like = "zh-hant"'), ["zh-hant.toml: like: names no file to be like"]),
        (('like = "zh"', 'like = "en"'), ["en.toml: cannot be read (No such file or directory)"]),
        (('"请“”"', '"请“"'), ["zh-hant.toml: written.signs.请“…: has not as many signs on the right"]),
        (('"请“”"', '"请请”"'), ["zh-hant.toml: written.signs.请请”…: writes '请' as '請' already"]),
        (
            ('doubtful = "复"', 'doubtful = "复请"'),
            ["zh-hant.toml: written.doubtful: holds '请', which the signs write"],
        ),
        (('doubtful = "复"', "doubtful = 1"), ["zh-hant.toml: written.doubtful: is no text"]),
        (('doubtful = "复"', 'doubts = "复"'), ["zh-hant.toml: written.doubts: is not known"]),
        (('"回复" = "回覆"', '"" = "回覆"'), ['zh-hant.toml: written.words: is not lines of "…" = "…"']),
        (('"回复" = "回覆"', '"回复" = 1'), ['zh-hant.toml: written.words: is not lines of "…" = "…"']),
        (('"恢复" = "恢復"\n', ""), [IN_DOUBT[1]]),
        (('"回复" = "回覆"\n', ""), [IN_DOUBT[0], IN_DOUBT[2]]),
    ],
)
def test_what_is_wrong_is_named(files, change, told):
    assert change[0] in HANT
    with pytest.raises(PhraseFileError) as caught:
        load_phrases(files(HANT.replace(*change, 1)))
    found = [f"{problem.name}: {problem.what}" for problem in caught.value.problems]
    assert found == told


def test_a_file_that_is_written_otherwise_itself_is_none_to_be_like(files):
    with pytest.raises(PhraseFileError, match="names no file to be like"):
        load_phrases(files(zh='like = "en"\n'))


def test_written_must_be_a_table(files):
    with pytest.raises(PhraseFileError, match="written: is no table"):
        load_phrases(files('like = "zh"\nwritten = "x"\n'))
