"""What the kinds are called is told by the phrases; the files of the office are held to it."""

from pathlib import Path

import pytest

from bot.app.office import load_office
from bot.petitions.vocabulary import Kind
from config.errors import SettingsError
from config.phrases import PHRASES


def office(tmp_path: Path, old: str, new: str):
    text = PHRASES.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return load_office(None, environ={"WENQIAO_FILES__PHRASES": str(path)})


def problems(tmp_path: Path, old: str, new: str) -> list[tuple[str, str]]:
    with pytest.raises(SettingsError) as caught:
        office(tmp_path, old, new)
    return [(problem.name.rpartition("/")[2], problem.what) for problem in caught.value.problems]


def test_a_kind_is_offered_and_understood_by_the_word_of_the_phrases(tmp_path):
    kinds = {one.kind: one for one in office(tmp_path, 'praise = "表扬"', 'praise = "点个赞"').catalogue.kinds}
    assert [kinds[kind].label for kind in (Kind.PRAISE, Kind.SUGGEST)] == ["点个赞", "建议"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('praise = "表扬"\n', "", [("word.kind.praise", "is missing")]),
        ('praise = "表扬"', 'praise = "建议"', [("matters.toml: praise", "建议 is a name of suggest too")]),
        ('praise = "表扬"', f'praise = "{"好" * 13}"', [("word.kind.praise", "has 13 characters without its values")]),
    ],
)
def test_a_word_that_is_missing_or_means_two_kinds_or_fits_no_choice(tmp_path, old, new, told):
    assert problems(tmp_path, old, new) == told
