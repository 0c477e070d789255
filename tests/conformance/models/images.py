"""Inputs like real ones."""

import cv2
import numpy as np

MEAN, DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def page(random, height, width, words):
    """Dark words on a light page, as the camera sees it."""
    picture = np.full((height, width, 3), 235, np.uint8)
    for i, word in enumerate(words):
        y = int((i + 0.7) * height / len(words))
        cv2.putText(picture, word, (width // 12, y), cv2.FONT_HERSHEY_SIMPLEX,
                    min(height / len(words), width / 8) / 40, (30, 20, 40), 2, cv2.LINE_AA)
    return np.clip(picture + random.normal(0, 4, picture.shape), 0, 255).astype(np.float32)


def written(random, height, width, words, mean=MEAN, deviation=DEVIATION):
    x = (page(random, height, width, words) / 255 - mean) / deviation
    return x.transpose(2, 0, 1)[None].astype(np.float32)


def image(random, count, height, width):
    return np.concatenate([written(random, height, width, [word]) for word in "abcdefgh"[:count]])


def speech(random, samples, rate, phase):
    t = (np.arange(samples) + phase * samples) / rate
    voice = sum(np.sin(2 * np.pi * 140 * k * t) / k for k in range(1, 12))
    envelope = 0.5 + 0.5 * np.sin(2 * np.pi * 4 * t)
    return (0.1 * voice * envelope + random.normal(0, 0.003, samples)).astype(np.float32)
