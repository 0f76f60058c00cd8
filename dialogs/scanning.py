"""A QR code of ours: whoever scans it talks to the unit it names, and the petition says so.

The scene is remembered until a petition is filed or another code is scanned. It is a suggestion to the clerk: a 举报
keeps it as the place it came from, and is never said to go to that unit.
"""

from bot.messages import Reply
from bot.petitions.scenes import LONGEST
from bot.petitions.vocabulary import Kind
from dialogs.asking import menu, question
from dialogs.talk import Talk


def scanned(talk: Talk, *, otherwise: str) -> Reply:
    """Answer a scan; `otherwise` is the greeting where the code says nothing of a unit."""
    session = talk.session
    if talk.message.text:
        session.scene = talk.message.text[:LONGEST]
    place = talk.office.scene_words(session.scene) if talk.message.text else ""
    if session.parts is not None:
        lead = Reply(phrase="scan.draft", values={"unit": place}) if place else Reply(phrase="draft.still")
        if session.parts.kind is Kind.REPORT:
            lead = Reply(phrase="draft.still")
        return question(talk, lead=lead)
    if not place:
        return menu(talk, phrase=otherwise)
    asked = menu(talk, phrase="scan.menu")
    return (
        asked
        if asked.phrase != "scan.menu"
        else Reply(phrase=asked.phrase, values={**asked.values, "unit": place}, choices=asked.choices)
    )
