"""Fur: its colours and its pattern. Cats and dogs share them, so that colour never gives away the class."""

from dataclasses import dataclass

import numpy as np

from catdog.datasets.synthetic.canvas import Canvas, Colour, darker, furry, lighter, mix, oval, tapered

PATTERNS = ("plain", "striped", "patched", "spotted", "blaze")
TUFTS = (0.03, 0.06, 0.1)
FURS: tuple[Colour, ...] = (
    (58, 52, 54),  # black
    (92, 66, 50),  # dark brown
    (136, 92, 60),  # chestnut
    (206, 132, 68),  # ginger
    (222, 178, 112),  # gold
    (232, 210, 172),  # cream
    (240, 236, 228),  # white
    (134, 136, 144),  # grey
    (168, 178, 190),  # silver
    (196, 160, 120),  # fawn
)


@dataclass(frozen=True)
class Coat:
    """The fur of an animal.

    Attributes:
        main: Main colour.
        pale: Colour of chest, muzzle and paws.
        mark: Colour of the pattern.
        pattern: One of PATTERNS.
        tuft: Length of the tufts, in units of the head's radius.
    """

    main: Colour
    pale: Colour
    mark: Colour
    pattern: str
    tuft: float

    @property
    def edge(self) -> Colour:
        """Colour of outlines and folds."""
        return darker(self.main, 0.5)


def choose_coat(rng: np.random.Generator) -> Coat:
    """Return a random coat."""
    main = FURS[rng.integers(len(FURS))]
    main = darker(main, rng.uniform(0, 0.15)) if rng.random() < 0.5 else lighter(main, rng.uniform(0, 0.2))
    pattern = PATTERNS[rng.integers(len(PATTERNS))]
    pale = lighter(main, 0.75 if rng.random() < 0.6 else 0.25)
    dark_main = sum(main) < 260
    if pattern in ("patched", "spotted") and not dark_main:
        mark = mix(FURS[rng.integers(4)], main, 0.1)
    elif dark_main and rng.random() < 0.6:
        mark = lighter(main, 0.3)
    else:
        mark = darker(main, rng.uniform(0.35, 0.55))
    return Coat(main, pale, mark, pattern, tuft=TUFTS[rng.integers(len(TUFTS))])


def mark_head(canvas: Canvas, coat: Coat, rng: np.random.Generator) -> None:
    """Paint the pattern of a head of radius 1 at (0, 0), on a canvas inside the head's outline."""
    if coat.pattern == "striped":
        for x, lean in ((-0.34, -0.1), (0.0, 0.0), (0.34, 0.1)):
            canvas.fill(tapered([(x, -0.38), (x + lean / 2, -0.7), (x + lean, -1.15)], 0.06, 0.2), coat.mark)
        for side in (-1, 1):
            for y in (0.1, 0.36):
                stripe = [(side * 0.72, y), (side * 0.95, y - 0.03), (side * 1.3, y - 0.12)]
                canvas.fill(tapered(stripe, 0.04, 0.17), coat.mark)
    elif coat.pattern == "patched":
        side = 2 * rng.integers(2) - 1
        canvas.fill(furry(oval(side * 0.55, -0.4, 0.55, 0.62, side * 0.4), 0.05, rng), coat.mark)
        if rng.random() < 0.5:
            canvas.fill(furry(oval(-side * 0.9, 0.3, 0.35, 0.4), 0.05, rng), coat.mark)
    elif coat.pattern == "spotted":
        _spots(canvas, coat, rng, (-0.9, 0.9), (-0.95, -0.4), 7)
    elif coat.pattern == "blaze":
        blaze = [(0.0, -1.1), (0.0, -0.5), (0.0, 0.3)]
        canvas.fill(tapered(blaze, rng.uniform(0.1, 0.3), 0.5), coat.pale)


def mark_body(canvas: Canvas, coat: Coat, rng: np.random.Generator, box: tuple[float, float, float, float]) -> None:
    """Paint the pattern of a body that fills a box (left, top, right, bottom), on a canvas inside its outline."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    if coat.pattern == "striped":
        for share in (0.12, 0.32, 0.52, 0.72, 0.9):
            y = top + share * height
            reach = left + width * rng.uniform(0.3, 0.45)
            canvas.fill(
                tapered([(left - 0.2, y + 0.12), ((left + reach) / 2, y), (reach, y + 0.08)], 0.22, 0.05),
                coat.mark,
            )
            reach = right - width * rng.uniform(0.2, 0.35)
            canvas.fill(tapered([(right + 0.2, y + 0.1), (reach, y + 0.05)], 0.2, 0.05), coat.mark)
    elif coat.pattern == "patched":
        for _ in range(2):
            x, y = rng.uniform(left, right), rng.uniform(top + 0.2 * height, bottom)
            canvas.fill(furry(oval(x, y, rng.uniform(0.4, 0.7), rng.uniform(0.35, 0.6)), 0.06, rng), coat.mark)
    elif coat.pattern == "spotted":
        _spots(canvas, coat, rng, (left, right), (top, bottom), 14)
    elif coat.pattern == "blaze":
        x = left + 0.66 * width
        canvas.fill(furry(oval(x, top + 0.25 * height, 0.42, 0.4 * height), 0.08, rng), coat.pale)


def _spots(canvas: Canvas, coat: Coat, rng: np.random.Generator, xs: tuple, ys: tuple, count: int) -> None:
    for x, y, radius in zip(
        rng.uniform(*xs, count), rng.uniform(*ys, count), rng.uniform(0.06, 0.16, count), strict=True
    ):
        canvas.dot(x, y, radius, coat.mark)
