"""Copies of citizens' files that a browser shows or plays, made from the bytes alone.

WeChat's voices are AMR or SILK, which no browser plays: they become WAV. Pictures are redrawn without their metadata
(EXIF holds where a photo was taken) and not larger than a screen needs. Everything here is hostile input and runs in a
worker thread; a file that cannot be read raises `Unplayable`, and the original stays.
"""

import io
import wave
from pathlib import Path

import av
import pysilk
from PIL import Image, ImageOps, UnidentifiedImageError

_LARGEST_SIDE = 2000
_MOST_PIXELS = 60_000_000
_LONGEST_SECONDS = 600
_SILK_RATE = 24_000
_SAMPLE_BYTES = 2


class Unplayable(Exception):
    """No copy could be made of this file."""


def make_playable(source: Path, content_type: str) -> Path | None:
    """Write the copy beside `source` and return it; None where the original serves as it is."""
    match content_type:
        case "audio/amr" | "audio/amr-wb":
            return _decode_audio(source)
        case "audio/silk":
            return _decode_silk(source)
        case "image/jpeg" | "image/png" | "image/gif" | "image/webp" | "image/bmp":
            return _redraw(source)
        case _:
            return None


def _decode_audio(source: Path) -> Path:
    target = source.with_suffix(".wav")
    try:
        with av.open(str(source)) as container, wave.open(str(target), "wb") as out:
            stream = container.streams.audio[0]
            resampler = av.AudioResampler(format="s16", layout="mono", rate=stream.rate)
            out.setnchannels(1)
            out.setsampwidth(_SAMPLE_BYTES)
            out.setframerate(stream.rate)
            most, written = stream.rate * _LONGEST_SECONDS, 0
            for frame in container.decode(stream):
                for piece in resampler.resample(frame):
                    out.writeframes(bytes(piece.planes[0])[: piece.samples * _SAMPLE_BYTES])
                    written += piece.samples
                if written > most:
                    break
    except (av.FFmpegError, IndexError, ValueError, EOFError) as error:
        target.unlink(missing_ok=True)
        raise Unplayable(str(error)) from error
    return target


def _decode_silk(source: Path) -> Path:
    target, raw = source.with_suffix(".wav"), io.BytesIO()
    try:
        with source.open("rb") as sound:
            pysilk.decode(sound, raw, _SILK_RATE)
    except (pysilk.SilkError, OSError, ValueError) as error:
        raise Unplayable(str(error)) from error
    with wave.open(str(target), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(_SAMPLE_BYTES)
        out.setframerate(_SILK_RATE)
        out.writeframes(raw.getvalue())
    return target


def _redraw(source: Path) -> Path:
    target = source.with_name(source.stem + "-shown.jpg")
    try:
        with Image.open(source) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise Unplayable("too many pixels")
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE))
            upright.convert("RGB").save(target, "JPEG", quality=85)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        target.unlink(missing_ok=True)
        raise Unplayable(str(error)) from error
    return target
