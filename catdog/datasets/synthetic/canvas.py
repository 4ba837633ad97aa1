"""A canvas with its own coordinates: smooth shapes, tapered strokes, soft glows, and painting inside an outline."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from functools import cache

import numpy as np
from PIL import Image, ImageDraw

Colour = tuple[int, int, int]


def mix(colour: Colour, target: Colour, share: float) -> Colour:
    """Return the colour that lies `share` (0 to 1) of the way from one colour to another; RGB, 0 to 255."""
    (r, g, b), (r2, g2, b2) = colour, target
    return int(r + (r2 - r) * share), int(g + (g2 - g) * share), int(b + (b2 - b) * share)


def darker(colour: Colour, share: float = 0.3) -> Colour:
    """Return a colour moved by `share` (0 to 1) towards a warm near-black."""
    return mix(colour, (24, 18, 20), share)


def lighter(colour: Colour, share: float = 0.3) -> Colour:
    """Return a colour moved by `share` (0 to 1) towards a warm white."""
    return mix(colour, (255, 250, 242), share)


def oval(x: float, y: float, rx: float, ry: float, tilt: float = 0.0) -> np.ndarray:
    """Return an ellipse around (x, y) with radii `rx` and `ry`, as float (24, 2); `tilt` in radians."""
    cos, sin = math.cos(tilt), math.sin(tilt)
    return _circle() @ np.array([(rx * cos, rx * sin), (-ry * sin, ry * cos)]) + (x, y)


def smooth(points: Sequence[tuple[float, float]], closed: bool = True, steps: int = 6) -> np.ndarray:
    """Return a curve through points: a uniform Catmull-Rom spline.

    Args:
        points: n points (x, y).
        closed: Whether the curve returns to the first point.
        steps: Corners of the result for each point.

    Returns:
        float (n * steps, 2) if closed, else float ((n - 1) * steps + 1, 2).
    """
    knots = np.array(points, dtype=float)
    basis, neighbours = _basis(steps), _neighbours(len(knots), closed)
    curve = (basis @ knots[neighbours]).reshape(-1, 2)  # (steps, 4) @ (n, 4, 2) -> (n, steps, 2)
    return curve if closed else np.concatenate([curve, knots[-1:]])


def furry(outline: np.ndarray, depth: float, rng: np.random.Generator) -> np.ndarray:
    """Return a closed outline, (n, 2), with tufts of about `depth` sticking out of it, float (2n, 2)."""
    along = np.concatenate([outline[1:], outline[:1]]) - outline
    # outlines run clockwise on the screen, so this points outwards
    outwards = along[:, ::-1] * (1, -1)
    outwards *= depth / (np.hypot(along[:, :1], along[:, 1:]) + 1e-9)
    tips = outline + along * 0.7 + outwards * rng.uniform(0.3, 1.0, (len(outline), 1))
    return np.stack([outline, tips], axis=1).reshape(-1, 2)


def tapered(points: np.ndarray | Sequence, start: float, end: float) -> np.ndarray:
    """Return the outline of a stroke along points, (n, 2), whose width goes from `start` to `end`: float (2n, 2)."""
    points = np.asarray(points, dtype=float)
    along = np.concatenate([points[1:2] - points[:1], points[2:] - points[:-2], points[-1:] - points[-2:-1]])
    aside = along[:, ::-1] * (1, -1)
    half = np.arange(len(points))[:, None] * ((end - start) / 2 / (len(points) - 1)) + start / 2
    aside *= half / (np.hypot(along[:, :1], along[:, 1:]) + 1e-9)
    return np.concatenate([points + aside, (points - aside)[::-1]])


@cache
def _circle() -> np.ndarray:
    angle = np.arange(24) * (2 * np.pi / 24)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


@cache
def _basis(steps: int) -> np.ndarray:
    """Return the weights, (steps, 4), of a corner's two neighbours on each side in a uniform Catmull-Rom spline."""
    t = np.arange(steps) / steps
    return 0.5 * np.stack([2 * t**2 - t - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2], axis=1)


@cache
def _neighbours(count: int, closed: bool) -> np.ndarray:
    """Return the four points that shape each segment of a curve, int (count or count - 1, 4)."""
    index = np.arange(count if closed else count - 1)[:, None] + np.arange(-1, 3)
    return index % count if closed else index.clip(0, count - 1)


@cache
def _soft_mask(strength: float) -> Image.Image:
    """Return a round mask, mode L, of density `strength` (0 to 1) in the middle that fades to 0 at the rim."""
    ramp = np.linspace(-1, 1, 129) ** 2
    density = np.clip(1 - ramp[:, None] - ramp, 0, 1) ** 1.5
    return Image.fromarray((density * strength * 255).astype(np.uint8))


class Canvas:
    """Draws on an image in coordinates of its own: x to the right, y down.

    Attributes:
        image: The image, which is changed in place.
        scale: Length of one unit in pixels.
        origin: Where (0, 0) lies, in pixels.
    """

    def __init__(
        self,
        image: Image.Image,
        origin: tuple[float, float] = (0.0, 0.0),
        scale: float = 1.0,
        tilt: float = 0.0,
        mirrored: bool = False,
    ) -> None:
        """Lay coordinates over an image.

        Args:
            image: RGB; it is changed in place.
            origin: Where (0, 0) lies, in pixels.
            scale: Length of one unit in pixels.
            tilt: Clockwise rotation of the coordinates, in radians.
            mirrored: Whether x runs to the left.
        """
        self.image = image
        self.pen = ImageDraw.Draw(image)
        self.scale = scale
        self.origin = origin
        cos, sin = math.cos(tilt) * scale, math.sin(tilt) * scale
        # one unit to the right and one unit down, in pixels
        self.right, self.down = ((-cos, -sin) if mirrored else (cos, sin)), (-sin, cos)
        self.matrix = np.array([self.right, self.down])

    def moved(self, x: float, y: float, tilt: float = 0.0) -> "Canvas":
        """Return a canvas on the same image whose (0, 0) is this one's (x, y), rotated by `tilt` radians."""
        child = copy(self)
        child.origin = self._pixel(x, y)
        child.matrix = np.array([(math.cos(tilt), math.sin(tilt)), (-math.sin(tilt), math.cos(tilt))]) @ self.matrix
        child.right, child.down = child.matrix.tolist()
        return child

    def fill(self, points: np.ndarray, colour: Colour, edge: Colour | None = None) -> None:
        """Fill a polygon, (n, 2); with `edge`, also draw its outline in that colour."""
        pixels = self._pixels(points)
        self.pen.polygon(pixels, fill=colour)
        if edge is not None:
            self.pen.line(pixels + pixels[:2], fill=edge, width=max(1, round(0.035 * self.scale)))

    def line(self, points: np.ndarray, colour: Colour, width: float) -> None:
        """Draw an open line along points, (n, 2), `width` units wide."""
        self.pen.line(self._pixels(points), fill=colour, width=max(1, round(width * self.scale)))

    def strokes(self, segments: np.ndarray, colours: Sequence[Colour], width: float) -> None:
        """Draw n straight lines, `width` units wide: segments float (n, 2, 2), and a colour for each."""
        thick = max(1, round(width * self.scale))
        pixels = (segments @ self.matrix + self.origin).reshape(-1, 4).tolist()
        for line, colour in zip(pixels, colours, strict=True):
            self.pen.line(line, fill=colour, width=thick)

    def brush(self, points: np.ndarray, start: float, end: float, colour: Colour) -> None:
        """Draw a stroke along points, (n, 2), that tapers from `start` to `end` units of width, with round ends."""
        self.fill(tapered(points, start, end), colour)
        self.dot(*points[0], start / 2, colour)
        self.dot(*points[-1], end / 2, colour)

    def dot(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """Fill a circle; cheaper than an oval, since it has no tilt."""
        px, py = self._pixel(x, y)
        r = radius * self.scale
        self.pen.ellipse((px - r, py - r, px + r, py + r), fill=colour)

    def glow(self, x: float, y: float, rx: float, ry: float, colour: Colour, strength: float) -> None:
        """Blend a soft ellipse of a colour over the image.

        Args:
            x: Of its middle.
            y: Of its middle.
            rx: Horizontal radius; a tilt of the canvas has no effect.
            ry: Vertical radius.
            colour: RGB.
            strength: Opacity in the middle, 0 to 1; it fades to 0 at the rim.
        """
        px, py = self._pixel(x, y)
        width, height = self.image.size
        rx, ry = rx * self.scale, ry * self.scale
        left, top = max(0, int(px - rx)), max(0, int(py - ry))
        right, bottom = min(width, int(px + rx) + 1), min(height, int(py + ry) + 1)
        if left >= right or top >= bottom:
            return
        # the part of the mask that falls on the image, in the mask's own pixels
        soft = _soft_mask(strength)
        half = soft.width / 2
        visible = (
            max(0, half + (left - px) / rx * half),
            max(0, half + (top - py) / ry * half),
            min(soft.width, half + (right - px) / rx * half),
            min(soft.height, half + (bottom - py) / ry * half),
        )
        # the mask is so smooth that the nearest pixel will do, and pasting an image is twice as fast as a bare colour
        mask = soft.resize((right - left, bottom - top), Image.Resampling.NEAREST, visible)
        self.image.paste(Image.new("RGB", mask.size, colour), (left, top), mask)

    @contextmanager
    def inside(self, outline: np.ndarray) -> Iterator["Canvas"]:
        """Yield a canvas in the same coordinates; of what is drawn on it only what lies inside `outline` stays."""
        pixels = outline @ self.matrix + self.origin
        left, top = np.maximum(pixels.min(axis=0), 0).astype(int).tolist()
        right, bottom = np.minimum(pixels.max(axis=0) + 1, self.image.size).astype(int).tolist()
        if left >= right or top >= bottom:
            left, top, right, bottom = 0, 0, 1, 1
        # a crop as small as the shape, since the time of each glow and of the paste grows with the pixels
        child = copy(self)
        child.image = self.image.crop((left, top, right, bottom))
        child.pen = ImageDraw.Draw(child.image)
        child.origin = self.origin[0] - left, self.origin[1] - top
        yield child
        mask = Image.new("L", child.image.size)
        ImageDraw.Draw(mask).polygon((pixels - (left, top)).ravel().tolist(), fill=255)
        self.image.paste(child.image, (left, top), mask)

    def _pixel(self, x: float, y: float) -> tuple[float, float]:
        (a, b), (c, d) = self.right, self.down
        return x * a + y * c + self.origin[0], x * b + y * d + self.origin[1]

    def _pixels(self, points: np.ndarray) -> list[float]:
        return (np.asarray(points) @ self.matrix + self.origin).ravel().tolist()
