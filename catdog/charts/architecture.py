"""A drawing of a network from left to right: the output of each layer as a block."""

import math
import re
from collections.abc import Sequence
from textwrap import wrap
from types import MappingProxyType

import plotly.graph_objects as go

from catdog.charts.style import NEUTRAL, model_colour, new_figure
from catdog.models.summary import Layer, list_layers
from catdog.utils.text import join_names

# IBM's colours for the colour-blind, none of them a class's or a model's
FILTERS, SMALLER, DECIDES = ("#785EF0", "#648FFF", "#DC267F")
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
    """Draw a model as a row of figures, to show side by side or one below the other.

    A block's height follows the root of its output's width and height in pixels, its width the logarithm of the
    channels, in all figures by the same measure. Hatched layers act in training only.

    Args:
        name: The name of the model.

    Returns:
        Figures of up to MOST layers, each readable 240 pixels wide, with a text that says the same to those who can't
        see it.

    Raises:
        UsageError: There is no such model.
    """
    layers = list_layers(name)
    longest = max(layer.size[2] for layer in layers)
    tallest = layers[0].size[0] * layers[0].size[1]
    blocks = [_block(layer, tallest, longest) for layer in layers]
    figures, start = [], 0
    for count in _split_evenly(len(layers)):
        end = start + count
        chart = _draw(layers[start:end], blocks[start:end], model_colour(name), start > 0, end < len(layers))
        described = join_names([f"{layer.kind} {describe_shape(layer)}" for layer in layers[start:end]])
        figures.append((chart, f"Layers {start + 1} to {end} of {len(layers)} of {name}: {described}."))
        start = end
    return figures


def describe_shape(layer: Layer) -> str:
    """Return the shape of a layer's output, such as "158 × 158 × 32" (height, width, channels) or "2,048 numbers"."""
    height, width, channels = layer.size
    if len(layer.output) == 2:
        return f"{channels:,} {'number' if channels == 1 else 'numbers'}"
    return f"{height} × {width} × {channels:,}"


def _split_evenly(layers: int) -> list[int]:
    """Return how many layers each figure gets: as few figures as possible, filled as evenly as possible."""
    figures = math.ceil(layers / MOST)
    return [layers // figures + (index < layers % figures) for index in range(figures)]


def _block(layer: Layer, tallest: int, longest: int) -> tuple[float, float]:
    """Return the width and the height of a layer's block: roots and logarithms, or the small ones would vanish."""
    height, width, channels = layer.size
    block_width = math.log(1 + channels) / math.log(1 + longest)
    block_height = (height * width / tallest) ** 0.25
    return WIDEST * max(THINNEST, block_width), HIGHEST * max(THINNEST, block_height)


def _draw(
    layers: Sequence[Layer],
    blocks: Sequence[tuple[float, float]],
    colour: str,
    has_previous: bool,
    has_next: bool,
) -> go.Figure:
    chart = new_figure(height=250, revision="drawing")
    centres = [(index + 0.5) * MOST / len(layers) for index in range(len(layers))]
    hover = {"customdata": [_hover(layer) for layer in layers], "hovertemplate": "%{customdata}<extra></extra>"}
    chart.add_bar(
        x=centres,
        y=[height for _, height in blocks],
        base=[-height / 2 for _, height in blocks],
        width=[width for width, _ in blocks],
        marker={
            "color": [COLOURS.get(layer.kind, NEUTRAL) for layer in layers],
            "line": {"color": NEUTRAL, "width": 1},
            "cornerradius": 2,
            "pattern": {
                "shape": ["/" if _is_training_only(layer) else "" for layer in layers],
                "fillmode": "replace",
                "size": 6,
            },
        },
        **hover,
    )
    # The block of a single number is a dot: what is around it tells of the layer too.
    around = {"base": -HIGHEST / 2, "width": MOST / len(layers), "marker": {"color": "rgba(0,0,0,0)"}}
    chart.add_bar(x=centres, y=[HIGHEST] * len(layers), **around, **hover)
    start, end = 0 if has_previous else centres[0], MOST if has_next else centres[-1]
    wire = {"type": "line", "x0": start, "x1": end, "y0": 0, "y1": 0, "layer": "below"}
    if has_next:
        chart.add_scatter(
            x=[MOST - 0.06],
            y=[0],
            mode="markers",
            marker={"symbol": "triangle-right", "size": 12, "color": colour},
            hoverinfo="skip",
        )
    # Together, since adding them singly is slow.
    chart.update_layout(
        shapes=[{**wire, "line": {"color": colour, "width": 3}}],
        annotations=[label for centre, layer in zip(centres, layers, strict=True) for label in _labels(centre, layer)],
        barmode="overlay",
        showlegend=False,
        hoverlabel_align="left",
        margin=dict.fromkeys("lrtb", 0),
    )
    chart.update_xaxes(range=[0, MOST], visible=False, fixedrange=True)
    chart.update_yaxes(range=[-0.85, 0.95], visible=False, fixedrange=True)
    return chart


def _labels(centre: float, layer: Layer) -> list[dict]:
    """Return the kind of a layer, which stands above its block, and its shape, which stands below it."""
    kind = "Mobile<br>NetV2" if layer.kind == "Functional" else re.sub(r"(?<=[a-z])(?=[A-Z])", "<br>", layer.kind)
    shape = describe_shape(layer)
    first, _, last = shape.rpartition(" × ")
    shape = f"{first}<br>× {last}" if first else shape.replace(" ", "<br>")
    shared = {"x": centre, "showarrow": False, "font": {"size": 11}}
    return [
        {"text": f"<b>{kind}</b>", "y": HIGHEST / 2, "yanchor": "bottom", "yshift": 4, **shared},
        {"text": shape, "y": -HIGHEST / 2, "yanchor": "top", "yshift": -4, **shared},
    ]


def _is_training_only(layer: Layer) -> bool:
    return layer.kind == "Dropout" or layer.kind.startswith("Random")


def _hover(layer: Layer) -> str:
    parameters = f"{layer.parameters:,} parameters" + (", frozen" if layer.frozen_parameters else "")
    lines = [f"<b>{layer.name}</b>", layer.kind, describe_shape(layer), parameters, *wrap(layer.does, HOVER)]
    return "<br>".join(lines)
