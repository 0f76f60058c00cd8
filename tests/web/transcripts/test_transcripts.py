"""Every conversation of tests/transcripts goes as it is written, on each platform, through the whole gateway."""

import pytest

from tests.web.gateway.conftest import House
from tests.web.transcripts.conftest import START
from tests.web.transcripts.reading import Story, stories
from tests.web.transcripts.stage import Stage

ALL = tuple(stories())
RUNS = [
    pytest.param(story, platform, id=f"{story.file}-{story.name}-{platform}")
    for story in ALL
    for platform in story.platforms
]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("story", "platform"), RUNS)
async def test_goes_as_written(shared_house: House, story: Story, platform: str) -> None:
    shared_house.clock.set(START)
    await Stage(house=shared_house, platform=platform).play(story.on(platform))
