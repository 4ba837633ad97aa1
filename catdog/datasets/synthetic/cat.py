"""A cat's head: upright pointed ears, almond eyes with slit pupils, a small nose, whiskers."""

import numpy as np

from catdog.datasets.synthetic.canvas import Canvas, Colour, darker, lighter, mix, oval, smooth
from catdog.datasets.synthetic.coat import Coat
from catdog.datasets.synthetic.head import INK, PINK, SHINE, draw_skull, mirrored_outline

CAT_EYES: tuple[Colour, ...] = ((126, 178, 84), (204, 186, 62), (222, 158, 52), (110, 176, 206), (92, 170, 140))


def draw_cat_head(canvas: Canvas, coat: Coat, rng: np.random.Generator) -> None:
    """Draw a cat's head: upright pointed ears, almond eyes with slit pupils, a small nose, whiskers."""
    turn = rng.uniform(-0.35, 0.35)
    width, cheek = rng.uniform(1.0, 1.14), rng.uniform(0.0, 0.12)
    _cat_ears(canvas, coat, rng, turn)
    half = [
        (0.0, -0.84),
        (0.5, -0.78),
        (0.88, -0.42),
        (1.0 + cheek, 0.1),
        (0.86 + cheek, 0.46),
        (0.45, 0.76),
        (0.0, 0.86),
    ]
    outline = mirrored_outline(half, width)
    draw_skull(canvas, coat, rng, outline)

    far = 1 - 0.25 * abs(turn)
    pale = coat.pale if coat.pattern != "plain" else lighter(coat.main, 0.35)
    for side in (-1, 1):
        canvas.fill(oval(turn + side * 0.2, 0.42, 0.27, 0.21), pale)
    canvas.fill(oval(turn, 0.6, 0.2, 0.16), pale)
    iris = CAT_EYES[rng.integers(len(CAT_EYES))]
    opened, slit = rng.uniform(0.17, 0.27), rng.uniform(0.05, 0.1)
    for side in (-1, 1):
        x = turn * 0.8 + side * 0.42 * far
        _cat_eye(canvas, x, -0.06, side, opened, slit, iris)
    _cat_muzzle(canvas.moved(turn, 0.0), coat, rng)


def _cat_ears(canvas: Canvas, coat: Coat, rng: np.random.Generator, turn: float) -> None:
    tall, wide = rng.uniform(1.32, 1.55), rng.uniform(0.78, 0.95)
    for side in (-1, 1):
        lean = side * wide + turn * 0.15
        ear = [(side * 0.22, -0.7), (side * 0.5, -1.12), (lean, -tall), (side * 1.02, -0.85), (side * 0.98, -0.2)]
        base = np.array([side * 0.62, -0.5])
        shape = np.array(ear)
        colour = coat.mark if coat.pattern == "striped" else coat.main
        canvas.fill(shape, colour, coat.edge)
        canvas.fill(base + (shape - base) * 0.66 + np.array([0.0, 0.02]), mix(PINK, coat.main, 0.35))
        for share in (0.25, 0.5):
            tuft = base + (shape[1] * (1 - share) + shape[3] * share - base) * 0.75
            canvas.line([base, tuft], lighter(coat.main, 0.4), 0.03)


def _cat_eye(canvas: Canvas, x: float, y: float, side: int, opened: float, slit: float, iris: Colour) -> None:
    # Outer corners lie higher than inner ones: the almond.
    corner, inner = (x + side * 0.29, y - 0.1), (x - side * 0.25, y + 0.1)
    almond = smooth([inner, (x - side * 0.06, y - opened * 0.85), corner, (x + side * 0.08, y + opened * 0.9)])
    canvas.fill(almond, iris)
    canvas.fill(oval(x, y, slit, opened * 0.92), INK)
    canvas.line(np.concatenate([almond, almond[:1]]), INK, 0.055)
    canvas.dot(x - 0.06, y - 0.08, 0.045, SHINE)


def _cat_muzzle(canvas: Canvas, coat: Coat, rng: np.random.Generator) -> None:
    nose = PINK if rng.random() < 0.6 else darker(PINK, 0.65)
    tip = [(-0.13, 0.24), (0, 0.22), (0.13, 0.24), (0.02, 0.37), (-0.02, 0.37)]
    canvas.fill(smooth(tip, steps=3), nose, darker(nose, 0.4))
    # Whiskers show on dark fur when they are light, on light fur when they are dark.
    whisker = (250, 246, 240) if sum(coat.main) < 480 else (96, 84, 80)
    for side in (-1, 1):
        lip = [(0, 0.37), (side * 0.06, 0.5), (side * 0.24, 0.47)]
        canvas.line(smooth(lip, closed=False, steps=4), INK, 0.04)
        for slope in (-0.14, 0.04, 0.22):
            end = (side * rng.uniform(1.05, 1.3), 0.42 + slope * 1.9)
            canvas.line([(side * 0.24, 0.4 + slope * 0.3), (side * 0.75, 0.36 + slope), end], whisker, 0.025)
