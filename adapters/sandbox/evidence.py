"""Something to send when a script says "sample": a real small picture, voice and video.

The voice (two soft tones, AMR-NB, 2 s) and the video (a car passing, H.264, 2 s) are files beside this package; the
picture is drawn anew each time, so that no two are the same file.
"""

import io
import itertools
import struct
from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).parent / "samples"
FILES = {"voice": "voice.amr", "video": "video.mp4"}


class Samples:
    """The sample files, read once at start."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}
        self._numbers = itertools.count(1)

    def load(self) -> None:
        """Read the files; blocking."""
        self._files = {kind: (FOLDER / name).read_bytes() for kind, name in FILES.items()}

    def of(self, kind: str) -> bytes:
        """Return a sample of an image, voice or video."""
        return self.image() if kind == "image" else self._files[kind]

    def image(self) -> bytes:
        """Draw a hole in a road, a little elsewhere each time, as a JPEG."""
        number = next(self._numbers)
        picture = Image.new("RGB", (480, 360), (188, 208, 221))
        draw = ImageDraw.Draw(picture)
        draw.rectangle((0, 150, 480, 360), fill=(112, 112, 116))
        for left in range(-40, 480, 120):
            draw.polygon([(left, 250), (left + 60, 250), (left + 52, 258), (left - 8, 258)], fill=(222, 214, 190))
        shift = number * 23 % 160
        draw.ellipse((90 + shift, 270, 250 + shift, 330), fill=(70, 66, 62))
        draw.ellipse((104 + shift, 280, 236 + shift, 326), fill=(44, 41, 39))
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=82, comment=struct.pack(">I", number))
        return buffer.getvalue()
