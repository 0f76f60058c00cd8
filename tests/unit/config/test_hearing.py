"""The file of words that citizens type: the shipped one is good, and what would not be understood is named."""

import re
import unicodedata

import pytest

from bot.app.office import hearing_of
from config.hearing import HEARING, HearingFileError, load_hearing
from config.repeats import repeats_fault
from dialogs.hearing import FORM, Word
from dialogs.understanding import Ear
from tests.unit.dialogs.conftest import HEARD

SHIPPED = HEARING.read_text(encoding="utf-8")


def problems(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(HearingFileError) as caught:
        load_hearing(path, form=FORM)
    folder = tmp_path.name
    return [str(problem).removeprefix(f"{folder}/mine.toml: ") for problem in caught.value.problems]


def without(start):
    """Return the shipped file without the entry that begins so; one that goes over several lines ends with `]`."""
    return re.sub(
        rf"^{re.escape(start)}(?:[^\n]*[^\[\n]|\[\n.*?^\])$\n", "", SHIPPED, count=1, flags=re.MULTILINE | re.DOTALL
    )


def test_every_shipped_word_stands_as_it_is_compared():
    ear = Ear(HEARD)
    listed = [word for section in HEARD.words.values() for every in section.values() for word in every]
    compared = {word: "".join(unicodedata.normalize("NFKC", word).lower().split()) for word in listed}
    assert {word: ear.fold(word) or compared[word] for word in listed} == compared


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("skip = [", "skpi = ["), ["commands.skip: is missing", "commands.skpi: is not known"]),
        (
            ("supplement = [", "more_of_it = ["),
            ["commands.more_of_it: is not known", "commands.supplement: is missing"],
        ),
        (("\n[commands]", "\n[comands]"), ["comands: is no section of this file", "commands: is missing"]),
        (('back = ["返回", ', 'back = ["返回", "跳过", '), ["commands.skip: '跳过' stands under back too"]),
        (('back = ["返回", ', 'back = ["返回", "跳過", '), ["commands.skip: '跳过' stands under back too"]),
        (('back = ["返回", ', 'back = ["返回", "S K I P", '), ["commands.skip: 'skip' stands under back too"]),
        (('back = ["返回", ', 'back = ["返回", "", '), ["commands.back: has an empty word"]),
        (('back = ["返回", ', 'back = ["返回", " 回去", '), ["commands.back: ' 回去' has blanks around it"]),
        (('back = ["返回", ', 'back = ["返回", "２", '), ["commands.back: '２' is a number"]),
        (('back = ["返回", ', 'back = ["返回", 2, '), ["commands.back: is no list of words"]),
        (('back = ["返回", ', 'back = [["返回"], '), ["commands.back: is no list of words"]),
        (('back = ["返回", ', f'back = ["{"回" * 17}", '), [f"commands.back: '{'回' * 17}' is too long"]),
        (
            ('back = ["返回", ', 'back = ["back to the step", "one step back now", '),
            ["commands.back: 'one step back now' is too long"],
        ),
        (('supplement = ["补充"]', 'supplement = "补充"'), ["acts.supplement: is no list of words"]),
        (('supplement = ["补充"]', "supplement = []"), ["acts.supplement: has no word"]),
        (
            ('dissatisfied = ["不满意", ', 'dissatisfied = ["满意", '),
            ["ratings.dissatisfied: '满意' stands under satisfied too"],
        ),
        (('2 = ["二"]', '2 = ["二", "一"]'), ["digits.2: '一' stands under 1 too"]),
        (('2 = ["二"]', '2 = ["两个"]'), ["digits.2: '两个' is too long"]),
        (("\n[polite]", "\n[polite]\nafterwards = []"), ["polite.afterwards: is not known"]),
        (('extension = ["转", "分机"]', 'extension = ["转", ""]'), ["phone.extension: has an empty word"]),
        (("ordinal = '", "ordinal = '("), ["patterns.ordinal: is no pattern: missing ), unterminated subpattern"]),
        (
            ("ordinal = '", "ordinal = '(?:{polite.after}+)+"),
            ["patterns.ordinal: repeats a group that is not possessive"],
        ),
        (("ordinal = '", "ordinal = '.*a.*b.*c.*"), ["patterns.ordinal: has 4 parts that repeat without end"]),
        (
            ("ordinal = '", "ordinal = '{choosing.what}?"),
            ["patterns.ordinal: names {choosing.what}, which there is none of"],
        ),
        (("ordinal = '", "ordinal = '{number}"), ["patterns.ordinal: names {number} 2 times"]),
        (("ordinal = '", "ordinal = 3 #"), ["patterns.ordinal: is no text"]),
        (("{judging.feel}?{rating}", "{judging.feel}?"), ["patterns.rating: names {rating} 0 times"]),
        (("rating = '", "rating = '(?:我说)?"), ["patterns.rating: has words of its own"]),
        (("story = 10", "story = 1"), ["lengths.story: is no number in its range"]),
        (("story = 10", "story = true"), ["lengths.story: is no number in its range"]),
        (("story = 10\n", ""), ["lengths.story: is missing"]),
        (("story = 10", "storey = 10"), ["lengths.storey: is not known", "lengths.story: is missing"]),
        (('"復訴', '"訴'), ["signs.訴舉報諮…: has not as many signs on the right"]),
        (("\n[signs]", '\n[signs]\n"復" = "幅"'), ["signs.復訴舉報…: '復' is read as '幅' already"]),
        (("\n[signs]", '\n[signs]\n"髮" = "復"'), ["signs: '髮' is read as '復', which is read as another"]),
        (("\n[signs]", '\n[signs]\n"複" = 1'), ["signs.複…: has not as many signs on the right"]),
    ],
)
def test_what_is_wrong_is_named_with_its_remedy(tmp_path, change, told):
    assert change[0] in SHIPPED
    found = problems(tmp_path, SHIPPED.replace(*change, 1))
    assert [line.split(" — ")[0] for line in found] == told
    assert all(line.split(" — ")[1] for line in found)


@pytest.mark.parametrize("word", list(Word))
def test_no_command_may_be_missing(tmp_path, word):
    assert problems(tmp_path, without(f"{word} = ")) == [
        f"commands.{word}: is missing — add it; see the shipped file of this name for its form"
    ]


def test_everything_is_told_at_once(tmp_path):
    text = SHIPPED.replace('"算了", ', '"算了", "跳过", ', 1).replace("ordinal = '", "ordinal = '(", 1)
    assert len(problems(tmp_path, text + "[more]\n")) == 3


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "is not there"),
        (SHIPPED.encode("gb18030"), "is not UTF-8"),
        (b"[commands", "is not TOML"),
        (b"", "commands: is missing"),
        (b"commands = 3", "commands: is no section"),
    ],
)
def test_a_file_that_is_none(tmp_path, content, what):
    path = tmp_path / "mine.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(HearingFileError) as caught:
        load_hearing(path, form=FORM)
    assert any(what in str(problem) for problem in caught.value.problems), caught.value


def test_a_file_from_windows_is_read(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SHIPPED.replace("\n", "\r\n").encode())
    assert load_hearing(path, form=FORM) == load_hearing(form=FORM)


def test_a_dialect_needs_one_word_and_no_code(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(SHIPPED.replace("yes = [", 'yes = ["巴適得板", ', 1), encoding="utf-8")
    ear = Ear(hearing_of(path))
    assert [ear.hear(said).word for said in ("巴適得板", "巴適得板！", "巴適得板噻")] == [Word.YES] * 3
    assert Ear(HEARD).hear("巴適得板").word is None


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("(?:a|ab)*", "repeats a group that is not possessive"),
        ("(?:a|ab)*+b", None),
        ("(?:a|ab)+?", "repeats a group that is not possessive"),
        ("((a{2})?b){3,}", "repeats a group that is not possessive"),
        ("((a{2})?b){0,3}+", None),
        ("(?:a|b){1,2}", None),
        (r"(?:a)\*\(b\)+", None),
        ("[()*]+[^]*)]{0,9}", None),
        (r"\s*+a.*b[\s:]{2,}+", None),
        (r"\s*a.*b", "has 2 parts that repeat without end"),
        (r"a.*b[\s:]{2,}c{0,200}", "has 3 parts that repeat without end"),
        ("(?P<a>x)*", "repeats a group that is not possessive"),
    ],
)
def test_slow_patterns_are_known_by_their_form(pattern, fault):
    assert repeats_fault(pattern) == fault
