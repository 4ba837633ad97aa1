"""The heads of cats and dogs. A head has radius 1 and its middle at (0, 0); lengths are in units of that radius."""

import numpy as np

from catdog.datasets.synthetic.canvas import Canvas, Colour, darker, furry, lighter, mix, oval, smooth
from catdog.datasets.synthetic.coat import Coat, mark_head

INK: Colour = (38, 30, 32)
SHINE: Colour = (255, 255, 255)
PINK: Colour = (226, 150, 148)
CAT_EYES: tuple[Colour, ...] = ((126, 178, 84), (204, 186, 62), (222, 158, 52), (110, 176, 206), (92, 170, 140))
DOG_EYES: tuple[Colour, ...] = ((84, 52, 34), (66, 42, 32), (112, 72, 40), (138, 92, 48))
DOG_EARS = ("hanging", "hanging", "long", "folded")


def draw_cat_head(canvas: Canvas, coat: Coat, rng: np.random.Generator) -> None:
    """Draw a random cat's head: upright pointed ears, almond eyes with slit pupils, a small nose, whiskers."""
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
    outline = _mirrored_outline(half, width)
    _draw_skull(canvas, coat, rng, outline)

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


def draw_dog_head(canvas: Canvas, coat: Coat, rng: np.random.Generator) -> None:
    """Draw a random dog's head: hanging or folded ears, round eyes, a long broad muzzle with a big nose, a tongue."""
    turn = rng.uniform(-0.4, 0.4)
    width = rng.uniform(0.86, 1.0)
    half = [(0.0, -0.92), (0.5, -0.86), (0.84, -0.5), (0.86, 0.0), (0.74, 0.45), (0.5, 0.8), (0.0, 0.95)]
    outline = _mirrored_outline(half, width)
    kind = DOG_EARS[rng.integers(len(DOG_EARS))]
    if kind == "folded":
        _dog_ears(canvas, coat, rng, kind)
    _draw_skull(canvas, coat, rng, outline)
    if kind != "folded":
        _dog_ears(canvas, coat, rng, kind)

    far = 1 - 0.2 * abs(turn)
    iris = DOG_EYES[rng.integers(len(DOG_EYES))]
    for side in (-1, 1):
        x = turn * 0.55 + side * 0.37 * far
        if coat.pattern == "blaze":
            canvas.fill(oval(x + side * 0.04, -0.52, 0.12, 0.08), lighter(coat.main, 0.4))
        _dog_eye(canvas, coat, x, -0.2, rng.uniform(0.165, 0.19), iris)
    # the muzzle sticks out, so a turn of the head moves it further than the eyes
    _dog_muzzle(canvas.moved(turn * 1.1, 0.0), coat, rng)


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
    # an almond: the outer corners lie higher than the inner ones
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
    # light whiskers show on dark fur, dark ones on light fur
    whisker = (250, 246, 240) if sum(coat.main) < 480 else (96, 84, 80)
    for side in (-1, 1):
        lip = [(0, 0.37), (side * 0.06, 0.5), (side * 0.24, 0.47)]
        canvas.line(smooth(lip, closed=False, steps=4), INK, 0.04)
        for slope in (-0.14, 0.04, 0.22):
            end = (side * rng.uniform(1.05, 1.3), 0.42 + slope * 1.9)
            canvas.line([(side * 0.24, 0.4 + slope * 0.3), (side * 0.75, 0.36 + slope), end], whisker, 0.025)


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


def _mirrored_outline(half: list[tuple[float, float]], width: float) -> np.ndarray:
    """Return a smooth symmetric outline from its right half, top to bottom; `width` stretches it sideways."""
    return smooth([(x * width, y) for x, y in half + [(-x, y) for x, y in half[-2:0:-1]]], steps=4)


def _draw_skull(canvas: Canvas, coat: Coat, rng: np.random.Generator, outline: np.ndarray) -> None:
    """Draw the fur of a head, its pattern and its shading."""
    canvas.fill(furry(outline, coat.tuft, rng), coat.main, coat.edge)
    with canvas.inside(outline) as fur:
        mark_head(fur, coat, rng)
        fur.glow(0.0, 1.0, 1.2, 0.7, darker(coat.main, 0.6), 0.35)
        fur.glow(-0.1, -0.6, 0.8, 0.5, lighter(coat.main, 0.6), 0.3)
