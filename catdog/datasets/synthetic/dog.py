"""A dog's head: hanging or folded ears, round eyes, a long broad muzzle with a big nose, perhaps a tongue."""

import numpy as np

from catdog.datasets.synthetic.canvas import Canvas, Colour, darker, lighter, oval, smooth
from catdog.datasets.synthetic.coat import Coat
from catdog.datasets.synthetic.head import INK, PINK, SHINE, draw_skull, mirrored_outline

EARS = ("hanging", "hanging", "long", "folded")
DOG_EYES: tuple[Colour, ...] = ((84, 52, 34), (66, 42, 32), (112, 72, 40), (138, 92, 48))


def draw_dog_head(canvas: Canvas, coat: Coat, rng: np.random.Generator) -> None:
    """Draw a dog's head: hanging or folded ears, round eyes, a long broad muzzle with a big nose, perhaps a tongue."""
    turn = rng.uniform(-0.4, 0.4)
    width = rng.uniform(0.86, 1.0)
    half = [(0.0, -0.92), (0.5, -0.86), (0.84, -0.5), (0.86, 0.0), (0.74, 0.45), (0.5, 0.8), (0.0, 0.95)]
    outline = mirrored_outline(half, width)
    kind = EARS[rng.integers(len(EARS))]
    if kind == "folded":
        _dog_ears(canvas, coat, rng, kind)
    draw_skull(canvas, coat, rng, outline)
    if kind != "folded":
        _dog_ears(canvas, coat, rng, kind)

    far = 1 - 0.2 * abs(turn)
    iris = DOG_EYES[rng.integers(len(DOG_EYES))]
    for side in (-1, 1):
        x = turn * 0.55 + side * 0.37 * far
        if coat.pattern == "masked":
            canvas.fill(oval(x + side * 0.04, -0.52, 0.12, 0.08), lighter(coat.main, 0.4))
        _dog_eye(canvas, coat, x, -0.2, rng.uniform(0.165, 0.19), iris)
    # The muzzle sticks out, so a turn of the head moves it further than the eyes.
    _dog_muzzle(canvas.moved(turn * 1.1, 0.0), coat, rng)


def _dog_ears(canvas: Canvas, coat: Coat, rng: np.random.Generator, kind: str) -> None:
    colour = coat.mark if coat.pattern in ("patched", "spotted") else darker(coat.main, 0.22)
    swing = rng.uniform(-0.08, 0.1)
    for side in (-1, 1):
        if kind == "folded":
            stand = [(0.3, -0.75), (0.5, -1.15), (0.8, -1.25), (1.02, -0.95), (0.9, -0.3)]
            canvas.fill(smooth([(side * x, y) for x, y in stand]), colour, coat.edge)
            flap = [(0.46, -1.16), (0.8, -1.28), (1.12, -1.05), (1.2, -0.6), (0.98, -0.62)]
            canvas.fill(smooth([(side * x, y) for x, y in flap]), darker(colour, 0.15), coat.edge)
            continue
        drop = 0.45 if kind == "hanging" else 0.95
        ear = [(0.5, -0.86), (0.86, -0.82), (1.18 + swing, -0.3), (1.3 + swing, drop * 0.5)]
        ear += [(1.12 + swing, drop), (0.86, drop * 0.7), (0.76, -0.1)]
        canvas.fill(smooth([(side * x, y) for x, y in ear]), colour, coat.edge)


def _dog_eye(canvas: Canvas, coat: Coat, x: float, y: float, radius: float, iris: Colour) -> None:
    canvas.dot(x, y, radius * 1.2, darker(coat.main, 0.75))
    canvas.dot(x, y, radius, iris)
    canvas.dot(x, y, radius * 0.62, INK)
    canvas.dot(x - radius * 0.35, y - radius * 0.4, radius * 0.32, SHINE)


def _dog_muzzle(canvas: Canvas, coat: Coat, rng: np.random.Generator) -> None:
    long, broad = rng.uniform(0.9, 1.2), rng.uniform(0.46, 0.6)
    pale = coat.pale if coat.pattern != "plain" else lighter(coat.main, 0.25)
    rim = darker(pale, 0.35)
    mouth, top = 0.42 + 0.3 * long, 0.1 + 0.12 * long
    panting = rng.random() < 0.5
    if panting:
        canvas.fill(oval(0, mouth + 0.06, broad * 0.72, 0.2), darker(PINK, 0.75))
        tongue = [(-0.18, 0), (0.18, 0), (0.2, 0.35), (0, 0.52), (-0.2, 0.35)]
        canvas.fill(smooth([(x, mouth + y) for x, y in tongue]), (228, 110, 118), (168, 66, 80))
        canvas.line([(0, mouth), (0, mouth + 0.36)], (188, 80, 92), 0.03)
    half = [(0.3, -0.05), (broad, 0.32), (broad * 0.95, mouth - 0.04), (broad * 0.4, mouth + 0.06)]
    snout = [*half, (0, mouth - 0.02), *((-x, y) for x, y in half[::-1])]
    canvas.fill(smooth(snout), pale, rim)
    half = [(0.27, -0.05), (0.2, 0.16)]
    nose = [(0, -0.13), *half, (0, 0.25), *((-x, y) for x, y in half[::-1])]
    canvas.fill(smooth([(x, top + y) for x, y in nose]), INK)
    canvas.fill(oval(-0.08, top - 0.04, 0.09, 0.035), (150, 142, 146))
    canvas.line([(0, top + 0.2), (0, mouth - 0.04)], INK, 0.045)
    for side in (-1, 1):
        if not panting:
            lip = [(0, mouth - 0.04), (side * broad * 0.4, mouth + 0.06), (side * broad * 0.9, mouth - 0.04)]
            canvas.line(smooth(lip, closed=False, steps=4), INK, 0.045)
        for dot in (0.3, 0.4):
            canvas.dot(side * dot, top + dot, 0.02, rim)
