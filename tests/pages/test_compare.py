"""The Compare page, driven through Streamlit's AppTest."""

import json
from dataclasses import replace

import pyarrow as pa
import pytest

from catdog.models.published import CURVES
from catdog.runs import create_run, open_run
from catdog.training import TrainConfig
from catdog.training.history import Epoch, write_history
from catdog.training.recipes import make_quick_config
from catdog.training.status import identify_process
from catdog.utils.files import write_json
from pages.components.compare.score_bars import make_score_table
from tests.pages.conftest import button, text_of


@pytest.fixture
def make(place):
    """Make a run with a learning curve: make("model2", state="done", accuracy=0.9, val_accuracy=0.6)."""

    def make(
        model="model1",
        state="done",
        source="drawn",
        name="",
        accuracy=0.9,
        val_accuracy=0.6,
        epochs=4,
        seed=1,
        config=None,
    ):
        run = create_run(place, config or TrainConfig(model, source, epochs=epochs, seed=seed), name)
        rows = [Epoch(number, 1.0, accuracy, 0.4, val_accuracy, 0.5) for number in range(1, epochs + 1)]
        write_history(run.files.history, rows)
        run.files.add_to_config(data={"source": source, "fingerprint": source, "baseline": 0.5})
        status = replace(run.status, state=state, best_val_accuracy=val_accuracy, best_epoch=1, seconds=12.0)
        if state == "running":
            status = replace(status, **identify_process())
        else:
            scores = {"validation": {"accuracy": val_accuracy - 0.01}, "test": {"accuracy": 0.55, "photos": 192}}
            write_json(run.files.evaluation, scores)
        run.files.write_status(status)
        return open_run(place, run.id)

    return make


def figure(page):
    """The chart on the page, as the browser gets it."""
    (chart,) = page.get("plotly_chart")
    return json.loads(chart.proto.spec)


def drawn(page, dash="solid"):
    """The names of the lines with this dash that have a name, in order."""
    named = [line for line in figure(page)["data"] if "lines" in line["mode"] and line.get("showlegend", True)]
    return [line["name"] for line in named if line["line"]["dash"] == dash]


def goals(page):
    """The heights of the goal lines."""
    return [shape["y0"] for shape in figure(page)["layout"].get("shapes", [])]


def rows(page):
    """The table, a list of dictionaries."""
    return page.dataframe[0].value.to_dict("records")


def test_before_the_first_run_the_page_leads_to_train(app):
    page = app("compare")
    assert any("will appear here" in info.value for info in page.info)
    assert not page.get("plotly_chart")
    button(page, "Train a first model").click().run()
    assert page.title[0].value == "Train"


def test_the_newest_finished_run_of_each_model_is_compared_by_itself(app, make):
    make("model1", name="old")
    make("model1", name="new")
    make("model4", name="four")
    make("model2", state="failed", name="broken")
    assert drawn(app("compare")) == ["new", "four"]


def test_runs_on_the_data_in_use_come_first(app, make):
    make("model1", name="drawn one")
    make("model1", source="photos", name="photo one")
    page = app("compare")
    assert drawn(page) == ["drawn one"]
    assert not page.warning


@pytest.mark.parametrize(
    ("charts", "metric"),
    [(["gap", "loss"], "Loss"), ("<b>", "Accuracy")],
)
def test_an_old_link_opens_the_tab_of_its_first_chart(app, make, charts, metric):
    make()
    page = app("compare", charts=charts)
    assert page.get("plotly_chart")[0].proto.alt.startswith(f"{metric} by epoch")
    assert "charts" not in page.query_params


def test_the_address_says_which_runs_are_compared(app, make):
    first, second, third = (make("model1", name=name) for name in ("a", "b", "c"))
    page = app("compare", run=[third.id, first.id], fold="false")
    assert drawn(page) == ["c", "a"]
    assert second.name not in drawn(page)


def test_all_runs_of_a_sweep_are_chosen_with_one_click(app, make):
    for seed in (1, 2, 3):
        make("model1", name=f"luck: seed {seed}", seed=seed).files.add_to_config(sweep="luck, 25 Nov 22:05")
    alone = make("model4", name="alone")
    page = app("compare", run=alone.id, fold="false")
    whole = page.selectbox(key="compared-sweep")
    assert whole.options == ["luck, 25 Nov 22:05: 3 runs"]
    whole.select_index(0).run()
    assert sorted(drawn(page)) == [f"luck: seed {seed}" for seed in (1, 2, 3)]
    assert len(page.query_params["run"]) == 3
    assert page.selectbox(key="compared-sweep").value is None


def test_where_there_is_no_sweep_none_is_offered(app, make):
    make("model1", name="one").files.add_to_config(sweep="left alone, 25 Nov 22:05")
    page = app("compare")
    assert not [field for field in page.selectbox if field.label == "A whole sweep"]


def test_a_missing_run_is_one_sentence_and_the_rest_is_shown(app, make):
    run = make(name="here")
    page = app("compare", run=["../../<script>", run.id])
    assert drawn(page) == ["here"]
    assert len(page.warning) == 1
    assert "there is no such run" in page.warning[0].value


def test_choosing_a_run_writes_it_into_the_address(app, make):
    make("model1", name="a")
    second = make("model1", state="stopped", name="b")
    page = app("compare")
    page.multiselect[0].set_value([second.id]).run()
    assert drawn(page) == ["b"]
    assert page.query_params["run"] == second.id


def test_choosing_none_asks_for_one(app, make):
    make()
    page = app("compare")
    page.multiselect[0].set_value([]).run()
    assert not page.get("plotly_chart")
    assert any("Choose one or more runs" in info.value for info in page.info)


def test_the_choice_survives_a_visit_to_another_page(app, make):
    make("model1", name="a")
    second = make("model1", state="stopped", name="b")
    page = app("compare")
    page.multiselect[0].set_value([second.id]).run()
    page.switch_page("browse.py").run()
    page.query_params.clear()
    page.switch_page("compare.py").run()
    assert drawn(page) == ["b"]


def test_runs_on_different_data_are_never_shown_without_a_warning(app, make):
    drawings, photos = make(name="drawings"), make(source="photos", name="camera")
    page = app("compare", run=[drawings.id, photos.id])
    (warning,) = page.warning
    assert "drawings from drawn images, not photos" in warning.value
    assert "camera from photos" in warning.value


def test_runs_on_the_same_data_bring_no_warning(app, make):
    first, second = make(), make("model2")
    assert not app("compare", run=[first.id, second.id]).warning


def test_the_table_has_our_scores_beside_the_published_ones(app, make):
    make("model4", source="photos", name="mine", val_accuracy=0.6)
    (row,) = rows(app("compare"))
    assert row["run"] == "mine"
    assert row["data"] == "photos"
    assert (row["val_accuracy"], row["test_accuracy"]) == (59.0, pytest.approx(55.0))
    assert (row["best_val_accuracy"], row["best_epoch"]) == (60.0, 1)
    assert (row["published_val_accuracy"], row["published_test_accuracy"]) == (97.0, pytest.approx(98.96))
    assert (row["parameters"], row["seconds"], row["baseline"]) == (2_259_265, 12.0, 50.0)


def test_the_test_score_has_its_interval_and_the_best_cells_a_mark(app, make):
    make("model1", name="one", val_accuracy=0.6)
    make("model4", name="four", val_accuracy=0.9)
    page = app("compare")
    assert {row["interval"] for row in rows(page)} == {"48.1 to 62.1%"}
    assert "no test score: choose a run by validation" in text_of(page)


def test_the_settings_that_differ_are_shown_and_no_others(app, make):
    first, second = make(name="short", epochs=3), make(name="long", epochs=4)
    page = app("compare", run=[first.id, second.id])
    settings = next(table.value for table in page.dataframe if "setting" in table.value.columns)
    assert settings.to_dict("records") == [{"setting": "Epochs", first.id: "3", second.id: "4"}]


def test_runs_with_the_same_settings_say_so(app, make):
    first, second = make("model1"), make("model2")
    assert "Only the model differs" in text_of(app("compare", run=[first.id, second.id]))


def predict(run, *probabilities, split="test"):
    """Write a run's predictions: its first half is of class 0."""
    half = len(probabilities) / 2
    lines = [
        f"{number}.jpg,{int(number >= half)},{probability},{split}" for number, probability in enumerate(probabilities)
    ]
    run.files.predictions.write_text("\n".join(["path,label,probability,split", *lines]) + "\n")


def test_two_runs_are_compared_on_the_same_images_in_words(app, make):
    good, poor = make("model4", name="good", val_accuracy=0.9), make("model1", name="poor")
    predict(good, *[0.1] * 10, *[0.9] * 10)
    predict(poor, *[0.9] * 10, *[0.9] * 10)
    page = app("compare", run=[poor.id, good.id])
    assert [page.selectbox(key=key).value for key in ("better-one", "better-other")] == [good.id, poor.id]
    text = text_of(page)
    assert "McNemar" in text
    assert "good alone is right on 10" in text
    assert "strong evidence that good is the more accurate of these two trained models" in text
    assert "The two disagree on 10 of 20 images. The test shows a difference once one leads by 8 of them" in text
    assert "not their recipes or architectures" in text
    counts = next(table.value for table in page.dataframe if "poor" in table.value.columns)
    assert counts[["poor", "wrong"]].to_numpy().tolist() == [[10, 10], [0, 0]]


def test_a_run_is_not_compared_with_itself(app, make):
    runs = [make("model4", name="good", val_accuracy=0.9), make("model1", name="poor")]
    for run in runs:
        predict(run, 0.1, 0.9)
    page = app("compare", run=[run.id for run in runs])
    page.selectbox(key="better-other").set_value(runs[0].id).run()
    assert any("Choose two different runs" in info.value for info in page.info)


def test_damaged_predictions_are_one_sentence_and_the_rest_is_shown(app, make):
    good, broken = make("model4", name="good", val_accuracy=0.9), make("model1", name="broken")
    predict(good, 0.1, 0.9)
    broken.files.predictions.write_text("path,label,probability,split\n0.jpg,0,nan,test\n")
    page = app("compare", run=[good.id, broken.id])
    assert len(page.error) == 1
    assert "broken" in page.error[0].value
    assert len(rows(page)) == 2


def test_runs_that_predicted_other_images_can_not_be_compared(app, make):
    first, second = make("model4", name="one", val_accuracy=0.9), make("model1", name="other")
    predict(first, 0.1, 0.9)
    second.files.predictions.write_text("path,label,probability,split\nelsewhere.jpg,0,0.2,test\n")
    assert len(app("compare", run=[first.id, second.id]).error) == 1


@pytest.mark.parametrize("rows_written", [0, 1])
def test_a_run_with_hardly_a_history_and_no_scores_is_shown(app, make, rows_written):
    run = make(epochs=1)
    text = run.files.history.read_text().splitlines()
    run.files.history.write_text("\n".join(text[: 1 + rows_written]) + "\n2,1.0,0.5,0.6,na")
    run.files.evaluation.unlink()
    page = app("compare", run=run.id)
    assert len(rows(page)) == 1
    assert figure(page)["data"][0]["x"] == [1] * rows_written


def test_a_run_whose_loss_became_no_number_is_shown(app, make):
    run = make(epochs=2)
    text = run.files.history.read_text().replace("0.4,", "nan,").replace("0.6,", "inf,")
    run.files.history.write_text(text)
    page = app("compare", run=run.id)
    assert not page.exception
    assert figure(page)["data"][1]["y"] == [None, None]


def test_the_downloads_have_the_runs_in_them(app, make):
    make("model4", name="mine")
    page = app("compare")
    labels = [button.label for button in page.get("download_button")]
    files = ("report", "charts", "notebook", "curves (CSV)", "scores (CSV)")
    assert labels == [f"Download {file}" for file in files]


def test_goal_lines_and_the_notebooks_curves_can_be_shown_and_hidden(app, make):
    make("model4", source="photos")
    page = app("compare")
    assert goals(page) == [0.5, 0.95]
    assert drawn(page, "dot") == []
    page.toggle(key="goals").set_value(False)
    page.toggle(key="notebook").set_value(True).run()
    assert goals(page) == []
    assert drawn(page, "dot") == ["model4 reference"]
    line = next(line for line in figure(page)["data"] if line["name"] == "model4 reference")
    assert line["y"] == list(CURVES["model4"]["val_accuracy"])


def test_drawn_images_have_no_goals_of_photos(app, make):
    make("model4")
    page = app("compare", notebook="true")
    assert goals(page) == [0.5]
    assert "can't be compared with the reference course" in text_of(page)


def test_the_loss_is_drawn_without_goals(app, make):
    make("model4", source="photos")
    page = app("compare", chart="Loss", notebook="true")
    assert [line["y"] for line in figure(page)["data"]][:2] == [[0.4] * 4, [0.5] * 4]
    assert goals(page) == []


def opened(page):
    """What the chart on the page shows."""
    (chart,) = page.get("plotly_chart")
    return chart.proto.alt.split(" by ")[0]


@pytest.mark.parametrize("metric", ["Loss", "Gap"])
def test_the_address_says_which_chart_is_open(app, make, metric):
    make()
    assert opened(app("compare", chart=metric)) == metric


def test_first_of_all_a_sentence_says_what_the_chart_shows(app, make):
    make("model1", name="one", val_accuracy=0.6)
    make("model4", name="four", val_accuracy=0.9, accuracy=0.91)
    page = app("compare")
    sentence = "**four reaches 89.0% validation accuracy; one follows with 59.0%. one overfits; four fits well.**"
    assert sentence in [element.value for element in page.markdown]


def test_three_scores_have_bars_of_their_intervals(app, make):
    make("model1", name="<b>one")
    (table,) = [element.proto.body for element in app("compare").get("html") if "score-bars" in element.proto.body]
    assert "&lt;b&gt;one" in table
    assert "<b>one" not in table
    assert "55.0% <small>(48.1–62.1)</small>" in table
    assert table.count('class="interval"') == 1  # how many validation images there were is not known here


def test_of_several_seeds_the_bar_is_their_range(app, make):
    runs = [make(val_accuracy=share, seed=seed) for seed, share in enumerate((0.6, 0.7), start=1)]
    page = app("compare", run=[run.id for run in runs])
    (table,) = [element.proto.body for element in page.get("html") if "score-bars" in element.proto.body]
    assert "64.0% <small>(59.0–69.0)</small>" in table
    assert "from the lowest to the highest" in text_of(page)


@pytest.mark.parametrize(
    "address",
    [
        {"chart": "speed", "along": "moons", "smoothing": "very", "fold": "5", "better-on": ""},
        {"chart": "", "along": ""},
        {"charts": "speed"},
    ],
)
def test_a_bad_word_in_the_address_shows_the_page_as_at_first(app, make, address):
    make()
    page = app("compare", **address)
    assert not page.exception
    assert opened(page) == "Accuracy"
    assert figure(page)["layout"]["xaxis"]["title"]["text"] == "epoch"


def test_the_time_can_be_the_axis(app, make):
    make()
    page = app("compare", along="seconds", notebook="true")
    assert figure(page)["layout"]["xaxis"]["title"]["text"] == "training time in seconds"
    assert figure(page)["data"][0]["x"] == [1, 2, 3, 4]
    assert drawn(page, "dot") == []


def test_the_best_epoch_is_marked(app, make):
    make()
    (star,) = (line for line in figure(app("compare"))["data"] if line["mode"] == "markers")
    assert (star["x"], star["marker"]["symbol"]) == ([1], "star")


def test_smoothing_keeps_what_was_measured(app, make):
    make()
    assert not any("opacity" in line for line in figure(app("compare", smoothing="0.0"))["data"])
    faint = [line for line in figure(app("compare", smoothing="0.6"))["data"] if "opacity" in line]
    assert [0.9] * 4 in [line["y"] for line in faint]


def test_runs_that_differ_in_the_seed_only_are_averaged_unless_it_is_switched_off(app, make, place):
    first, second = make(name="one", val_accuracy=0.6), make(name="two", val_accuracy=0.7, seed=2)
    assert drawn(app("compare", run=[first.id, second.id], fold="false")) == ["one", "two"]
    page = app("compare", run=[first.id, second.id])
    assert not page.toggle(key="fold").disabled
    assert set(drawn(page)) == {"model1, mean of 2 seeds"}
    (row,) = rows(page)
    assert (row["run"], row["val_accuracy"], row["interval"]) == ("model1, mean of 2 seeds", pytest.approx(64.0), "–")
    assert "Of several seeds the table gives the mean" in text_of(page)
    assert any(line.get("fill") == "toself" for line in figure(page)["data"])
    assert "model1 with the seeds 1 and 2: validation accuracy 64.0% on average, from 59.0% to 69.0%" in (text_of(page))


def test_a_mean_stands_in_the_table_with_its_range_and_the_best_mean_has_the_star(app, make):
    seeds = [make("model2", val_accuracy=share, seed=seed) for seed, share in enumerate((0.6, 0.7), start=1)]
    single = make("model1", val_accuracy=0.5)
    page = app("compare", run=[*(run.id for run in seeds), single.id])
    shown = pa.ipc.open_stream(page.dataframe[0].proto.arrow_data.styler.display_values).read_pandas()
    assert shown["val_accuracy"].tolist() == ["★ 64.0% (59.0% to 69.0%)", "49.0%"]
    assert shown["test_loss"].tolist() == ["–", "–"]
    assert shown["best_epoch"].tolist() == ["1 (1 to 1)", "1"]
    assert text_of(app("compare", run=single.id)).count("Of several seeds") == 0


def test_the_latest_runs_of_several_seeds_are_compared_by_themselves(app, make):
    for seed in (1, 2):
        for model in ("model1", "model2"):
            make(model, seed=seed).files.add_to_config(sweep="All four, 2 seeds")
    assert set(drawn(app("compare"))) == {"model1, mean of 2 seeds", "model2, mean of 2 seeds"}


def test_runs_that_differ_in_more_than_the_seed_are_not_averaged(app, make):
    first, second = make(epochs=3), make(epochs=4, seed=2)
    page = app("compare", run=[first.id, second.id], fold="true")
    assert page.toggle(key="fold").disabled
    assert len(drawn(page)) == 2


def test_the_page_says_what_the_test_score_is_worth(app, make):
    make()
    text = text_of(app("compare"))
    assert "never overlap" in text
    assert "photos were validation photos too" in text
    assert "With 192 test images, one image is 0.5 points." in text
    assert "5.7 points where they disagree on 10%" in text
    assert "not for whether their intervals overlap" in text
    assert "one or two points" not in text


def test_without_any_test_score_the_page_says_that_it_follows(app, make):
    make(state="running")
    assert "The test accuracy follows" in text_of(app("compare"))


def test_the_page_looks_again_every_second_while_a_chosen_run_trains(app, make, polls):
    run = make(state="running")
    app("compare", run=run.id)
    assert 1.0 in polls


def test_the_page_does_not_poll_while_only_another_run_trains(app, make, polls):
    make("model1", state="running")
    ended = make("model2")
    app("compare", run=ended.id)
    assert 1.0 not in polls


def test_a_run_deleted_while_it_is_shown_leaves_the_page_in_order(app, make, place, monkeypatch):
    kept, deleted = make("model1", name="kept"), make("model2", name="deleted")

    def gone(settings, run_id):
        if run_id == deleted.id and deleted.folder.exists():
            deleted.folder.rename(place.runs / ".deleted")
        return open_run(settings, run_id)

    monkeypatch.setattr("catdog.runs.open_run", gone)
    page = app("compare", run=[kept.id, deleted.id])
    assert drawn(page) == ["kept"]


def test_a_readers_zoom_and_hidden_lines_are_in_the_next_figure(app, make):
    make(name="shown")
    make("model2", name="hidden, with a name too long for a label")
    page = app("compare")
    page.session_state["curves-accuracy-view"] = {
        "view": {"x": [2, 3.5], "y": None, "hidden": ["hidden, with a name too long for a label"]}
    }
    page.run()
    spec = figure(page)
    assert spec["layout"]["xaxis"]["range"] == [2, 3.5]
    assert spec["layout"]["yaxis"]["range"][1] > 1
    assert {line["name"]: line.get("visible", True) for line in spec["data"]} == {
        "shown": True,
        "hidden, with a name too long for a label": "legendonly",
        "goals": True,
    }


def test_without_a_legend_no_line_stays_hidden(app, make):
    make(name="one")
    page = app("compare")
    page.session_state["curves-accuracy-view"] = {"view": {"x": [2, 3.5], "hidden": ["one"]}}
    page.run()
    assert figure(page)["layout"]["xaxis"]["range"] == [2, 3.5]
    assert not any(line.get("visible") == "legendonly" for line in figure(page)["data"])


def test_a_view_that_no_chart_can_have_is_passed_over(app, make):
    make()
    page = app("compare")
    for view in (
        *(None, "all", {"x": [1]}, {"x": ["a", "b"], "hidden": 5}, {"x": [float("nan"), 2]}, {"y": {"from": 1}}),
    ):
        page.session_state["curves-accuracy-view"] = {"view": view}
        page.run()
        assert not page.exception
        assert figure(page)["layout"]["xaxis"]["range"] == [0.5, 4.5]


def test_a_runs_name_is_text_in_the_table_of_scores():
    columns = ("val_accuracy", "val_low", "val_high", "test_accuracy", "test_low", "test_high", "test_loss")
    row = dict.fromkeys(columns) | {"run": "<img src=x onerror=alert(1)>", "variant": "model1"}
    table = make_score_table([row], 0.4)
    assert "<img" not in table
    assert "&lt;img src=x onerror=alert(1)&gt;" in table


def test_a_quick_run_has_scores_and_no_learning_curve(app, make):
    quick = make(epochs=1, val_accuracy=0.97, config=make_quick_config("drawn"))
    page = app("compare", run=[quick.id])
    assert not page.get("plotly_chart")
    assert "model4 · quick: no learning curve" in text_of(page)
    assert [row["val_accuracy"] for row in rows(page)] == [96.0]
    ordinary = make("model4", val_accuracy=0.95)
    page = app("compare", run=[quick.id, ordinary.id])
    assert drawn(page) == ["model4"]
    assert [row["run"] for row in rows(page)] == ["model4 · quick", "model4"]
