"""What is found later of a public mention: an event that moves nothing, is rebuilt like any other, and has words."""

from dataclasses import replace
from datetime import timedelta

from bot.console.history import event_words
from bot.petitions.enriching import enrich
from bot.petitions.evolution import replay
from bot.petitions.vocabulary import EventType
from tests.contract.petitioning import filing

URL = "原文：https://weibo.com/7/K3fnuEfZK"


def test_it_moves_no_clock_and_tells_nobody_and_is_rebuilt():
    filed = filing()
    now = filed.case.petition.filed_at + timedelta(hours=1)
    found = enrich(filed.case, now=now, text=URL, attachments=["weibo:demo:s1"])
    (event,) = found.events
    petition = replace(filed.case.petition, version=2, updated_at=now)
    assert (found.case.petition, found.case.milestones, found.notices) == (petition, filed.case.milestones, ())
    assert replay([*filed.events, event]) == found.case
    assert event.type is EventType.ENRICHED


def test_staff_read_what_was_added():
    found = enrich(filing().case, now=filing().case.petition.filed_at, text=URL, attachments=["a", "b"])
    words = event_words(found.events[0], channel="微博", say=str)
    assert (words.title, words.said) == ("补上了公开微博的原文", (("内容", URL), ("材料", "2 个附件")))
