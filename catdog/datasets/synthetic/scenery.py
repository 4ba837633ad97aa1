"""Backgrounds: a studio, a meadow, a beach, a room, a sofa, and objects that say nothing of the class."""

import numpy as np
from PIL import Image

from catdog.datasets.synthetic.canvas import Canvas, Colour, darker, lighter, mix, oval, smooth

PAINTS: tuple[Colour, ...] = (
    (198, 112, 96),
    (226, 178, 92),
    (120, 160, 112),
    (98, 150, 170),
    (124, 120, 172),
    (178, 126, 150),
    (214, 200, 178),
    (150, 158, 164),
    (86, 98, 116),
    (170, 134, 104),
)


def draw_scenery(image: Image.Image, rng: np.random.Generator) -> None:
    """Paint a random scene over the whole of a square RGB image."""
    canvas = Canvas(image, scale=image.width)
    scenes = (_studio, _meadow, _meadow, _beach, _room, _room, _sofa)
    scenes[rng.integers(len(scenes))](canvas, rng)


def _paint(rng: np.random.Generator) -> Colour:
    colour = PAINTS[rng.integers(len(PAINTS))]
    return lighter(colour, rng.uniform(0, 0.5)) if rng.random() < 0.7 else darker(colour, rng.uniform(0, 0.4))


def _wash(canvas: Canvas, top: Colour, bottom: Colour, start: float = 0.0, end: float = 1.0) -> None:
    """Fill the band between two heights (0 to 1) with a gradient of 12 steps that the resize smooths."""
    size = canvas.image.width
    y0, y1 = round(start * size), round(end * size)
    share = np.linspace(0, 1, 12)[:, None, None]
    ramp = np.array(top) * (1 - share) + np.array(bottom) * share
    band = Image.fromarray(ramp.astype(np.uint8))
    column = band.resize((1, y1 - y0), Image.Resampling.BILINEAR)
    canvas.image.paste(column.resize((size, y1 - y0), Image.Resampling.NEAREST), (0, y0))


def _studio(canvas: Canvas, rng: np.random.Generator) -> None:
    colour = _paint(rng)
    _wash(canvas, lighter(colour, 0.25), darker(colour, 0.25))
    for _ in range(rng.integers(2, 5)):
        radius = rng.uniform(0.12, 0.38)
        canvas.glow(rng.uniform(0, 1), rng.uniform(0, 0.9), radius, radius, lighter(_paint(rng), 0.3), 0.6)


def _meadow(canvas: Canvas, rng: np.random.Generator) -> None:
    horizon = rng.uniform(0.35, 0.65)
    sky = ((120, 178, 224), (168, 206, 232), (240, 190, 150), (188, 196, 206))[rng.integers(4)]
    _wash(canvas, sky, lighter(sky, 0.6), 0, horizon)
    if rng.random() < 0.4:
        canvas.glow(rng.uniform(0, 1), rng.uniform(0.02, 0.25), 0.3, 0.3, (255, 246, 205), 0.95)
    for _ in range(rng.integers(0, 4)):
        x, y = rng.uniform(0, 1), rng.uniform(0.03, horizon * 0.7)
        for shift in (-0.07, 0.0, 0.08):
            canvas.fill(oval(x + shift, y + abs(shift) * 0.25, 0.09, 0.035), lighter(sky, 0.8))
    grass = ((112, 156, 74), (142, 164, 78), (84, 132, 78), (176, 158, 86), (226, 232, 238))[rng.integers(5)]
    hill = [(x, horizon + rng.uniform(-0.07, 0.02)) for x in (-0.2, 0.2, 0.5, 0.8, 1.2)]
    canvas.fill(np.concatenate([smooth(hill, closed=False), [(1.2, 1), (-0.2, 1)]]), mix(darker(grass, 0.2), sky, 0.3))
    for _ in range(rng.integers(0, 3)):
        _tree(canvas, rng, rng.uniform(0, 1), horizon + 0.02)
    _wash(canvas, lighter(grass, 0.12), darker(grass, 0.3), horizon, 1)
    roots = rng.uniform((0, horizon + 0.03), (1, 1.02), (30, 2))
    tips = roots + rng.uniform((-0.02, -0.055), (0.02, -0.03), (30, 2))
    shades = [darker(grass, share) for share in (0.0, 0.1, 0.2, 0.3, 0.15)] * 6
    canvas.strokes(np.stack([roots, tips], axis=1), shades, 0.006)
    if rng.random() < 0.5:
        petal = _paint(rng)
        for x, y in roots[:9].tolist():
            canvas.dot(x, y - 0.04, 0.013, petal)
            canvas.dot(x, y - 0.04, 0.005, (250, 226, 120))


def _tree(canvas: Canvas, rng: np.random.Generator, x: float, y: float) -> None:
    leaf = darker(((96, 138, 78), (190, 128, 62), (70, 112, 84))[rng.integers(3)], rng.uniform(0, 0.3))
    high = rng.uniform(0.12, 0.25)
    canvas.line([(x, y), (x, y - high)], (104, 78, 60), 0.025)
    for dx, dy in ((-0.05, 0), (0.05, 0), (0, -0.06)):
        canvas.dot(x + dx, y - high + dy, 0.075, leaf)


def _beach(canvas: Canvas, rng: np.random.Generator) -> None:
    horizon, shore = rng.uniform(0.25, 0.4), rng.uniform(0.5, 0.7)
    _wash(canvas, (142, 190, 224), (226, 232, 226), 0, horizon)
    _wash(canvas, (64, 132, 164), (128, 194, 196), horizon, shore + 0.05)
    wave = [(x, shore + rng.uniform(-0.025, 0.025)) for x in np.linspace(-0.2, 1.2, 7)]
    curve = smooth(wave, closed=False)
    canvas.fill(np.concatenate([curve, [(1.2, 1.1), (-0.2, 1.1)]]), (222, 200, 158))
    canvas.line(curve, (246, 248, 244), 0.018)
    for x, y in rng.uniform((0, shore + 0.05), (1, 1), (12, 2)):
        canvas.dot(x, y, 0.006, (186, 162, 124))
    if rng.random() < 0.5:
        _object(canvas, rng, shore + 0.1)


def _room(canvas: Canvas, rng: np.random.Generator) -> None:
    wall, floor_line = lighter(_paint(rng), 0.2), rng.uniform(0.55, 0.8)
    _wash(canvas, lighter(wall, 0.15), darker(wall, 0.12), 0, floor_line)
    if rng.random() < 0.45:
        for x in np.arange(rng.uniform(0, 0.1), 1, rng.uniform(0.08, 0.16)):
            canvas.line([(x, 0), (x, floor_line)], lighter(wall, 0.25), 0.03)
    if rng.random() < 0.7:
        _frame(canvas, rng)
    wood = ((164, 122, 84), (124, 88, 62), (196, 160, 118), (150, 146, 146))[rng.integers(4)]
    _wash(canvas, lighter(wood, 0.1), darker(wood, 0.2), floor_line, 1)
    for share in (0.25, 0.55, 0.9):
        y = floor_line + share * (1 - floor_line)
        canvas.line([(0, y), (1, y)], darker(wood, 0.3), 0.005)
    canvas.line([(0, floor_line), (1, floor_line)], lighter(wall, 0.6), 0.022)
    if rng.random() < 0.5:
        canvas.fill(oval(rng.uniform(0.3, 0.7), 0.95, 0.55, 0.14), _paint(rng))
    for _ in range(rng.integers(0, 3)):
        _object(canvas, rng, floor_line + 0.05)


def _frame(canvas: Canvas, rng: np.random.Generator) -> None:
    """Hang a picture or a window on the wall."""
    x, y, w, h = rng.uniform(0, 0.7), rng.uniform(0.02, 0.2), rng.uniform(0.2, 0.35), rng.uniform(0.2, 0.35)
    corners = np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h)])
    middle = np.array([x + w / 2, y + h / 2])
    canvas.fill(corners, (242, 236, 226) if rng.random() < 0.5 else (96, 70, 54))
    canvas.fill(middle + (corners - middle) * 0.86, (184, 214, 230) if rng.random() < 0.5 else _paint(rng))
    if rng.random() < 0.5:
        bars = middle + np.array([[(0, -h), (0, h)], [(-w, 0), (w, 0)]]) * 0.43
        canvas.strokes(bars, [(242, 236, 226)] * 2, 0.015)


def _object(canvas: Canvas, rng: np.random.Generator, top: float) -> None:
    """Put a ball, a box or a plant on the ground."""
    x, y = rng.uniform(0.02, 0.25) + 0.73 * rng.integers(2), rng.uniform(top, 0.95)
    colour, kind = _paint(rng), rng.integers(3)
    canvas.glow(x, y + 0.07, 0.13, 0.04, (30, 26, 30), 0.5)
    if kind == 0:
        canvas.dot(x, y, 0.075, colour)
        canvas.glow(x - 0.02, y - 0.03, 0.05, 0.05, (255, 255, 255), 0.6)
    elif kind == 1:
        canvas.fill(
            np.array([(x - 0.1, y - 0.08), (x + 0.1, y - 0.08), (x + 0.1, y + 0.07), (x - 0.1, y + 0.07)]),
            colour,
        )
        canvas.line([(x - 0.1, y - 0.03), (x + 0.1, y - 0.03)], darker(colour, 0.3), 0.012)
    else:
        for lean in (-0.1, -0.04, 0.03, 0.1):
            leaf = smooth([(x, y), (x + lean * 0.4, y - 0.15), (x + lean, y - 0.28)], closed=False, steps=4)
            canvas.brush(leaf, 0.045, 0.008, mix((88, 138, 88), (60, 100, 70), abs(lean) * 8))
        pot = [(x - 0.07, y - 0.04), (x + 0.07, y - 0.04), (x + 0.05, y + 0.07), (x - 0.05, y + 0.07)]
        canvas.fill(np.array(pot), (186, 108, 78))


def _sofa(canvas: Canvas, rng: np.random.Generator) -> None:
    wall, cloth, seat = _paint(rng), _paint(rng), rng.uniform(0.6, 0.75)
    _wash(canvas, lighter(wall, 0.3), wall, 0, 0.4)
    back = [(-0.1, 0.24), (0.1, 0.2), (0.9, 0.2), (1.1, 0.24), (1.1, 1.1), (-0.1, 1.1)]
    canvas.fill(smooth(back), darker(cloth, 0.12))
    for x in (0.33, 0.67):
        canvas.line([(x, 0.2), (x, seat)], darker(cloth, 0.3), 0.01)
    if rng.random() < 0.6:
        x, colour = 0.12 + 0.76 * rng.integers(2), _paint(rng)
        corners = [
            (-0.17, -0.17),
            (0, -0.14),
            (0.17, -0.17),
            (0.14, 0),
            (0.17, 0.17),
            (0, 0.14),
            (-0.17, 0.17),
            (-0.14, 0),
        ]
        cushion = [(x + dx, seat - 0.13 + dy) for dx, dy in corners]
        canvas.fill(smooth(cushion, steps=3), colour, darker(colour, 0.3))
    _wash(canvas, lighter(cloth, 0.12), darker(cloth, 0.2), seat, 1)
    if rng.random() < 0.5:
        thread = lighter(cloth, 0.25)
        for x in np.arange(0.05, 1, 0.15):
            canvas.line([(x, seat), (x * 1.3 - 0.15, 1)], thread, 0.012)
        for y in np.linspace(seat + 0.06, 0.98, 4):
            canvas.line([(0, y), (1, y)], thread, 0.012)
