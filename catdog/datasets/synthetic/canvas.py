"""A picture with its own coordinates: smooth shapes, tapered strokes, soft glows, and painting inside an outline."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from functools import cache

import numpy as np
from PIL import Image, ImageDraw

Colour = tuple[int, int, int]


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return the colour that lies `share` (0 to 1) of the way from `one` to `other`."""
    (r, g, b), (r2, g2, b2) = one, other
    return int(r + (r2 - r) * share), int(g + (g2 - g) * share), int(b + (b2 - b) * share)


def darker(colour: Colour, share: float = 0.3) -> Colour:
    """Return `colour` moved towards a warm near-black."""
    return mix(colour, (24, 18, 20), share)


def lighter(colour: Colour, share: float = 0.3) -> Colour:
    """Return `colour` moved towards a warm white."""
    return mix(colour, (255, 250, 242), share)


def oval(x: float, y: float, rx: float, ry: float, tilt: float = 0.0) -> np.ndarray:
    """Return an ellipse around (x, y) as float (24, 2); `tilt` in radians."""
    cos, sin = math.cos(tilt), math.sin(tilt)
    return _circle() @ np.array([(rx * cos, rx * sin), (-ry * sin, ry * cos)]) + (x, y)


def smooth(points: Sequence[tuple[float, float]], closed: bool = True, steps: int = 6) -> np.ndarray:
    """Return a Catmull-Rom curve through `points`, float (n, 2), with `steps` corners for each of them."""
    knots = np.array(points, dtype=float)
    basis, neighbours = _basis(steps), _neighbours(len(knots), closed)
    curve = (basis @ knots[neighbours]).reshape(-1, 2)  # (steps, 4) @ (n, 4, 2) -> (n, steps, 2)
    return curve if closed else np.concatenate([curve, knots[-1:]])


def furry(outline: np.ndarray, depth: float, rng: np.random.Generator) -> np.ndarray:
    """Return a closed `outline` (n, 2) with tufts of about `depth` sticking out of it, float (2n, 2)."""
    along = np.concatenate([outline[1:], outline[:1]]) - outline
    # Outlines run clockwise on the screen, so this points outwards.
    outwards = along[:, ::-1] * (1, -1)
    outwards *= depth / (np.hypot(along[:, :1], along[:, 1:]) + 1e-9)
    tips = outline + along * 0.7 + outwards * rng.uniform(0.3, 1.0, (len(outline), 1))
    return np.stack([outline, tips], axis=1).reshape(-1, 2)


def tapered(points: np.ndarray | Sequence, start: float, end: float) -> np.ndarray:
    """Return the outline of a stroke along `points` (n, 2), `start` units wide at first and `end` at last."""
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
    """Return the weights, (steps, 4), of a corner's two neighbours on each side in a Catmull-Rom curve."""
    t = np.arange(steps) / steps
    return 0.5 * np.stack([2 * t**2 - t - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2], axis=1)


@cache
def _neighbours(count: int, closed: bool) -> np.ndarray:
    """Return for each stretch of a curve the four points that shape it, int (count or count - 1, 4)."""
    index = np.arange(count if closed else count - 1)[:, None] + np.arange(-1, 3)
    return index % count if closed else index.clip(0, count - 1)


@cache
def _blot(strength: float) -> Image.Image:
    """Return a round soft blot, mode L, `strength` (0 to 1) dense in the middle and fading to nothing at the rim."""
    ramp = np.linspace(-1, 1, 129) ** 2
    density = np.clip(1 - ramp[:, None] - ramp, 0, 1) ** 1.5
    return Image.fromarray((density * strength * 255).astype(np.uint8))


class Canvas:
    """Draws on `image` (RGB, changed in place) in coordinates of its own: x to the right, y down.

    The point (0, 0) lies at `origin` pixels, one unit is `scale` pixels long, and all is turned by `tilt` radians
    clockwise; a `mirrored` canvas runs to the left.
    """

    def __init__(
        self,
        image: Image.Image,
        origin: tuple[float, float] = (0.0, 0.0),
        scale: float = 1.0,
        tilt: float = 0.0,
        mirrored: bool = False,
    ) -> None:
        self.image = image
        self.pen = ImageDraw.Draw(image)
        self.scale = scale
        self.origin = origin
        cos, sin = math.cos(tilt) * scale, math.sin(tilt) * scale
        # Where one unit to the right and one unit down lead, in pixels.
        self.right, self.down = ((-cos, -sin) if mirrored else (cos, sin)), (-sin, cos)
        self.matrix = np.array([self.right, self.down])

    def moved(self, x: float, y: float, tilt: float = 0.0) -> "Canvas":
        """Return a canvas on the same image with its (0, 0) at (x, y), turned by `tilt` within this one."""
        child = copy(self)
        child.origin = self._pixel(x, y)
        child.matrix = np.array([(math.cos(tilt), math.sin(tilt)), (-math.sin(tilt), math.cos(tilt))]) @ self.matrix
        child.right, child.down = child.matrix.tolist()
        return child

    def fill(self, points: np.ndarray, colour: Colour, edge: Colour | None = None) -> None:
        """Fill the closed shape `points`; with `edge`, draw its rim in that colour too."""
        pixels = self._pixels(points)
        self.pen.polygon(pixels, fill=colour)
        if edge is not None:
            self.pen.line(pixels + pixels[:2], fill=edge, width=max(1, round(0.035 * self.scale)))

    def line(self, points: np.ndarray, colour: Colour, width: float) -> None:
        """Draw an open line `width` units wide."""
        self.pen.line(self._pixels(points), fill=colour, width=max(1, round(width * self.scale)))

    def strokes(self, segments: np.ndarray, colours: Sequence[Colour], width: float) -> None:
        """Draw many straight lines at once: `segments` is float (n, 2, 2), one colour for each."""
        thick = max(1, round(width * self.scale))
        pixels = (segments @ self.matrix + self.origin).reshape(-1, 4).tolist()
        for line, colour in zip(pixels, colours, strict=True):
            self.pen.line(line, fill=colour, width=thick)

    def brush(self, points: np.ndarray, start: float, end: float, colour: Colour) -> None:
        """Draw a stroke along `points` that tapers from `start` to `end` units of width, with round ends."""
        self.fill(tapered(points, start, end), colour)
        self.dot(*points[0], start / 2, colour)
        self.dot(*points[-1], end / 2, colour)

    def dot(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """Fill a circle (never tilted, so cheaper than an oval)."""
        px, py = self._pixel(x, y)
        r = radius * self.scale
        self.pen.ellipse((px - r, py - r, px + r, py + r), fill=colour)

    def glow(self, x: float, y: float, rx: float, ry: float, colour: Colour, strength: float) -> None:
        """Lay a soft-edged blot of `colour` over the image, `strength` (0 to 1) dense in its middle."""
        px, py = self._pixel(x, y)
        width, height = self.image.size
        rx, ry = rx * self.scale, ry * self.scale
        left, top = max(0, int(px - rx)), max(0, int(py - ry))
        right, bottom = min(width, int(px + rx) + 1), min(height, int(py + ry) + 1)
        if left >= right or top >= bottom:
            return
        # The part of the blot that falls on the image, in the blot's own pixels.
        blot = _blot(strength)
        half = blot.width / 2
        seen = (
            max(0, half + (left - px) / rx * half),
            max(0, half + (top - py) / ry * half),
            min(blot.width, half + (right - px) / rx * half),
            min(blot.height, half + (bottom - py) / ry * half),
        )
        # The blot is soft enough for the nearest pixel to do, and pasting an image is twice as fast as a bare colour.
        mask = blot.resize((right - left, bottom - top), Image.Resampling.NEAREST, seen)
        self.image.paste(Image.new("RGB", mask.size, colour), (left, top), mask)

    @contextmanager
    def inside(self, outline: np.ndarray) -> Iterator["Canvas"]:
        """Yield a canvas in the same coordinates of whose paint only what lies in the shape `outline` stays."""
        pixels = outline @ self.matrix + self.origin
        left, top = np.maximum(pixels.min(axis=0), 0).astype(int).tolist()
        right, bottom = np.minimum(pixels.max(axis=0) + 1, self.image.size).astype(int).tolist()
        if left >= right or top >= bottom:
            left, top, right, bottom = 0, 0, 1, 1
        # A cut-out as small as the shape, since each glow and the paste cost by the pixel.
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
