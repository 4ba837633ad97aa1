"""The drawing of a network: each layer is one block, as high and as wide as what it hands on."""

from itertools import pairwise

import pytest

from catdog.charts import describe_shape, plot_architecture
from catdog.charts.architecture import COLOURS, HOVER, MOST
from catdog.charts.style import CATS, DOGS, MODEL_COLOURS, NEUTRAL, VARIANT_COLOURS
from catdog.errors import UsageError
from catdog.models.summary import list_layers


def blocks(name):
    """Every block of a model's drawing in order: (height, width, colour, hatch)."""
    drawn = []
    for chart, _ in plot_architecture(name):
        bar = chart.data[0]
        drawn += zip(bar.y, bar.width, bar.marker.color, bar.marker.pattern.shape, strict=True)
    return drawn


@pytest.mark.parametrize("name", MODEL_COLOURS)
def test_every_layer_is_one_block_in_order(name):
    layers = list_layers(name)
    assert len(blocks(name)) == len(layers)
    hovers = [text for chart, _ in plot_architecture(name) for text in chart.data[0].customdata]
    assert [text.split("<br>")[0] for text in hovers] == [f"<b>{layer.name}</b>" for layer in layers]


@pytest.mark.parametrize("name", MODEL_COLOURS)
def test_no_part_has_more_layers_than_a_narrow_screen_can_name(name):
    numbers = [len(chart.data[0].x) for chart, _ in plot_architecture(name)]
    assert max(numbers) <= MOST
    assert max(numbers) - min(numbers) <= 1


@pytest.mark.parametrize("name", MODEL_COLOURS)
def test_blocks_follow_the_size_of_maps_and_number_of_channels(name):
    layers, drawn = list_layers(name), blocks(name)
    for layer, (high, wide, *_) in zip(layers, drawn, strict=True):
        for other_layer, (other_high, other_wide, *_) in zip(layers, drawn, strict=True):
            (height, width, channels), (other_height, other_width, other_channels) = layer.size, other_layer.size
            assert (high >= other_high) == (height * width >= other_height * other_width)
            assert (wide >= other_wide) == (channels >= other_channels)


@pytest.mark.parametrize("name", MODEL_COLOURS)
def test_no_block_vanishes_and_none_runs_into_its_neighbour(name):
    for chart, _ in plot_architecture(name):
        bar = chart.data[0]
        assert min(bar.y) > 0.05
        assert min(bar.width) > 0.05
        edges = [(x - wide / 2, x + wide / 2) for x, wide in zip(bar.x, bar.width, strict=True)]
        assert edges[0][0] >= 0
        assert edges[-1][1] <= MOST
        assert all(left[1] < right[0] for left, right in pairwise(edges))


def test_layer_colours_are_never_those_of_a_class_or_a_model():
    kinds = [layer.kind for layer in list_layers("model2")]
    colours = dict(zip(kinds, (colour for *_, colour, _ in blocks("model2")), strict=True))
    assert len({colours["Conv2D"], colours["MaxPooling2D"], colours["Dense"], colours["Flatten"]}) == 4
    assert not {CATS, DOGS, *MODEL_COLOURS.values()} & {*COLOURS.values(), NEUTRAL}


def test_colours_stand_out_in_light_and_dark():
    for colour in (*COLOURS.values(), *VARIANT_COLOURS.values(), NEUTRAL):
        for ground in ("#FFFFFF", "#171614"):  # as in .streamlit/config.toml
            assert contrast(colour, ground) >= 3, (colour, ground)


def test_layers_that_act_in_training_only_are_hatched():
    hatched = [layer.kind for layer, block in zip(list_layers("model3"), blocks("model3"), strict=True) if block[3]]
    assert hatched == ["RandomFlip", "RandomRotation", "Dropout"]


def test_the_joining_line_has_the_models_colour_in_every_figure():
    charts = [chart for chart, _ in plot_architecture("model1")]
    assert {chart.layout.shapes[0].line.color for chart in charts} == {MODEL_COLOURS["model1"]}
    assert [chart.layout.shapes[0].x0 == 0 for chart in charts] == [False, True, True, True]
    assert [chart.layout.shapes[0].x1 == MOST for chart in charts] == [True, True, True, False]


def test_labels_name_kind_and_shape():
    texts = [note.text for chart, _ in plot_architecture("model4") for note in chart.layout.annotations]
    assert texts[:2] == ["<b>Input<br>Layer</b>", "160 × 160<br>× 3"]
    assert "<b>Mobile<br>NetV2</b>" in texts
    assert texts[-2:] == ["<b>Dense</b>", "1<br>number"]


def test_the_hover_text_describes_the_layer_in_short_lines():
    layer = list_layers("model4")[4]
    text = plot_architecture("model4")[1][0].data[0].customdata[0]
    lines = text.split("<br>")
    assert lines[:4] == ["<b>mobilenetv2_1.00_160</b>", "Functional", "5 × 5 × 1,280", "2,257,984 parameters, frozen"]
    assert " ".join(lines[4:]) == layer.does
    assert max(map(len, lines[4:])) <= HOVER


def test_the_alternative_text_lists_every_layer():
    words = [alt for _, alt in plot_architecture("model1")]
    assert words[0].startswith("Layers 1 to 4 of 13 of model1: InputLayer 160 × 160 × 3, Conv2D 158 × 158 × 32,")
    assert words[-1].endswith("Dense 2,048 numbers, Dropout 2,048 numbers and Dense 2 numbers.")


def test_a_shape_is_described():
    assert [describe_shape(layer) for layer in list_layers("model2")[-2:]] == ["2,048 numbers", "1 number"]


def test_an_unknown_model_is_refused():
    with pytest.raises(UsageError):
        plot_architecture("model5")


def contrast(first, second):
    """The contrast of two colours, 1 to 21, as in WCAG 2."""
    low, high = sorted(map(luminance, (first, second)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour):
    """The relative luminance of a colour such as "#648FFF", as in WCAG 2."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
