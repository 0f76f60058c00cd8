"""`Staff` and `Attachments`: users, sessions that end, an audit trail that only grows, files claimed once."""

from dataclasses import replace
from datetime import timedelta

from bot.petitions.attachment_ports import AttachmentState
from bot.petitions.staff_ports import AuditEntry, User
from bot.petitions.turn_ports import TurnWrites
from bot.petitions.vocabulary import Role
from storage.engine import SqlStorage
from tests.contract.petitioning import HOUR, NOW, filing, picture

ZHAO = User(name="zhao", display="赵受理", role=Role.CLERK, unit="", password_hash="$argon2id$1", created_at=NOW)
QIAN = User(name="qian", display="钱承办", role=Role.OFFICER, unit="water", password_hash="$argon2id$2", created_at=NOW)
MINUTE = timedelta(minutes=1)


async def test_users_are_created_and_replaced(storage: SqlStorage) -> None:
    gone = replace(ZHAO, role=Role.ADMIN, unit="roads", disabled_at=NOW + HOUR)
    async with storage.begin() as work:
        for user in (ZHAO, QIAN):
            await work.staff.put_user(user)
        assert await work.staff.users() == (QIAN, ZHAO)
        await work.staff.put_user(gone)
        await work.commit()
    async with storage.read() as work:
        assert await work.staff.user("zhao") == gone
        assert await work.staff.user("sun") is None
        assert await work.staff.users() == (QIAN, gone)


async def test_sessions_end_by_time_by_name_and_by_user(storage: SqlStorage) -> None:
    async with storage.begin() as work:
        for token, user in (("h1", "zhao"), ("h2", "zhao"), ("h3", "qian")):
            await work.staff.open_session(token, f"data of {token}", user=user, expires=NOW + HOUR)
        await work.staff.open_session("h1", "newer", user="zhao", expires=NOW + 2 * HOUR)
        assert await work.staff.session("h1", now=NOW + HOUR) == "newer"
        assert await work.staff.session("h2", now=NOW + HOUR - MINUTE) == "data of h2"
        assert await work.staff.session("h2", now=NOW + HOUR) is None
        await work.staff.drop_session("h1")
        assert await work.staff.session("h1", now=NOW) is None
        await work.staff.drop_sessions_of("zhao")
        assert [await work.staff.session(token, now=NOW) for token in ("h2", "h3")] == [None, "data of h3"]


async def test_the_audit_trail_is_read_newest_first(storage: SqlStorage) -> None:
    entries = [
        AuditEntry(at=NOW + i * MINUTE, actor="zhao", action="petition.accept", target=f"T{i % 2}", data={"第": i})
        for i in range(5)
    ]
    async with storage.begin() as work:
        for entry in entries:
            await work.staff.audit(entry)
        await work.commit()
    async with storage.read() as work:
        assert await work.staff.audit_trail(limit=3) == (entries[4], entries[3], entries[2])
        assert await work.staff.audit_trail(target="T1") == (entries[3], entries[1])


async def test_wanted_files_are_claimed_once_until_their_lease_ends(
    storage: SqlStorage, other_storage: SqlStorage
) -> None:
    files = [picture("1", at=NOW), picture("2", at=NOW - HOUR), picture("3", next_at=NOW + HOUR)]
    done = picture("4", state=AttachmentState.STORED, path="2026/4.jpg", content_type="image/jpeg", size=3, sha256="a")
    async with storage.begin() as work:
        await work.turns.save(TurnWrites(attachments=[*files, done]))
        await work.commit()

    async def claim(through: SqlStorage, minutes: int, limit: int = 9) -> list[str]:
        now = NOW + minutes * MINUTE
        async with through.begin() as work:
            claimed = await work.attachments.claim(now=now, lease=now + 10 * MINUTE, limit=limit)
            await work.commit()
        assert [file.next_at for file in claimed] == [now + 10 * MINUTE] * len(claimed)
        return [file.media_id for file in claimed]

    assert await claim(storage, 0, limit=1) == ["media-2"]
    assert await claim(other_storage, 0) == ["media-1"]
    assert await claim(storage, 9) == []
    assert await claim(storage, 60) == ["media-1", "media-2", "media-3"]


async def test_what_became_of_a_file_is_kept(storage: SqlStorage) -> None:
    wanted = picture("1")
    async with storage.begin() as work:
        await work.turns.save(TurnWrites(attachments=[wanted]))
        await work.commit()
    again = replace(wanted, attempts=1, next_at=NOW + HOUR, detail="45009")
    stored = replace(
        again,
        state=AttachmentState.STORED,
        path="2026/11/1.jpg",
        playable="2026/11/1.clean.jpg",
        content_type="image/jpeg",
        size=2**40,
        sha256="ab" * 32,
        attempts=2,
        next_at=None,
    )
    for state in (again, stored):
        async with storage.begin() as work:
            await work.attachments.update(state)
            await work.commit()
        async with storage.read() as work:
            assert await work.attachments.get(wanted.key) == state
            assert await work.attachments.get("wechat:main:none") is None


async def test_files_of_a_petition_come_in_the_order_in_which_they_came(storage: SqlStorage) -> None:
    outcome = filing(attachments=tuple(f"wechat:main:{i}" for i in (3, 1, 2)))
    files = [picture("1", at=NOW + HOUR), picture("2"), picture("3"), picture("4")]
    async with storage.begin() as work:
        await work.turns.save(TurnWrites(attachments=files))
        await work.turns.save(TurnWrites(outcomes=[outcome]))
        found = await work.attachments.of_petition(outcome.case.petition.number)
    assert [file.media_id for file in found] == ["media-2", "media-3", "media-1"]


async def test_expired_sessions_are_forgotten_in_batches(storage: SqlStorage) -> None:
    async with storage.begin() as work:
        for number in range(4):
            await work.staff.open_session(f"h{number}", "{}", user="zhao", expires=NOW + number * HOUR)
        forgot = [await work.staff.forget_sessions(now=NOW + 2 * HOUR, limit=2) for _ in range(3)]
        left = [await work.staff.session(f"h{number}", now=NOW) is not None for number in range(4)]
        await work.commit()
    assert (forgot, left) == ([2, 1, 0], [False, False, False, True])
