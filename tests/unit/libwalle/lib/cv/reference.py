"""Writes inputs and OpenCV's results for the tests of libwalle/lib/cv: reference.py OUT."""

import sys
from pathlib import Path

import cv2
import numpy as np

out = Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(7)


def save(name: str, array) -> None:
    np.save(out / f"{name}.npy", np.ascontiguousarray(array))


def smooth(h: int, w: int, c: int) -> np.ndarray:
    return cv2.GaussianBlur(rng.integers(0, 256, (h, w, c), dtype=np.uint8), (9, 9), 0)


color = smooth(67, 91, 3)
gray = cv2.cvtColor(color, cv2.COLOR_BGR2GRAY)
save("color", color)
save("gray", gray)
save("bgr2gray", gray)
save("bgr2hsv", cv2.cvtColor(color, cv2.COLOR_BGR2HSV))
save("bgr2ycrcb", cv2.cvtColor(color, cv2.COLOR_BGR2YCrCb))
for name, flag in [("nearest", 0), ("linear", 1), ("cubic", 2), ("area", 3)]:
    save(f"resize_{name}_small", cv2.resize(color, (40, 31), interpolation=flag))
    save(f"resize_{name}_large", cv2.resize(color, (150, 133), interpolation=flag))
src = np.float32([[5, 7], [80, 3], [85, 60], [2, 55]])
dst = np.float32([[0, 0], [63, 0], [63, 47], [0, 47]])
matrix = cv2.getPerspectiveTransform(src, dst)
save("perspective_matrix", matrix)
save("warp_perspective", cv2.warpPerspective(color, matrix, (64, 48)))
save("warp_perspective_replicate", cv2.warpPerspective(color, matrix, (64, 48), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE))
save("warp_affine", cv2.warpAffine(color, cv2.getRotationMatrix2D((45, 33), 30, 0.9), (91, 67)))
save("gaussian_5", cv2.GaussianBlur(color, (5, 5), 0))
save("gaussian_sigma", cv2.GaussianBlur(gray, (0, 0), 2.5))
save("blur", cv2.blur(color, (5, 3)))
save("median", cv2.medianBlur(color, 5))
save("sobel_x", cv2.Sobel(gray, cv2.CV_32F, 1, 0, ksize=3))
save("sobel_y5", cv2.Sobel(gray, cv2.CV_32F, 0, 1, ksize=5))
save("laplacian", cv2.Laplacian(gray, cv2.CV_32F, ksize=1))
save("threshold_otsu", cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1])
save("threshold_trunc", cv2.threshold(gray, 120, 255, cv2.THRESH_TRUNC)[1])
save("adaptive", cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 11, 2))
element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
save("element_ellipse", element)
binary = cv2.threshold(gray, 128, 255, cv2.THRESH_BINARY)[1]
save("binary", binary)
save("dilate", cv2.dilate(binary, element))
save("close", cv2.morphologyEx(binary, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8), iterations=2))
save("gradient", cv2.morphologyEx(gray, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)))
contours, _ = cv2.findContours(binary, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
facts = [
    (cv2.contourArea(c), cv2.arcLength(c, True), len(c), *cv2.boundingRect(c), cv2.minAreaRect(c)[1][0] * cv2.minAreaRect(c)[1][1])
    for c in contours
]
save("contours_list", np.array(sorted(facts), np.float64))
external, _ = cv2.findContours(binary, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
save("contours_external", np.array(sorted((cv2.contourArea(c), cv2.arcLength(c, True), len(c), *cv2.boundingRect(c), 0.0) for c in external), np.float64))
points = rng.uniform(0, 50, (40, 2)).astype(np.float32)
save("points", points)
(cx, cy), (w, h), angle = cv2.minAreaRect(points)
save("min_area_rect", np.array([cx, cy, w, h, angle], np.float64))
save("box_points", cv2.boxPoints(((cx, cy), (w, h), angle)).astype(np.float64))
save("hull_area", np.array([cv2.contourArea(cv2.convexHull(points))], np.float64))
save("labels_count", np.array([cv2.connectedComponents(binary, connectivity=8)[0], cv2.connectedComponents(binary, connectivity=4)[0]], np.int32))
poly = np.array([[10, 10], [70, 20], [60, 55], [20, 50]], np.int32)
save("fill_poly", cv2.fillPoly(np.zeros((67, 91), np.uint8), [poly], 255))
save("equalize", cv2.equalizeHist(gray))
save("add_weighted", cv2.addWeighted(color, 0.3, color[::-1].copy(), 0.9, 10))
save("normalize", cv2.normalize(gray, None, 0, 255, cv2.NORM_MINMAX))
(out / "color.png").write_bytes(cv2.imencode(".png", color)[1].tobytes())
(out / "color.jpg").write_bytes(cv2.imencode(".jpg", color)[1].tobytes())
save("jpeg_decoded", cv2.imdecode(np.frombuffer((out / "color.jpg").read_bytes(), np.uint8), cv2.IMREAD_COLOR))
