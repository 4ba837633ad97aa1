"""Compose an image: scenery first, then the animal, then the light that falls on both."""

import numpy as np
from PIL import Image, ImageChops

from catdog.datasets.synthetic.body import CAT, DOG, draw_bust, draw_lying, draw_sitting
from catdog.datasets.synthetic.canvas import Canvas
from catdog.datasets.synthetic.coat import choose_coat
from catdog.datasets.synthetic.heads import draw_cat_head, draw_dog_head
from catdog.datasets.synthetic.scenery import draw_scenery

#: Drawn this many times larger, then averaged down, for smooth edges.
OVERSAMPLING = 2
#: A portrait shows the face best, so nearly half the images are portraits.
POSES = ("portrait",) * 4 + ("sitting",) * 3 + ("lying",) * 2
SHADOW = (18, 14, 24)


def draw_image(rng: np.random.Generator, label: int, size: int = 160) -> Image.Image:
    """Draw a random cat or dog in a random scene.

    Args:
        rng: Decides what the image shows.
        label: 0 for a cat, 1 for a dog.
        size: Width and height in pixels.

    Returns:
        RGB, `size` × `size`.
    """
    return draw_in_scene(draw_scene(rng, size), rng, label)


def draw_scene(rng: np.random.Generator, size: int = 160) -> Image.Image:
    """Draw a random scene without an animal, RGB, OVERSAMPLING times as large as `draw_in_scene` makes it."""
    scene = Image.new("RGB", (size * OVERSAMPLING, size * OVERSAMPLING))
    draw_scenery(scene, rng)
    return scene


def draw_in_scene(scene: Image.Image, rng: np.random.Generator, label: int) -> Image.Image:
    """Return the finished image of a cat (label 0) or a dog (1) in a scene, which is not changed."""
    image = scene.copy()
    _draw_animal(image, rng, label)
    return _light(image.reduce(OVERSAMPLING), rng)


def _draw_animal(image: Image.Image, rng: np.random.Generator, label: int) -> None:
    coat = choose_coat(rng)
    build = DOG if label else CAT
    pose = POSES[rng.integers(len(POSES))]
    if pose == "portrait":
        scale, x, y = rng.uniform(0.27, 0.34), rng.uniform(0.42, 0.58), rng.uniform(0.46, 0.58)
    elif pose == "sitting":
        scale, x, y = rng.uniform(0.2, 0.235), rng.uniform(0.45, 0.65), rng.uniform(0.3, 0.36)
    else:
        scale, x, y = rng.uniform(0.23, 0.265), rng.uniform(0.55, 0.68), rng.uniform(0.42, 0.52)
    mirrored = bool(rng.random() < 0.5)
    origin = ((1 - x if mirrored else x) * image.width, y * image.height)
    canvas = Canvas(image, origin, scale * image.width, rng.normal(0, 0.06), mirrored)
    if pose == "portrait":
        draw_bust(canvas, coat, build, rng)
    elif pose == "sitting":
        canvas.glow(-0.3, 3.1, 1.9, 0.4, SHADOW, 0.55)
        draw_sitting(canvas, coat, build, rng)
    else:
        canvas.glow(-0.8, 1.72, 2.3, 0.4, SHADOW, 0.55)
        draw_lying(canvas, coat, build, rng)
    head = canvas.moved(0.0, 0.0, rng.normal(0, 0.14))
    (draw_dog_head if label else draw_cat_head)(head, coat, rng)


def _light(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return an image under random light: soft shadows, contrast, brightness, colour temperature, a little grain."""
    canvas = Canvas(image, scale=image.width)
    colour = SHADOW if rng.random() < 0.6 else (255, 240, 205)
    x, y, rx, ry = rng.uniform((-0.1, -0.1, 0.5, 0.4), (1.1, 1.1, 1.1, 0.9))
    canvas.glow(x, y, rx, ry, colour, 0.3)
    contrast, brightness, warmth = rng.uniform(0.85, 1.15), rng.uniform(-28, 22), rng.uniform(-8, 8)
    shift = 128 - 128 * contrast + brightness
    # of each channel: its share of red, green and blue, and an offset
    red = (contrast, 0, 0, shift + warmth)
    green = (0, contrast, 0, shift)
    blue = (0, 0, contrast, shift - warmth)
    image = image.convert("RGB", red + green + blue)
    # random bytes are fast to draw; shifted right by 4 to 7 bits they are grain of ±8 to ±1 levels
    fineness = int(rng.integers(4, 8))
    grain = Image.fromarray(rng.integers(0, 256, image.size, dtype=np.uint8) >> fineness)
    return ImageChops.add(image, Image.merge("RGB", [grain] * 3), offset=-(128 >> fineness))
