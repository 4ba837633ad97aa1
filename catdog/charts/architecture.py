"""A drawing of a network from left to right: what each layer hands on, as a block."""

import math
import re
from collections.abc import Sequence
from textwrap import wrap
from types import MappingProxyType

import plotly.graph_objects as go

from catdog.charts.style import NEUTRAL, model_colour, new_figure
from catdog.models.summary import Layer, list_layers
from catdog.utils.text import join_names

FILTERS, SMALLER, DECIDES = (
    "#785EF0",
    "#648FFF",
    "#DC267F",
)  # IBM's colours for the colour-blind, none a class's or model's
#: The colour of a block by the Keras class of its layer; layers that learn nothing and shrink nothing are grey.
COLOURS = MappingProxyType(
    {
        "Conv2D": FILTERS,
        "Functional": FILTERS,
        "MaxPooling2D": SMALLER,
        "GlobalAveragePooling2D": SMALLER,
        "Dense": DECIDES,
    }
)
MOST = 4  # layers in one figure, so that their names can be read on a screen 400 pixels wide
THINNEST = 0.06  # of a block, in shares of the highest and of the widest one
WIDEST, HIGHEST = 0.84, 1.0  # of a block, in the figure's units: layers lie at least 1 apart
HOVER = 30  # letters a line: as much as one figure has room for


def plot_architecture(name: str) -> list[tuple[go.Figure, str]]:
    """Return the figures that, side by side or one below the other, draw the model called `name`; and their words.

    Each figure holds up to MOST layers and is readable 240 pixels wide; the words say the same to who can't see it. A
    block's height follows the root of its width and height in pixels, its width the logarithm of its channels, in all
    figures by the same measure. Hatched layers act in training only. UsageError for an unknown name.
    """
    layers = list_layers(name)
    longest = max(layer.size[2] for layer in layers)
    tallest = layers[0].size[0] * layers[0].size[1]
    blocks = [_block(layer, tallest, longest) for layer in layers]
    found, start = [], 0
    for number in _parts(len(layers)):
        end = start + number
        drawn = _draw(layers[start:end], blocks[start:end], model_colour(name), start > 0, end < len(layers))
        listed_layers = join_names([f"{layer.kind} {describe_shape(layer)}" for layer in layers[start:end]])
        found.append((drawn, f"Layers {start + 1} to {end} of {len(layers)} of {name}: {listed_layers}."))
        start = end
    return found


def describe_shape(layer: Layer) -> str:
    """Return what a layer hands on, such as "158 × 158 × 32" (height, width, channels) or "2,048 numbers"."""
    height, width, channels = layer.size
    if len(layer.output) == 2:
        return f"{channels:,} {'number' if channels == 1 else 'numbers'}"
    return f"{height} × {width} × {channels:,}"


def _parts(number: int) -> list[int]:
    """Share so many layers out over as few figures as can be, as evenly as can be."""
    figures = math.ceil(number / MOST)
    return [number // figures + (one < number % figures) for one in range(figures)]


def _block(layer: Layer, tallest: int, longest: int) -> tuple[float, float]:
    """Return the width and the height of a layer's block: roots and logarithms, or the small ones would vanish."""
    height, width, channels = layer.size
    wide = math.log(1 + channels) / math.log(1 + longest)
    high = (height * width / tallest) ** 0.25
    return WIDEST * max(THINNEST, wide), HIGHEST * max(THINNEST, high)


def _draw(
    layers: Sequence[Layer],
    blocks: Sequence[tuple[float, float]],
    colour: str,
    goes_on_before: bool,
    goes_on_after: bool,
) -> go.Figure:
    chart = new_figure(height=250, revision="drawing")
    places = [(number + 0.5) * MOST / len(layers) for number in range(len(layers))]
    hover = {"customdata": [_hover(layer) for layer in layers], "hovertemplate": "%{customdata}<extra></extra>"}
    chart.add_bar(
        x=places,
        y=[high for _, high in blocks],
        base=[-high / 2 for _, high in blocks],
        width=[wide for wide, _ in blocks],
        marker={
            "color": [COLOURS.get(layer.kind, NEUTRAL) for layer in layers],
            "line": {"color": NEUTRAL, "width": 1},
            "cornerradius": 2,
            "pattern": {
                "shape": ["/" if _only_in_training(layer) else "" for layer in layers],
                "fillmode": "replace",
                "size": 6,
            },
        },
        **hover,
    )
    # The block of a single number is a dot: what is around it tells of the layer too.
    around = {"base": -HIGHEST / 2, "width": MOST / len(layers), "marker": {"color": "rgba(0,0,0,0)"}}
    chart.add_bar(x=places, y=[HIGHEST] * len(layers), **around, **hover)
    start, end = 0 if goes_on_before else places[0], MOST if goes_on_after else places[-1]
    wire = {"type": "line", "x0": start, "x1": end, "y0": 0, "y1": 0, "layer": "below"}
    if goes_on_after:
        chart.add_scatter(
            x=[MOST - 0.06],
            y=[0],
            mode="markers",
            marker={"symbol": "triangle-right", "size": 12, "color": colour},
            hoverinfo="skip",
        )
    # All at once, since adding them one by one is slow.
    chart.update_layout(
        shapes=[{**wire, "line": {"color": colour, "width": 3}}],
        annotations=[label for place, layer in zip(places, layers, strict=True) for label in _labels(place, layer)],
        barmode="overlay",
        showlegend=False,
        hoverlabel_align="left",
        margin=dict.fromkeys("lrtb", 0),
    )
    chart.update_xaxes(range=[0, MOST], visible=False, fixedrange=True)
    chart.update_yaxes(range=[-0.85, 0.95], visible=False, fixedrange=True)
    return chart


def _labels(place: float, layer: Layer) -> list[dict]:
    """Return the kind of a layer, which stands above its block, and its shape, which stands below it."""
    kind = "Mobile<br>NetV2" if layer.kind == "Functional" else re.sub(r"(?<=[a-z])(?=[A-Z])", "<br>", layer.kind)
    words = describe_shape(layer)
    first, _, last = words.rpartition(" × ")
    shape = f"{first}<br>× {last}" if first else words.replace(" ", "<br>")
    shared = {"x": place, "showarrow": False, "font": {"size": 11}}
    return [
        {"text": f"<b>{kind}</b>", "y": HIGHEST / 2, "yanchor": "bottom", "yshift": 4, **shared},
        {"text": shape, "y": -HIGHEST / 2, "yanchor": "top", "yshift": -4, **shared},
    ]


def _only_in_training(layer: Layer) -> bool:
    return layer.kind == "Dropout" or layer.kind.startswith("Random")


def _hover(layer: Layer) -> str:
    parameters = f"{layer.parameters:,} parameters" + (", frozen" if layer.frozen_parameters else "")
    lines = [f"<b>{layer.name}</b>", layer.kind, describe_shape(layer), parameters, *wrap(layer.does, HOVER)]
    return "<br>".join(lines)
