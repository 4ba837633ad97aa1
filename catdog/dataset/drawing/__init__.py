"""Draw one cat or one dog: scenery, animal, light."""

from catdog.dataset.drawing.picture import draw

__all__ = ["draw"]
