"""Draw one cat or one dog: scenery, animal, light."""

from catdog.datasets.synthetic.compose import draw, draw_in_scene, draw_scene

__all__ = ["draw", "draw_in_scene", "draw_scene"]
