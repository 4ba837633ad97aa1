"""The ladder of the reference course, with the user's own scores on it."""

from catdog.charts import MODEL_COLOURS, Rung, plot_ladder

RUNGS = (Rung("guessing", 0.5), Rung("model1", 0.64, (("model1 · seed 1", 0.7), ("model1 · seed 2", 0.3))))


def test_the_steps_rise_with_their_numbers():
    steps = plot_ladder(RUNGS).data[0]
    assert list(steps.y) == [0.5, 0.64]
    assert list(steps.text) == ["50%", "64%"]


def test_own_scores_are_dots_in_their_models_colour():
    _, dots = plot_ladder(RUNGS).data
    assert dots.marker.color == MODEL_COLOURS["model1"]
    assert list(dots.x) == [1, 1]
    assert [text.strip() for text in dots.text] == ["<b>70.0%</b>", ""]
    assert dots.hovertemplate[1].startswith("model1 · seed 2: 30.0%")


def test_a_score_below_the_axis_stays_on_the_chart():
    chart = plot_ladder(RUNGS)
    assert min(chart.data[1].y) == chart.layout.yaxis.range[0]


def test_a_name_is_never_markup():
    chart = plot_ladder((Rung("model1", 0.5, (("<b>mine</b>", 0.6),)),))
    assert "<b>mine" not in chart.data[1].hovertemplate[0]


def test_numbers_stand_on_either_side_of_the_step():
    steps, dots = plot_ladder(RUNGS).data
    assert (steps.textposition[1], dots.textposition) == ("bottom center", "top center")
    steps, dots = plot_ladder((Rung("model1", 0.64, (("mine", 0.6),)),)).data
    assert (steps.textposition[0], dots.textposition) == ("top center", "bottom center")
