"""The version of a photo with every effect at its limit: the server's own, and in the browser while a slider moves."""

from dataclasses import asdict
from functools import cache
from pathlib import Path

import streamlit as st

from catdog.augmentation.config import Augmentation
from pages.components.augmentation_form import SLIDERS


def draw_live(image_file: bytes, augmentation: Augmentation, alt: str) -> None:
    """Draw the strongest version; live.js draws over it what the sliders say until the server has drawn the same.

    live.js finds the sliders, the original and this image by their keys: the original must be in a container with the
    key "augment-original", in exactly the pixels that the server transforms.

    Args:
        image_file: The version, as a JPEG.
        augmentation: What it shows, each effect at its limit.
        alt: The image's alternative text. It must differ from that of any other version.
    """
    sliders = [{"key": slider.key, "field": slider.field, "parts": slider.parts} for slider in SLIDERS]
    with st.container(key="augment-strongest", gap=None):
        st.image(image_file, width="stretch", alt=alt)
        component = st.components.v2.component("augment-live", js=_read_script())
        component(key="augment-live", data={"settings": asdict(augmentation), "sliders": sliders, "alt": alt})


@cache
def _read_script() -> str:
    return Path(__file__).with_name("live.js").read_text(encoding="utf-8")
