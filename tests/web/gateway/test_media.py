"""What citizens attach: fetched, hashed, typed by content, made playable; and what happens when it cannot be had."""

import base64
import hashlib
import io
import wave
from datetime import timedelta

import pytest
from PIL import Image

from bot.petitions.attachment_ports import Attachment, AttachmentState

from .conftest import Citizen, House, until
from .databases import away, rows

STATES = {AttachmentState.STORED, AttachmentState.LOST}


async def attachment(house: House) -> Attachment:
    """Return the newest attachment."""
    key = (await rows(house, "SELECT key FROM attachments ORDER BY id DESC LIMIT 1"))[0]
    async with house.running.storage.read() as work:
        found = await work.attachments.get(key)
    assert found is not None
    return found


async def settled(house: House) -> Attachment:
    async def there() -> Attachment | None:
        found = await attachment(house)
        return found if found.state in STATES else None

    result: Attachment = await until(there)
    return result


async def tried(house: House, times: int) -> Attachment:
    async def there() -> Attachment | None:
        house.advance(milliseconds=1)  # wakes the loop, should it have gone to sleep after the clock was set
        found = await attachment(house)
        return found if found.attempts >= times else None

    result: Attachment = await until(there)
    return result


async def sender(house: House) -> Citizen:
    return await house.citizen("安阿姨")


def photo(form: str = "JPEG") -> bytes:
    """Return a picture taken on its side, with the place where it was taken in its metadata."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif.get_ifd(0x8825)[2] = (29.0, 33.0, 46.0)  # latitude
    exif[0x010F] = "SECRETPHONE"
    buffer = io.BytesIO()
    Image.new("RGB", (320, 200), (90, 120, 60)).save(buffer, form, **({"exif": exif} if form == "JPEG" else {}))
    return buffer.getvalue()


async def test_a_picture(house: House) -> None:
    content = photo()
    assert b"SECRETPHONE" in content
    await (await sender(house)).sends("image", base64.b64encode(content).decode())
    kept = await settled(house)
    original = house.data_dir / kept.path
    assert (kept.state, kept.content_type, kept.size, kept.sha256, kept.detail) == (
        AttachmentState.STORED,
        "image/jpeg",
        len(content),
        hashlib.sha256(content).hexdigest(),
        "",
    )
    assert (original.read_bytes(), original.suffix, original.parent) == (
        content,
        ".jpg",
        house.data_dir / "media" / "2026-11",
    )
    shown = (house.data_dir / kept.playable).read_bytes()
    with Image.open(io.BytesIO(shown)) as picture:
        assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (200, 320), {})
    assert b"SECRETPHONE" not in shown


async def test_a_voice(house: House) -> None:
    await (await sender(house)).sends("voice")
    kept = await settled(house)
    assert (kept.content_type, kept.path.endswith(".amr"), kept.playable.endswith(".wav")) == ("audio/amr", True, True)
    with wave.open(str(house.data_dir / kept.playable)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 8000)
        assert 1.9 < sound.getnframes() / 8000 < 2.1
        assert any(sound.readframes(8000))


async def test_a_video(house: House) -> None:
    await (await sender(house)).sends("video")
    kept = await settled(house)
    assert (kept.content_type, kept.path.endswith(".mp4"), kept.playable) == ("video/mp4", True, "")


@pytest.mark.parametrize(
    ("content", "content_type", "suffix"),
    [
        (photo("PNG"), "image/png", ".png"),
        (photo("GIF"), "image/gif", ".gif"),
        (b"MZ\x90\x00" + b"\x00" * 100, "application/octet-stream", ".bin"),
        (b"\xff\xd8\xff" + b"no picture" * 20, "image/jpeg", ".jpg"),
    ],
)
async def test_the_content_says_what_it_is(small_house: House, content: bytes, content_type: str, suffix: str) -> None:
    house = small_house
    await (await sender(house)).sends("image", base64.b64encode(content).decode())
    kept = await settled(house)
    assert (kept.state, kept.content_type, (house.data_dir / kept.path).suffix) == (
        AttachmentState.STORED,
        content_type,
        suffix,
    )
    assert (house.data_dir / kept.path).read_bytes() == content
    broken = content_type == "image/jpeg"
    assert (kept.detail.startswith("no playable copy"), kept.playable.endswith("-shown.jpg")) == (
        broken,
        suffix in {".png", ".gif"},
    )


async def test_one_that_is_no_longer_there(house: House) -> None:
    await house.fault(media_get={"mode": "errcode", "errcode": 40007})
    await (await sender(house)).sends("image")
    lost = await settled(house)
    assert (lost.state, lost.path, lost.attempts, lost.detail) == (
        AttachmentState.LOST,
        "",
        1,
        "media/get: errcode 40007",
    )
    assert await house.counter('wenqiao_media_total{result="lost"}') == 1.0


@pytest.mark.parametrize("fault", [{"mode": "html"}, {"mode": "500"}, {"mode": "errcode", "errcode": -1}])
async def test_a_body_that_is_no_file_is_asked_for_again(small_house: House, fault: dict[str, object]) -> None:
    house = small_house
    await house.fault(media_get=fault)
    await (await sender(house)).sends("image")
    again = await tried(house, 1)
    assert (again.state, again.next_at is not None) == (AttachmentState.WANTED, True)
    assert list(house.data_dir.glob("media/*/*")) == []
    house.advance(seconds=11)
    kept = await settled(house)
    assert (kept.state, kept.attempts) == (AttachmentState.STORED, 2)


async def test_a_slow_platform(small_house: House) -> None:
    await small_house.fault(media_get={"mode": "slow", "seconds": 0.4})
    an = await sender(small_house)
    await an.sends("image")
    assert "投诉的事" in await an.says("投诉")
    assert (await settled(small_house)).state is AttachmentState.STORED


async def test_three_days_and_no_longer(small_house: House) -> None:
    house = small_house
    await house.fault(media_get={"mode": "500", "times": 1000})
    await (await sender(house)).sends("image")
    first = await tried(house, 1)
    assert first.next_at is not None
    waits = [(first.next_at - house.clock.now(), first.next_at - first.received_at)]
    for times in range(2, 90):
        last = await attachment(house)
        if last.state is AttachmentState.LOST:
            break
        assert last.next_at is not None
        house.clock.set(last.next_at + timedelta(milliseconds=10))
        again = await tried(house, times)
        if again.next_at is not None:  # it was tried at some moment between then and now
            waits.append((again.next_at - house.clock.now(), again.next_at - last.next_at))
    lost = await attachment(house)
    assert (lost.state, lost.detail) == (AttachmentState.LOST, "media/get: HTTP 500")
    wanted = [10, 20, 40, 80, 160, 320, 640, 1280, 2560] + [3600] * (len(waits) - 9)
    assert len(waits) > 70
    for (least, most), seconds in zip(waits, wanted, strict=True):
        assert least <= timedelta(seconds=seconds) <= most
    assert timedelta(hours=70) < house.clock.now() - lost.received_at < timedelta(hours=72)


async def test_expired_while_we_were_down(any_house: House) -> None:
    house = any_house
    await house.start()
    await house.fault(media_get={"mode": "500"})
    await (await sender(house)).sends("image")
    await tried(house, 1)
    await house.stop()
    house.advance(days=3, hours=1)
    await house.start()
    lost = await settled(house)
    assert (lost.state, lost.detail) == (AttachmentState.LOST, "media/get: errcode 40007")


async def test_the_database_is_away_meanwhile(postgres_house: House) -> None:
    house = postgres_house
    await house.start()
    await house.fault(media_get={"mode": "slow", "seconds": 0.5})
    await (await sender(house)).sends("image")

    async def asked() -> bool:
        return await house.calls("media/get") == 1

    await until(asked)
    async with away(house):
        await until(lambda: fetched(house))
    house.advance(minutes=6)  # the lease of the first try has run out
    assert (await settled(house)).state is AttachmentState.STORED


async def fetched(house: House) -> bool:
    """Tell whether the file is here, its record not written."""
    return list(house.data_dir.glob("media/*/*-shown.jpg")) != []


async def test_twenty_pictures_at_once(house: House) -> None:
    citizens = [await house.citizen(f"市民{n}") for n in range(20)]
    for citizen in citizens:
        await citizen.sends("image")

    async def all_there() -> bool:
        return await rows(house, "SELECT state FROM attachments") == ["stored"] * 20

    await until(all_there)
    assert len(set(await rows(house, "SELECT sha256 FROM attachments"))) == 20
    assert len(list(house.data_dir.glob("media/*/*-shown.jpg"))) == 20
