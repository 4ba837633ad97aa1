"""The inputs for an augmentation's effects, on the Augment page and on the Train page."""

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
    """How one effect is set: a field of Augmentation, as a whole number of so many parts of 1."""

    field: str
    key: str
    label: str
    format: str
    help: str
    parts: int = 100

    @property
    def most(self) -> int:
        """The largest number."""
        return round(self.parts * LIMITS[self.field])


SLIDERS = (
    Slider("rotation", "turn", "Largest turn, either way", "±%d°", "Each time another angle up to this one.", 360),
    Slider("zoom", "zoom", "Zoom, in and out", "±%d %%", "How much less or more of the picture is shown at most."),
    Slider("translation", "shift", "Shift, each way", "±%d %%", "Across and down, up to this share of its size."),
    Slider("contrast", "contrast", "Contrast", "±%d %%", "How far dark and light grow apart or together at most."),
    Slider("brightness", "light", "Brightness", "±%d %%", "How much light is added or taken away at most."),
)


def draw_effects(start: Augmentation, suffix: str = "") -> Augmentation:
    """Draw the inputs, `start` at first; return what they say.

    Their keys, which are also their names in the address bar, end in `suffix`, so that pages keep theirs apart.
    """
    values = effect_state(start, suffix)
    bound = {"bind": "query-params", "wrap": True, "required": True}
    flip_cell, *cells, fill_cell = page.row(len(SLIDERS) + 2, 210)
    key = f"flip{suffix}"
    flip = flip_cell.segmented_control("Flip", list(FLIPS), default=values[key], key=key, **bound)
    numbers = {}
    for cell, one in zip(cells, SLIDERS, strict=True):
        key = f"{one.key}{suffix}"
        numbers[one.field] = (
            cell.slider(
                one.label,
                0,
                one.most,
                values[key],
                format=one.format,
                key=key,
                bind="query-params",
                help=one.help,
                width="stretch",
            )
            / one.parts
        )
    fill = fill_cell.segmented_control(
        "Beyond the edge",
        FILLS,
        default=start.fill,
        key=f"fill{suffix}",
        help="What is seen where a turn, a zoom or a shift goes past the picture: its mirror image (reflect), black "
        "(constant), its opposite side (wrap) or the nearest pixel.",
        **bound,
    )
    return Augmentation(FLIPS[flip], **numbers, fill=fill)


def effect_state(augmentation: Augmentation, suffix: str = "") -> dict[str, str | int]:
    """Return {key: value} of the inputs that say `augmentation`, to the nearest whole number."""
    flip = next(word for word, flip in FLIPS.items() if flip == augmentation.flip)
    numbers = {f"{one.key}{suffix}": round(one.parts * getattr(augmentation, one.field)) for one in SLIDERS}
    return {f"flip{suffix}": flip, **numbers, f"fill{suffix}": augmentation.fill}


def list_effect_faults(suffix: str = "") -> list[str]:
    """Return a sentence for each value in the address that the inputs can't use; they pass those over."""
    asked, wrong = st.query_params, []
    for key, allowed in (("flip", tuple(FLIPS)), ("fill", FILLS)):
        word = asked.get(f"{key}{suffix}", allowed[0])
        if word not in allowed:
            wrong.append(f"The {key} is {word[:40]!r}, but must be one of {', '.join(allowed)}.")
    for one in SLIDERS:
        text = asked.get(f"{one.key}{suffix}", "0")
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text[:40]
        if number in range(one.most + 1):
            continue
        if one.field == "rotation":
            try:
                rotation_from_degrees(number)
            except UsageError as error:
                wrong.append(str(error))
        else:
            name = one.label.partition(",")[0].lower()
            wrong.append(f"The {name} is {number!r}, but must be a whole percentage from 0 to {one.most}.")
    return wrong
