"""The drawn set: images of cats and dogs drawn from a seed, for the time before the photos are there."""

from catdog.datasets.synthetic.compose import draw_image
from catdog.datasets.synthetic.generate import generate_dataset

__all__ = ["draw_image", "generate_dataset"]
