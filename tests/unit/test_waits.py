"""A delivery gets its own sealed answer, once; one that cannot be sealed fails alone."""

import asyncio

import pytest

from bot.intake.pending import Wait


def shout(text: str) -> bytes:
    return text.upper().encode()


def refuse(text: str) -> bytes:
    raise ValueError(text)


async def test_the_first_answer_counts_and_is_sealed_for_this_delivery() -> None:
    wait = Wait(asyncio.get_running_loop().create_future(), shout)
    wait.end("first")
    wait.end("second")
    assert await wait.answer == b"FIRST"


async def test_a_delivery_that_has_gone_needs_no_answer() -> None:
    wait = Wait(asyncio.get_running_loop().create_future(), refuse)
    wait.answer.cancel()
    wait.end("late")
    assert wait.answer.cancelled()


async def test_what_cannot_be_sealed_is_raised_where_it_is_awaited() -> None:
    wait = Wait(asyncio.get_running_loop().create_future(), refuse)
    wait.end("word")
    with pytest.raises(ValueError, match="word"):
        await wait.answer
