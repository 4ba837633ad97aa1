"""The inputs for an augmentation's effects, on the Augment page and the Train page."""

from dataclasses import dataclass

import streamlit as st

from catdog.augmentation.config import FILLS, LIMITS, Augmentation, rotation_from_degrees
from catdog.errors import UsageError
from pages.components import page

FLIPS = {
    "none": "none",
    "left-right": "horizontal",
    "up-down": "vertical",
    "both": "horizontal_and_vertical",
}


@dataclass(frozen=True)
class Slider:
    """How one effect is set.

    Attributes:
        field: The field of Augmentation, a share of 1.
        key: Of the slider, and of the query parameter, before the page's suffix.
        label: What stands above the slider.
        format: How it shows its number, in C's style.
        help: What the "?" beside it says.
        parts: How many of its whole numbers make 1: 100 for percent, 360 for degrees of a full turn.
    """

    field: str
    key: str
    label: str
    format: str
    help: str
    parts: int = 100

    @property
    def most(self) -> int:
        """The largest number that the slider has."""
        return round(self.parts * LIMITS[self.field])


SLIDERS = (
    Slider("rotation", "turn", "Rotation up to", "±%d°", "Each photo gets another angle up to this one.", 360),
    Slider("zoom", "zoom", "Zoom up to", "±%d%%", "How much less or more of the photo is shown at most."),
    Slider("translation", "shift", "Shift up to", "±%d%%", "Across and down, up to this share of the photo's size."),
    Slider("contrast", "contrast", "Contrast up to", "±%d%%", "How much stronger or weaker the contrast gets at most."),
    Slider("brightness", "light", "Brightness up to", "±%d%%", "How much light is added or taken away at most."),
)


def draw_effects(start: Augmentation, suffix: str = "") -> Augmentation:
    """Draw the inputs; return what they say.

    Args:
        start: What they say at first.
        suffix: Ends their keys, which are also their query parameters, so that pages keep theirs apart.
    """
    values = effect_state(start, suffix)
    bound = {"bind": "query-params", "wrap": True, "required": True}
    flip_cell, *cells, fill_cell = page.row(len(SLIDERS) + 2, 210)
    key = f"flip{suffix}"
    flip = flip_cell.segmented_control(
        "Flip",
        list(FLIPS),
        default=values[key],
        key=key,
        help="Half of the photos are flipped. Left-right makes a mirror image. Both flips along both axes at once, as "
        "Keras 3 does it: that is a half turn, so no mirror image ever comes.",
        **bound,
    )
    shares = {}
    for cell, slider in zip(cells, SLIDERS, strict=True):
        key = f"{slider.key}{suffix}"
        number = cell.slider(
            slider.label,
            0,
            slider.most,
            values[key],
            format=slider.format,
            key=key,
            bind="query-params",
            help=slider.help,
            width="stretch",
        )
        shares[slider.field] = number / slider.parts
    fill = fill_cell.segmented_control(
        "Fill mode",
        FILLS,
        default=start.fill,
        key=f"fill{suffix}",
        help="What is seen where a rotation, a zoom or a shift goes past the photo's edge: its mirror image (reflect), "
        "black (constant), its opposite side (wrap) or the nearest pixel.",
        **bound,
    )
    return Augmentation(FLIPS[flip], **shares, fill=fill)


def effect_state(augmentation: Augmentation, suffix: str = "") -> dict[str, str | int]:
    """Return {key: value} of the inputs that say `augmentation`, to the nearest whole number."""
    flip = next(word for word, flip in FLIPS.items() if flip == augmentation.flip)
    numbers = {f"{slider.key}{suffix}": round(slider.parts * getattr(augmentation, slider.field)) for slider in SLIDERS}
    return {f"flip{suffix}": flip, **numbers, f"fill{suffix}": augmentation.fill}


def list_effect_faults(suffix: str = "") -> list[str]:
    """Return a sentence for each query parameter that the inputs can't use; they pass those over."""
    params, faults = st.query_params, []
    for key, allowed in (("flip", tuple(FLIPS)), ("fill", FILLS)):
        faults += page.describe_invalid_word(key, params.get(f"{key}{suffix}", allowed[0]), allowed)
    for slider in SLIDERS:
        text = params.get(f"{slider.key}{suffix}", "0")
        value = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text[:40]
        if value in range(slider.most + 1):
            continue
        if slider.field == "rotation":
            try:
                rotation_from_degrees(value)
            except UsageError as error:
                faults.append(str(error))
        else:
            name = slider.label.removesuffix(" up to").lower()
            faults.append(f"The {name} is {value!r}, but must be a whole percentage from 0 to {slider.most}.")
    return faults
