"""Bodies with tails: sitting and lying, slim for cats and sturdy for dogs; lengths are in units of a head's radius."""

from dataclasses import dataclass

import numpy as np

from catdog.datasets.synthetic.canvas import Canvas, Colour, darker, furry, lighter, oval, smooth
from catdog.datasets.synthetic.coat import Coat, mark_body


@dataclass(frozen=True)
class Build:
    """Proportions of a body, in units of the head's radius.

    Attributes:
        chest: Width of the chest.
        leg: Width of a leg.
        paw: Width of a paw.
        tail: Width of the tail at its root and at its tip.
    """

    chest: float
    leg: float
    paw: float
    tail: tuple[float, float]


CAT = Build(chest=1.0, leg=0.3, paw=0.23, tail=(0.26, 0.16))
DOG = Build(chest=1.22, leg=0.42, paw=0.3, tail=(0.42, 0.14))


def draw_bust(canvas: Canvas, coat: Coat, build: Build, rng: np.random.Generator) -> None:
    """Draw neck and chest below a head of radius 1 at (0, 0); the image should end at about y = 1.7."""
    chest = build.chest
    torso = [(-0.5, 0.4), (-0.72 * chest, 1.2), (-1.12, 2.1), (-1.25, 2.7), (-0.8, 3.05)]
    torso += [(0.3, 3.05), (0.62 * chest, 2.9), (0.74 * chest, 1.9), (0.68 * chest, 1.2), (0.5, 0.4)]
    _trunk(canvas, coat, rng, smooth(torso, steps=5), (-1.2, 0.6, 0.8 * chest, 3.0))


def draw_sitting(canvas: Canvas, coat: Coat, build: Build, rng: np.random.Generator) -> None:
    """Draw a sitting body, facing right, below a head of radius 1 at (0, 0); it ends at about y = 3.1."""
    _tail(canvas, coat, build, rng, (-0.85, 2.75))
    draw_bust(canvas, coat, build, rng)
    _haunch(canvas, coat, -0.68, 2.5, 0.58, 0.5)
    _paw(canvas, coat, -0.42, 2.98, build.paw * 1.2)
    for x in (0.0, 0.52 * build.chest):
        leg = smooth(
            [
                (x - build.leg / 2, 1.7),
                (x + build.leg / 2, 1.7),
                (x + build.leg / 2.3, 3.0),
                (x - build.leg / 2.3, 3.0),
            ],
            steps=4,
        )
        canvas.fill(leg, lighter(coat.main, 0.06))
        for side in (-1, 1):
            canvas.line([(x + side * build.leg / 2.1, 2.1), (x + side * build.leg / 2.2, 2.9)], coat.edge, 0.035)
        _paw(canvas, coat, x, 3.0, build.paw)


def draw_lying(canvas: Canvas, coat: Coat, build: Build, rng: np.random.Generator) -> None:
    """Draw a lying body, facing right, below a head of radius 1 at (0, 0); it ends at about y = 1.75."""
    chest = build.chest
    _tail(canvas, coat, build, rng, (-2.1, 1.35))
    torso = [(-0.2, -0.1), (-1.1, -0.12), (-2.0, 0.25), (-2.4, 1.0), (-2.1, 1.62)]
    torso += [(-0.8, 1.72), (0.5, 1.7), (0.75 * chest, 1.3), (0.7 * chest, 0.4)]
    _trunk(canvas, coat, rng, smooth(torso, steps=5), (-2.3, -0.1, 0.8, 1.7))
    _haunch(canvas, coat, -1.65, 1.15, 0.6, 0.5)
    _paw(canvas, coat, -1.15, 1.62, build.paw * 1.2)
    for x in (0.05, 0.65):
        _paw(canvas, coat, x, 1.6, build.paw * 1.25)


def _trunk(canvas: Canvas, coat: Coat, rng: np.random.Generator, outline: np.ndarray, box: tuple) -> None:
    canvas.fill(furry(outline, coat.tuft, rng), coat.main, coat.edge)
    with canvas.inside(outline) as fur:
        mark_body(fur, coat, rng, box)
        left, _, _, bottom = box
        fur.glow(left + 0.2, bottom, 1.4, 1.1, darker(coat.main, 0.6), 0.5)
        # the head's shadow on the chest separates the two
        fur.glow(0.0, 0.85, 1.1, 0.6, darker(coat.main, 0.7), 0.6)


def _haunch(canvas: Canvas, coat: Coat, x: float, y: float, rx: float, ry: float) -> None:
    thigh = oval(x, y, rx, ry)
    canvas.line(thigh[15:], coat.edge, 0.04)
    canvas.line(np.concatenate([thigh[-5:], thigh[:3]]), coat.edge, 0.04)


def _paw(canvas: Canvas, coat: Coat, x: float, y: float, width: float) -> None:
    colour = coat.pale if coat.pattern in ("blaze", "plain") else lighter(coat.main, 0.1)
    canvas.fill(oval(x, y, width, width * 0.62), colour, coat.edge)
    for toe in (-0.35, 0.35):
        canvas.line([(x + toe * width, y + 0.05), (x + toe * width, y + width * 0.5)], coat.edge, 0.035)


def _tail(canvas: Canvas, coat: Coat, build: Build, rng: np.random.Generator, root: tuple[float, float]) -> None:
    x, y = root
    lift = rng.uniform(0.5, 1.2)
    # offsets from the root: a cat's tail lies on the ground first and curls up, a dog's goes straight up
    if build is CAT:
        path = [(0, 0), (-0.6, 0.1), (-1.0, -0.35 * lift), (-0.85, -lift), (-1.15, -1.35 * lift)]
    else:
        path = [(0, 0), (-0.5, -0.2), (-0.85, -0.6 * lift), (-0.9, -1.1 * lift)]
    curve = smooth([(x + dx, y + dy) for dx, dy in path], closed=False)
    start, end = build.tail
    canvas.brush(curve, start + 0.07, end + 0.07, coat.edge)
    canvas.brush(curve, start, end, coat.main)
    tip: Colour = coat.mark if coat.pattern == "striped" else coat.pale
    canvas.brush(curve[-5:], end + (start - end) * 0.2, end, tip)
