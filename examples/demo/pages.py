"""Renders the demo's pages with known words: pages.py OUT.

OUT/page.png is the page itself, OUT/photo.png the same as a phone sees it (perspective, blur, noise, uneven light),
OUT/words.txt what both say.
"""

import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

LINES = [
    "Walle reads this page",
    "on the device itself.",
    "Invoice 20471 total 318.60",
    "Deliver before Thursday noon",
    "Rooms 12 to 19 are closed",
    "Bring water and warm clothes",
    "Platform 7 departs 08:45",
    "Keep this document safe",
]
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def render() -> np.ndarray:
    page = Image.new("RGB", (880, 760), "white")
    draw = ImageDraw.Draw(page)
    for i, line in enumerate(LINES):
        draw.text((60, 60 + i * 82), line, fill=(20, 20, 30), font=ImageFont.truetype(FONT, 40 if i == 0 else 34))
    return cv2.cvtColor(np.asarray(page), cv2.COLOR_RGB2BGR)


def photograph(page: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(3)
    height, width = page.shape[:2]
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    seen = np.float32([[70, 45], [920, 20], [965, 800], [30, 850]])
    desk = np.full((880, 1000, 3), (78, 92, 104), np.uint8)
    matrix = cv2.getPerspectiveTransform(corners, seen)
    photo = cv2.warpPerspective(page, matrix, (1000, 880), dst=desk.copy(), borderMode=cv2.BORDER_TRANSPARENT)
    y, x = np.mgrid[0:880, 0:1000]
    light = 1.05 - 0.45 * np.hypot(x - 300, y - 200) / 1100
    photo = cv2.GaussianBlur(photo, (0, 0), 1.1).astype(np.float64) * light[..., None]
    return np.clip(photo + rng.normal(0, 6, photo.shape), 0, 255).astype(np.uint8)


def main() -> None:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    page = render()
    cv2.imwrite(str(out / "page.png"), page)
    cv2.imwrite(str(out / "photo.png"), photograph(page))
    (out / "words.txt").write_text("\n".join(LINES) + "\n")


main()
