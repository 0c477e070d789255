"""What the task read, drawn over the pages."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def draw(pages: list[tuple[Path, list[dict]]], out: Path) -> None:
    """Boxes over each page, the text that was read beside it."""
    columns = []
    for path, lines in pages:
        page = Image.fromarray(cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB))
        canvas = Image.new("RGB", (page.width, page.height + 40 * len(lines) + 30), "white")
        canvas.paste(page, (0, 0))
        ink = ImageDraw.Draw(canvas, "RGBA")
        for i, line in enumerate(lines):
            box = [tuple(p) for p in line["box"]]
            ink.polygon(box, fill=(0, 120, 255, 40))
            ink.line([*box, box[0]], fill=(0, 90, 220, 255), width=3)
            text = f"{i + 1}  {line['text']}   {line['score']:.2f}"
            ink.text((24, page.height + 16 + 40 * i), text, fill=(20, 20, 30), font=ImageFont.truetype(FONT, 26))
            ink.text((box[0][0] - 26, box[0][1] - 4), str(i + 1), fill=(200, 40, 0), font=ImageFont.truetype(FONT, 20))
        columns.append(np.asarray(canvas))
    height = max(c.shape[0] for c in columns)
    padded = [np.pad(c, ((0, height - c.shape[0]), (0, 0), (0, 0)), constant_values=255) for c in columns]
    Image.fromarray(np.concatenate(padded, axis=1)).save(out)
