"""Reads the text on page images: PP-OCRv4 detection, then recognition of every line.

Sends one feature "ocr" a page (its lines with boxes and scores) and keeps one row a line in the table "lines".
"""

import math

from walle import cv, log, nn, np, store, tunnel

det = nn.load("det")
rec = nn.load("rec")

# The recogniser's classes: blank, then the dictionary that its file carries, then the space.
CHARACTERS = [""] + rec.metadata["character"].split("\n") + [" "]
CHARACTERS = [c for i, c in enumerate(CHARACTERS) if c or i == 0]

SHORT_SIDE = 736  # the detector sees pages with at least this short side
LINE_HEIGHT = 48  # of the recogniser's input
LEVEL = 0.3  # of the heat map: text or not
SURE = 0.5  # least mean heat of a box
UNCLIP = 1.6  # how far boxes grow, the detector being trained on shrunken ones


def run(event, ctx):
    pages = [e for e in event["events"] if e["id"] == "image"]
    words = 0
    for number, page in enumerate(pages):
        image = cv.imdecode(page["contents"]["image"], cv.IMREAD_COLOR)
        lines = read(image)
        for line in lines:
            store.append("lines", {"page": number, **line})
        tunnel.send("ocr", {"page": number, "name": page["contents"].get("name", ""), "lines": lines})
        words += sum(len(line["text"].split()) for line in lines)
        log.info("page read", page=number, lines=len(lines))
    return {"pages": len(pages), "words": words}


def read(image):
    """The lines of a page, top to bottom: [{"text", "score", "box"}]."""
    lines = []
    for box in sort_boxes(detect(image)):
        text, score = recognise(cut(image, box))
        if text and score >= 0.5:
            lines.append({"text": text, "score": round(score, 3), "box": [[round(x, 1), round(y, 1)] for x, y in box]})
    return lines


def normalise(image):
    """uint8 HWC in [0, 255] → float32 [1, C, H, W] in [-1, 1]."""
    scaled = image.astype(np.float32) / 127.5 - 1.0
    return np.expand_dims(np.transpose(scaled, (2, 0, 1)), 0)


def detect(image):
    """Boxes of text lines as four corners each, in pixels of `image`."""
    height, width = image.shape[0], image.shape[1]
    scale = max(1.0, SHORT_SIDE / min(height, width))
    h = max(32, round(height * scale / 32) * 32)
    w = max(32, round(width * scale / 32) * 32)
    (heat,) = det(x=normalise(cv.resize(image, (w, h))))
    heat = heat[0, 0]
    mask = cv.dilate((heat > LEVEL).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv.findContours(mask, cv.RETR_LIST, cv.CHAIN_APPROX_SIMPLE)
    boxes = []
    for contour in contours[:1000]:
        (cx, cy), (bw, bh), angle = cv.minAreaRect(contour)
        if min(bw, bh) < 3 or mean_heat(heat, cv.boxPoints(((cx, cy), (bw, bh), angle))) < SURE:
            continue
        grow = 2 * bw * bh * UNCLIP / (2 * (bw + bh))
        corners = cv.boxPoints(((cx, cy), (bw + grow, bh + grow), angle))
        if min(bw, bh) + grow >= 5:
            boxes.append(clockwise([(float(x) * width / w, float(y) * height / h) for x, y in corners]))
    return boxes


def mean_heat(heat, corners):
    """Mean of the heat map inside a box."""
    h, w = heat.shape
    xs = [float(x) for x, _ in corners]
    ys = [float(y) for _, y in corners]
    x0, x1 = max(0, math.floor(min(xs))), min(w - 1, math.ceil(max(xs)))
    y0, y1 = max(0, math.floor(min(ys))), min(h - 1, math.ceil(max(ys)))
    mask = np.zeros((y1 - y0 + 1, x1 - x0 + 1), np.uint8)
    inside = np.array([[int(x - x0), int(y - y0)] for x, y in zip(xs, ys)], np.int32)
    cv.fillPoly(mask, [inside], 1)
    return cv.mean(heat[y0 : y1 + 1, x0 : x1 + 1], mask)[0]


def clockwise(corners):
    """Corners from the top left, clockwise, so that a line is read from left to right."""
    left, right = sorted(corners)[:2], sorted(corners)[2:]
    top_left, bottom_left = sorted(left, key=lambda p: p[1])
    top_right, bottom_right = sorted(right, key=lambda p: p[1])
    return [top_left, top_right, bottom_right, bottom_left]


def sort_boxes(boxes):
    """Lines from top to bottom; boxes on one line from left to right."""
    rows = []
    for box in sorted(boxes, key=lambda b: (b[0][1], b[0][0])):
        tall = math.dist(box[0], box[3])
        if rows and abs(rows[-1][0][0][1] - box[0][1]) < tall / 2:
            rows[-1].append(box)
        else:
            rows.append([box])
    return [box for row in rows for box in sorted(row, key=lambda b: b[0][0])]


def cut(image, box):
    """The line inside a box, straightened."""
    w = max(1, round(max(math.dist(box[0], box[1]), math.dist(box[2], box[3]))))
    h = max(1, round(max(math.dist(box[0], box[3]), math.dist(box[1], box[2]))))
    src = np.array(box, np.float32)
    dst = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    line = cv.warpPerspective(
        image, cv.getPerspectiveTransform(src, dst), (w, h), flags=cv.INTER_CUBIC, borderMode=cv.BORDER_REPLICATE
    )
    return cv.rotate(line, cv.ROTATE_90_COUNTERCLOCKWISE) if h >= 1.5 * w else line


def recognise(line):
    """Text and mean certainty of one line image."""
    h, w = line.shape[0], line.shape[1]
    inner = max(1, math.ceil(LINE_HEIGHT * w / h))
    # Widths in steps of 64: one plan of the model serves many lines.
    outer = max(320, math.ceil(inner / 64) * 64)
    x = np.zeros((1, 3, LINE_HEIGHT, outer), np.float32)
    x[:, :, :, :inner] = normalise(cv.resize(line, (inner, LINE_HEIGHT)))
    (scores,) = rec(x=x)
    best = np.argmax(scores[0], axis=1).tolist()
    certainty = np.max(scores[0], axis=1).tolist()
    text, sure = [], []
    for i, c in enumerate(best):
        if c != 0 and (i == 0 or c != best[i - 1]):
            text.append(CHARACTERS[c])
            sure.append(certainty[i])
    return "".join(text).strip(), (sum(sure) / len(sure) if sure else 0.0)
