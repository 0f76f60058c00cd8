"""The pictures of the demo's sample: six simple scenes, drawn, so that no photo of a real place or person is shipped.

Scenes are laid out on a canvas of 1600 × 1200 and stored at 1200 × 900, which smooths their edges.
"""

import hashlib
import io
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

_CANVAS = (1600, 1200)
_STORED = (1200, 900)
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A stored JPEG: where it lies, its size in bytes, its digest."""

    path: Path
    size: int
    sha256: str


def draw(scene: str, folder: Path) -> Picture:
    """Draw a scene into a file of random name in `folder`, which is made; KeyError for a scene that is not known."""
    canvas = SCENES[scene]().filter(ImageFilter.GaussianBlur(1.2)).resize(_STORED, Image.Resampling.LANCZOS)
    grain = Image.effect_noise(_STORED, 14).convert("RGB")
    image = Image.blend(canvas, ImageChops.overlay(canvas, grain), 0.45)
    data = io.BytesIO()
    image.save(data, "JPEG", quality=86)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{uuid.uuid4().hex}.jpg"
    path.write_bytes(data.getvalue())
    return Picture(path=path, size=len(data.getvalue()), sha256=hashlib.sha256(data.getvalue()).hexdigest())


def _sky(top: Colour, bottom: Colour) -> Image.Image:
    return Image.composite(
        Image.new("RGB", _CANVAS, bottom), Image.new("RGB", _CANVAS, top), Image.linear_gradient("L").resize(_CANVAS)
    )


def _lit(image: Image.Image, spots: tuple[tuple[int, int, int, Colour], ...]) -> Image.Image:
    """Add soft light: (x, y, radius, colour) each."""
    glow = Image.new("RGB", image.size)
    pen = ImageDraw.Draw(glow)
    for x, y, radius, colour in spots:
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    return ImageChops.screen(image, glow.filter(ImageFilter.GaussianBlur(60)))


def _windows(pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int], *, lit: int, on: Colour, off: Colour) -> None:
    """Fill a facade with windows, every `lit`-th one with light."""
    left, top, right, bottom = box
    for row, y in enumerate(range(top + 40, bottom - 60, 90)):
        for column, x in enumerate(range(left + 35, right - 60, 85)):
            pen.rectangle((x, y, x + 48, y + 56), fill=on if (row * 5 + column * 3) % lit == 0 else off)


def _dark_street() -> Image.Image:
    image = _sky((8, 12, 26), (26, 30, 44))
    pen = ImageDraw.Draw(image)
    for left, top, right in ((0, 260, 420), (470, 380, 760), (1180, 220, 1600)):
        pen.rectangle((left, top, right, 860), fill=(18, 20, 30))
        _windows(pen, (left, top, right, 860), lit=7, on=(214, 170, 96), off=(26, 29, 42))
    pen.polygon(((0, 860), (1600, 860), (1600, 1200), (0, 1200)), fill=(20, 21, 26))
    pen.polygon(((700, 860), (860, 860), (1320, 1200), (260, 1200)), fill=(30, 31, 37))
    for step in range(4):
        pen.rectangle((880, 900 + step * 60, 1240 + step * 40, 926 + step * 60), fill=(38 + 6 * step,) * 3)
    for x, height in ((560, 300), (1040, 180)):
        pen.rectangle((x, height, x + 16, 900), fill=(52, 55, 64))
        pen.rectangle((x, height, x + 130, height + 12), fill=(52, 55, 64))
        pen.ellipse((x + 96, height + 4, x + 168, height + 34), fill=(66, 69, 78))
    return _lit(image, ((150, 560, 60, (70, 50, 20)), (1400, 480, 70, (70, 50, 20))))


def _night_works() -> Image.Image:
    image = _sky((14, 18, 38), (60, 52, 58))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 300, 380, 1000), fill=(32, 34, 46))
    _windows(pen, (0, 300, 380, 1000), lit=4, on=(226, 190, 120), off=(42, 45, 60))
    for floor in range(6):
        y = 420 + floor * 95
        pen.rectangle((640, y, 1120, y + 18), fill=(112, 106, 100))
        for x in range(640, 1121, 120):
            pen.rectangle((x, y, x + 14, y + 95), fill=(92, 88, 84))
    pen.rectangle((1240, 110, 1268, 1000), fill=(196, 150, 44))
    pen.polygon(((720, 150), (1254, 90), (1500, 150), (1500, 168), (720, 168)), outline=(196, 150, 44), width=10)
    pen.line((840, 168, 840, 400), fill=(150, 150, 150), width=5)
    pen.rectangle((790, 400, 890, 428), fill=(160, 96, 60))
    pen.rectangle((0, 960, 1600, 1200), fill=(74, 66, 58))
    for x in range(0, 1600, 200):
        pen.rectangle((x, 880, x + 190, 1000), fill=(40, 92, 128) if x % 400 else (52, 106, 142))
    for x in (560, 1180):
        pen.rectangle((x, 620, x + 12, 900), fill=(150, 150, 150))
        pen.rectangle((x - 40, 590, x + 52, 634), fill=(255, 250, 226))
    return _lit(image, ((566, 612, 190, (190, 176, 130)), (1186, 612, 190, (190, 176, 130))))


def _fire_lane() -> Image.Image:
    image = _sky((168, 194, 216), (222, 226, 226))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 60, 620, 820), fill=(198, 178, 154))
    _windows(pen, (0, 60, 620, 820), lit=99, on=(120, 140, 156), off=(112, 134, 152))
    pen.rectangle((1240, 160, 1600, 820), fill=(184, 166, 148))
    _windows(pen, (1240, 160, 1600, 820), lit=99, on=(112, 134, 152), off=(104, 126, 146))
    pen.rectangle((0, 700, 1600, 1200), fill=(176, 172, 164))
    pen.polygon(((620, 700), (1240, 700), (1600, 900), (1600, 1200), (0, 1200), (0, 900)), fill=(122, 122, 124))
    pen.line((560, 760, 130, 1200), fill=(226, 186, 40), width=16)
    pen.line((1290, 760, 1540, 1200), fill=(226, 186, 40), width=16)
    for offset in range(5):
        pen.line((420 + offset * 190, 1190, 520 + offset * 190, 1090), fill=(226, 186, 40), width=14)
    cars = ((700, 690, 0.55, (236, 236, 238)), (960, 720, 0.7, (70, 84, 104)), (500, 790, 1.0, (150, 48, 44)))
    for x, y, scale, colour in cars:
        _car(pen, x, y, scale=scale, colour=colour)
    return image


def _car(pen: ImageDraw.ImageDraw, x: int, y: int, *, scale: float, colour: Colour) -> None:
    def at(*parts: float) -> tuple[float, ...]:
        return tuple((x, y)[i % 2] + part * scale for i, part in enumerate(parts))

    pen.ellipse(at(-10, 225, 370, 275), fill=(92, 92, 95))
    pen.rounded_rectangle(at(0, 90, 360, 230), radius=36 * scale, fill=colour)
    pen.polygon(at(50, 100, 92, 10, 268, 10, 310, 100), fill=colour)
    pen.polygon(at(74, 96, 108, 28, 252, 28, 286, 96), fill=(58, 74, 88))
    for side in (14, 276):
        pen.rounded_rectangle(at(side, 124, side + 70, 156), radius=10 * scale, fill=(250, 240, 206))
        pen.rounded_rectangle(at(side, 220, side + 66, 262), radius=10 * scale, fill=(30, 30, 32))
    pen.rectangle(at(128, 176, 232, 208), fill=(36, 80, 160))


def _pothole() -> Image.Image:
    image = _sky((196, 206, 212), (160, 160, 158))
    pen = ImageDraw.Draw(image)
    pen.polygon(((0, 300), (1600, 300), (1600, 1200), (0, 1200)), fill=(108, 108, 110))
    pen.rectangle((0, 262, 1600, 308), fill=(176, 172, 164))
    for x in range(40, 1600, 420):
        pen.polygon(((x, 420), (x + 220, 420), (x + 200, 450), (x - 24, 450)), fill=(224, 224, 218))
    rim = ((420, 780), (520, 640), (760, 580), (1010, 610), (1180, 730), (1150, 900), (930, 1000), (640, 985))
    pen.polygon(rim, fill=(76, 74, 72))
    pen.polygon([(800 + (x - 800) * 0.86, 800 + (y - 800) * 0.84) for x, y in rim], fill=(52, 50, 48))
    pen.ellipse((560, 690, 1020, 940), fill=(34, 33, 33))
    pen.ellipse((575, 730, 1035, 965), fill=(92, 92, 94), outline=(60, 60, 62), width=14)
    for row in range(4):
        pen.line((650, 790 + row * 38, 960, 782 + row * 38), fill=(66, 66, 68), width=10)
    for x, y in rim:
        ahead = (x + (x - 800) // 2, y + (y - 800) // 2)
        pen.line((x, y, x + (x - 800) // 4 + 20, y + (y - 800) // 4, *ahead), fill=(72, 71, 70), width=6)
    for x, y in ((330, 900), (1240, 620), (1290, 960), (480, 1060), (1080, 1050)):
        pen.polygon(((x, y), (x + 44, y - 18), (x + 62, y + 16), (x + 18, y + 32)), fill=(82, 80, 78))
    return image


def _cold_room() -> Image.Image:
    image = _sky((214, 210, 198), (196, 190, 178))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 980, 1600, 1200), fill=(150, 122, 92))
    pen.rectangle((860, 90, 1480, 620), fill=(236, 236, 232))
    pen.rectangle((890, 120, 1155, 590), fill=(46, 60, 88))
    pen.rectangle((1185, 120, 1450, 590), fill=(46, 60, 88))
    for x, y in ((930, 190), (1080, 330), (990, 480), (1250, 240), (1390, 420), (1300, 540), (1120, 160)):
        pen.ellipse((x, y, x + 14, y + 14), fill=(214, 222, 234))
    for fin in range(9):
        pen.rounded_rectangle((900 + fin * 62, 690, 950 + fin * 62, 960), radius=22, fill=(240, 240, 238))
        pen.line((943 + fin * 62, 710, 943 + fin * 62, 940), fill=(206, 206, 204), width=6)
    pen.rounded_rectangle((190, 300, 690, 640), radius=44, fill=(250, 250, 250), outline=(190, 190, 190), width=6)
    pen.rounded_rectangle((236, 346, 644, 594), radius=20, fill=(196, 210, 194))
    pen.text((440, 452), "14.2", font=ImageFont.load_default(150), fill=(38, 46, 40), anchor="mm")
    pen.text((440, 558), "C   RH 31%", font=ImageFont.load_default(44), fill=(38, 46, 40), anchor="mm")
    pen.ellipse((322, 540, 334, 552), outline=(38, 46, 40), width=3)
    return image


def _full_bins() -> Image.Image:
    image = _sky((190, 200, 204), (212, 208, 198))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 120, 1600, 800), fill=(190, 148, 122))
    for row, y in enumerate(range(120, 800, 44)):
        pen.line((0, y, 1600, y), fill=(172, 130, 106), width=4)
        for x in range(-60 if row % 2 else 0, 1600, 120):
            pen.line((x, y, x, y + 44), fill=(172, 130, 106), width=4)
    pen.rectangle((0, 800, 1600, 1200), fill=(140, 138, 134))
    pen.ellipse((260, 1010, 1420, 1150), fill=(104, 98, 84))
    bags: tuple[Colour, ...] = ((58, 60, 66), (92, 128, 66), (196, 190, 176), (150, 60, 52), (76, 104, 132))
    for column, x in enumerate((220, 560, 900, 1240)):
        for heap in range(5):
            left, top = x - 24 + heap * 52, 396 - (heap * (4 - heap)) * 22
            pen.ellipse((left, top, left + 118, top + 130), fill=bags[(column + heap) % 5])
        pen.polygon(((x, 470), (x + 260, 470), (x + 230, 980), (x + 30, 980)), fill=(42, 104, 74))
        pen.rectangle((x - 14, 452, x + 274, 500), fill=(34, 86, 62))
        pen.ellipse((x + 40, 950, x + 92, 1006), fill=(34, 34, 36))
        pen.ellipse((x + 168, 950, x + 220, 1006), fill=(34, 34, 36))
    for index, x in enumerate(range(140, 1500, 170)):
        pen.ellipse((x, 990 + index % 3 * 34, x + 130, 1100 + index % 3 * 34), fill=bags[(index * 2) % 5])
        pen.ellipse((x + 90, 1080, x + 190, 1116), fill=(118, 150, 78))
    return image


SCENES: Mapping[str, Callable[[], Image.Image]] = {
    "dark-street": _dark_street,
    "night-works": _night_works,
    "fire-lane": _fire_lane,
    "pothole": _pothole,
    "cold-room": _cold_room,
    "full-bins": _full_bins,
}
