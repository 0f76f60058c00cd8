"""Every conversation of tests/transcripts goes as it is written, on each platform, through the whole gateway."""

from statistics import median

import pytest

from tests.web.transcripts.conftest import START, Street
from tests.web.transcripts.reading import Story, promised, stories
from tests.web.transcripts.stage import Stage

ALL = tuple(stories())
RUNS = [
    pytest.param(story, platform, id=f"{story.file}-{story.name}-{platform}")
    for story in ALL
    for platform in story.platforms
]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("story", "platform"), RUNS)
async def test_goes_as_written(street: Street, story: Story, platform: str) -> None:
    stay = await street.stay(story.settings)
    stay.house.clock.set(START)
    await Stage(house=stay.house, platform=platform, restart=stay.restart).play(story.on(platform))


def test_what_the_table_promises_is_shown() -> None:
    names = [f"{story.file} / {story.name}" for story in ALL]
    shown = list(promised())
    assert len(names) == len(set(names))
    assert [one for one in shown if one[1] not in names] == []
    assert {story.file for story in ALL} == {name.partition(" / ")[0] for _, name in shown}


def test_sixty_petitions_take_five_messages_or_fewer_in_the_middle() -> None:
    petitions = [story for story in ALL if story.file.startswith("诉求")]
    counts = [story.messages_to_file for story in petitions if story.messages_to_file]
    assert len(petitions) == 60
    assert (min(counts), median(counts) <= 5) == (2, True), sorted(counts)
