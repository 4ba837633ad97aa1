"""Draw one cat or one dog: scenery, animal, light."""

from catdog.datasets.synthetic.compose import draw_image, draw_in_scene, draw_scene

__all__ = ["draw_image", "draw_in_scene", "draw_scene"]
