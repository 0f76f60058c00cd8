"""`qr`: a QR code that opens the dialog for one unit, to be hung up at its counter or printed on its papers.

The platform gives the address that a code with our scene stands for; the code is drawn here. A caption says whom it is
for: in SVG with the reader's own font, in PNG with a Chinese font of this machine, or none where it has none.
"""

import io
from pathlib import Path
from typing import Annotated
from xml.sax.saxutils import escape

import segno
import typer
from PIL import Image, ImageDraw, ImageFont

from adapters.wechat.client import WeChatPlatform
from bot.app.office import Office
from bot.commands.menu import each_account
from bot.commands.running import Config, end, office_of
from bot.petitions.scenes import Scene, write_scene

_FONTS = (
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc"),
    Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"),
    Path("/System/Library/Fonts/PingFang.ttc"),
    Path("C:/Windows/Fonts/msyh.ttc"),
)
_SCALE, _BORDER = 12, 4
_KINDS = (".png", ".svg")


def code(
    unit: Annotated[str, typer.Option("--unit", metavar="UNIT", help="The id of a unit in units.toml.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it: .png or .svg.")],
    config: Config = None,
    hall: Annotated[str, typer.Option("--hall", metavar="WORDS", help="The place it hangs at, for citizens.")] = "",
    account: Annotated[str, typer.Option("--account", metavar="NAME", help="The WeChat account; the only one.")] = "",
) -> None:
    """Make a lasting QR code that opens the dialog for one unit."""
    office = office_of(config)
    caption = _caption(office, unit, hall)
    names = [one.account for one in office.settings.wechat]
    if not account and len(names) > 1:
        end(f"say which --account: {', '.join(names)}")
    if out.suffix.lower() not in _KINDS:
        end(f"--out ends with one of {', '.join(_KINDS)}")
    try:
        scene = write_scene(Scene(unit=unit, hall=" ".join(hall.split())))
    except ValueError as error:
        end(str(error))

    async def do(platform: WeChatPlatform) -> str:
        address = await platform.scene_address(scene)
        captioned = _write(address, out, caption)
        note = "" if captioned else "\nwithout its caption: this machine has no Chinese font; write an .svg instead"
        return f"{scene} -> {address}\n{out}: {caption}{note}"

    each_account(office, account, do)


def _caption(office: Office, unit_id: str, hall: str) -> str:
    unit = office.directory.unit(unit_id)
    if unit is None:
        end(f"no unit {unit_id}; units.toml has: {', '.join(one.id for one in office.directory.units)}")
    if ":" in hall:
        end("--hall has a colon in it: write it without")
    return f"扫码向{unit.name}反映" + (f"（{hall}）" if hall else "")


def _write(address: str, out: Path, caption: str) -> bool:
    """Draw the code into a file; tell whether the caption stands under it."""
    qr = segno.make(address, error="m", micro=False)
    if out.suffix.lower() == ".svg":
        out.write_text(_svg(qr, caption), encoding="utf-8")
        return True
    buffer = io.BytesIO()
    qr.save(buffer, kind="png", scale=_SCALE, border=_BORDER)
    picture = Image.open(buffer).convert("L")
    font = next((path for path in _FONTS if path.exists()), None)
    if font is not None:
        picture = _captioned(picture, caption, font)
    picture.save(out)
    return font is not None


def _svg(qr: segno.QRCode, caption: str) -> str:
    """Return the code with a line of text below, as wide as the code at most."""
    side = qr.symbol_size(scale=1, border=_BORDER)[0]
    size = min(3.0, (side - 2) / len(caption))
    path = qr.svg_inline(scale=1, border=_BORDER, omitsize=True, svgclass=None, lineclass=None)
    text = (
        f'<text x="{side / 2}" y="{side + size * 0.6:.2f}" font-size="{size:.2f}" text-anchor="middle" '
        f'font-family="sans-serif">{escape(caption)}</text>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side + 4}" width="{side * 10}" '
        f'height="{(side + 4) * 10}"><rect width="100%" height="100%" fill="#fff"/>{path}{text}</svg>\n'
    )


def _captioned(picture: Image.Image, caption: str, font_path: Path) -> Image.Image:
    size = min(40, picture.width * 9 // (10 * len(caption)))
    font = ImageFont.truetype(str(font_path), size)
    whole = Image.new("L", (picture.width, picture.height + 2 * size), 255)
    whole.paste(picture, (0, 0))
    drawn = ImageDraw.Draw(whole)
    width = drawn.textlength(caption, font=font)
    drawn.text(((whole.width - width) / 2, picture.height), caption, font=font, fill=0)
    return whole
