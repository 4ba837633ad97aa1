"""Reports and charts as files: they hold what they promise, and nothing that could do harm."""

import re
from dataclasses import replace

import pytest

from catdog.charts import Series, plot_learning_curves
from catdog.comparison import label_runs
from catdog.datasets import TEST, open_catalog
from catdog.export.report import render_chart, render_report
from catdog.runs import create_run, open_run
from catdog.training import TrainConfig
from catdog.training.history import Epoch, write_history
from catdog.utils.files import write_json


@pytest.fixture
def make(settings, picture_folder):
    """Make a finished run on the small folder, whose predictions are correct for the classes in `correct`."""

    def make(name="", model="model1", correct=(0, 1), source="", **config):
        run = create_run(settings, TrainConfig(model, source or str(picture_folder), **config), name)
        catalog = open_catalog(settings, str(picture_folder))
        write_history(run.files.history, [Epoch(1, 2.0, 0.6, 0.7, 0.55, 0.69), Epoch(2, 2.0, 0.9, 0.4, 0.6, 0.8)])
        lines = ["path,label,probability,split"]
        for path, label, split in zip(catalog.paths, catalog.labels, catalog.splits, strict=True):
            lines.append(f"{path},{label},{0.9 if (label == 1) == (label in correct) else 0.1},{split}")
        run.files.predictions.write_text("\n".join(lines) + "\n")
        photos = len(catalog.indices(TEST))
        write_json(run.files.evaluation, {"test": {"accuracy": 0.5, "loss": 0.7, "photos": photos}})
        data = {"classes": list(catalog.classes), "title": catalog.title, "counts": catalog.counts(), "baseline": 0.5}
        run.files.add_to_config(data=data | {"fingerprint": catalog.fingerprint})
        run.files.write_status(replace(run.status, state="done", best_val_accuracy=0.6, best_epoch=2, seconds=4.0))
        return open_run(settings, run.id)

    return make


def visible_text(page):
    """The page as somebody reads it: without scripts, styles and tags."""
    text = re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def report(settings, *runs):
    """The report of these runs."""
    return render_report(settings, runs, label_runs(runs))


def test_it_holds_data_settings_curves_scores_and_hard_examples(settings, make):
    page = report(settings, make("good"), make("poor", correct=(0,), epochs=5))
    text = visible_text(page)
    for heading in (
        "Data",
        "Settings",
        "Learning curves",
        "Scores",
        "What was taken for what",
        "hardest test images",
    ):
        assert heading in text
    assert "good" in text
    assert "Epochs 20 5" in text  # what differs
    assert "good: Has not learned. Validation accuracy is" in text
    assert "Always guessing the most frequent class scores 50.0%" in text
    assert "✗ poor" in text
    assert "✓ good" in text
    assert '"yaxis3"' in page


def test_it_needs_no_other_file_and_no_network(settings, make):
    page = report(settings, make("mine"))
    assert page.count('<img src="data:image/jpeg;base64,') > 1
    without_plotly = re.sub(r"<script>.*?</script>", "", page, count=1, flags=re.DOTALL)
    assert not re.search(r"""(src|href)=(?!"data:)""", without_plotly)


def test_the_confusion_counts_what_was_taken_for_what(settings, make):
    text = visible_text(report(settings, make("blind", correct=(0,))))
    first, second = re.findall(r"(?:cats|dogs) (\d+) (\d+)", text[text.index("What was taken for what") :])[:2]
    assert first[1] == "0"  # all of class 0 were recognized
    assert second[1] == "0"  # and all of class 1 taken for it


def test_names_and_notes_bring_no_markup_or_scripts_into_it(settings, make):
    run = make("</script><script>alert(1)</script><img src=x onerror=alert(1)>")
    run.files.add_to_config(note="<b>bold</b>")
    page = report(settings, open_run(settings, run.id))
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b>bold" not in page
    assert "&lt;b&gt;bold" in page


def test_images_that_are_gone_are_named_instead_of_shown(settings, make):
    run = make("mine")
    data = run.details["data"] | {"fingerprint": "another"}
    run.files.add_to_config(data=data)
    page = report(settings, open_run(settings, run.id))
    assert "<img" not in page[page.index("<body>") :]
    assert "not on this machine any more" in page


def test_a_run_in_training_or_damaged_has_a_curve_and_no_scores(settings, make):
    young, broken = make("young"), make("broken")
    young.files.predictions.unlink()
    young.files.evaluation.unlink()
    broken.files.predictions.write_text("path,label\n")
    text = visible_text(report(settings, *(open_run(settings, run.id) for run in (young, broken))))
    assert "No run has answered the test images yet" in text
    assert "young" in text


def test_a_run_without_any_file_but_its_settings_makes_a_report_too(settings, picture_folder):
    run = create_run(settings, TrainConfig("model4", str(picture_folder)), "bare")
    text = visible_text(report(settings, open_run(settings, run.id)))
    assert "No run has opened its data yet" in text
    assert "bare" in text


def test_two_runs_on_the_same_images_are_tested_against_each_other(settings, make):
    text = visible_text(report(settings, make("good"), make("poor", correct=())))
    assert "good alone is right on" in text
    assert "not their recipes or architectures" in text
    assert "about 95% of such intervals contain the true accuracy" in text


def test_a_single_run_is_tested_against_nothing(settings, make):
    assert "McNemar" not in visible_text(report(settings, make("alone")))


def test_the_chart_page_shows_the_chart_and_saves_it_in_both_formats():
    page = render_chart(
        plot_learning_curves([Series("</script><b>run", "model1", {"epoch": [1], "val_accuracy": [0.5]})]), "My <chart>"
    )
    assert 'data-format="svg"' in page
    assert 'data-format="png"' in page
    assert "My &lt;chart&gt;" in page
    assert "</script><b>run" not in page
