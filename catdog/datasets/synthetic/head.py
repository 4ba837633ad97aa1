"""What the heads of cats and dogs share. A head has radius 1 and its middle at (0, 0)."""

import numpy as np

from catdog.datasets.synthetic.canvas import Canvas, Colour, darker, furry, lighter, smooth
from catdog.datasets.synthetic.coat import Coat, mark_head

INK: Colour = (38, 30, 32)
SHINE: Colour = (255, 255, 255)
PINK: Colour = (226, 150, 148)


def mirrored_outline(half: list[tuple[float, float]], width: float) -> np.ndarray:
    """Return the smooth outline whose right `half`, top to bottom, is given; `width` stretches it sideways."""
    return smooth([(x * width, y) for x, y in half + [(-x, y) for x, y in half[-2:0:-1]]], steps=4)


def draw_skull(canvas: Canvas, coat: Coat, rng: np.random.Generator, outline: np.ndarray) -> None:
    """Draw the fur of a head with this `outline`, its pattern and its shading."""
    canvas.fill(furry(outline, coat.tuft, rng), coat.main, coat.edge)
    with canvas.inside(outline) as fur:
        mark_head(fur, coat, rng)
        fur.glow(0.0, 1.0, 1.2, 0.7, darker(coat.main, 0.6), 0.35)
        fur.glow(-0.1, -0.6, 0.8, 0.5, lighter(coat.main, 0.6), 0.3)
