"""Browse's guess first, driven through Streamlit's AppTest."""

import csv

import numpy as np
import pytest

from catdog.datasets import open_catalog
from catdog.evaluation.guessing import draw_round
from tests.pages.conftest import alternatives, button, coloured_folder, text_of

ROUND = 7


@pytest.fixture
def catalog(place):
    """The drawn set of this test."""
    return open_catalog(place, "drawn")


@pytest.fixture
def truth(catalog) -> list[int]:
    """The labels of the round, in order."""
    return catalog.labels[draw_round(catalog.splits, ROUND)].tolist()


def write(guesses: list[int]) -> str:
    return "".join(map(str, guesses))


def store_predictions(run, catalog, wrong: set[str], splits: np.ndarray) -> None:
    """Let a run have learned from this catalog, and be wrong about some images."""
    run.files.add_to_config(
        data={"source": "drawn", "classes": list(catalog.classes), "fingerprint": catalog.fingerprint}
    )
    with run.files.predictions.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("path", "label", "probability", "split"))
        for path, label, split in zip(catalog.paths, catalog.labels, splits, strict=True):
            table.writerow((path, label, 0.9 if (label == 1) != (path in wrong) else 0.1, split))


def test_a_round_hides_the_labels_and_stands_in_the_address(app, catalog):
    page = app("browse")
    button(page, "Guess first").click().run()
    assert page.query_params["mode"] == "guess"
    assert page.query_params["round"].isdigit()
    assert alternatives(page) == ["Photo 1 of 20, its label hidden"]
    assert "20 test and validation photos" in text_of(page)
    assert "No model has learned from" in text_of(page)
    assert not page.metric
    assert not any(path in text_of(page) for path in catalog.paths)


def test_guesses_go_on_can_be_undone_and_survive_a_reload(app):
    page = app("browse", mode="guess", round=str(ROUND))
    first = page.image[0].value
    page.button(key="guess-1").click().run()
    page.button(key="guess-0").click().run()
    assert page.query_params["guesses"] == "10"
    assert alternatives(page) == ["Photo 3 of 20, its label hidden"]
    assert alternatives(app("browse", mode="guess", round=str(ROUND), guesses="10")) == alternatives(page)
    button(page, "Undo").click().run()
    button(page, "Undo").click().run()
    assert page.query_params["guesses"] == ""
    assert page.image[0].value == first
    assert button(page, "Undo").disabled


def test_the_end_shows_the_users_accuracy_and_every_answer(app, truth):
    page = app("browse", mode="guess", round=str(ROUND), guesses=write([1 - truth[0], *truth[1:-1]]))
    page.button(key=f"guess-{truth[-1]}").click().run()
    assert [title.value for title in page.header] == ["You were right about 19 of 20 photos"]
    assert [(metric.label, metric.value) for metric in page.metric] == [("You", "95%")]
    assert "right about 76% to 99% of the time (95% confidence interval)" in text_of(page)
    assert "Once a model is trained" in text_of(page)
    answers = [caption.value for caption in page.caption if "wrong" in caption.value]
    assert answers == [":material/close: wrong: you", *[":material/check: nobody wrong"] * 19]
    names = ("cats", "dogs")
    assert alternatives(page)[0] == f"A photo labelled {names[truth[0]]}; you said {names[1 - truth[0]]}"


def test_models_stand_beside_it_unless_they_learned_the_photos(app, catalog, trained, truth):
    rows = draw_round(catalog.splits, ROUND)
    missed = {catalog.paths[row] for row in rows[:5]}
    store_predictions(trained("model1"), catalog, missed, catalog.splits)
    store_predictions(trained("model2"), catalog, set(), catalog.splits)
    store_predictions(trained("model3"), catalog, set(), np.full(len(catalog), "training"))
    trained("model4")  # of other data
    page = app("browse", mode="guess", round=str(ROUND), guesses=write(truth))
    shown = {metric.label: metric.value for metric in page.metric}
    assert shown == {"You": "100%", "model1": "75%", "model2": "100%"}
    wrong = [caption.value for caption in page.caption if "close" in caption.value]
    assert wrong == [":material/close: wrong: model1"] * 5


def test_another_round_and_the_way_back_to_browsing(app, truth):
    page = app("browse", mode="guess", round=str(ROUND), guesses=write(truth))
    button(page, "Guess another round").click().run()
    assert page.query_params["round"] != str(ROUND)
    assert "guesses" not in page.query_params
    assert alternatives(page) == ["Photo 1 of 20, its label hidden"]
    button(page, "Stop guessing").click().run()
    assert not {"mode", "round", "guesses"} & set(page.query_params)
    assert page.title[0].value == "Look at the data"


def test_hostile_guesses_in_the_address_get_a_sentence_each(app):
    page = app("browse", mode="guess", round="-1", guesses="<script>")
    (warning,) = page.warning
    assert "The round is '-1'" in warning.value
    assert "The guesses are" in warning.value
    assert alternatives(page) == ["Photo 1 of 20, its label hidden"]
    assert "mode" in app("browse", mode="steal").warning[0].value


def test_data_with_few_photos_have_a_shorter_round(app, monkeypatch, tmp_path):
    folder = coloured_folder(tmp_path / "few", cats=14, dogs=14)
    monkeypatch.setenv("CATDOG_FOLDERS", str(folder))
    page = app("browse", data=str(folder), mode="guess")
    total = int(alternatives(page)[0].split()[3].strip(","))
    assert 0 < total < 20
    for _ in range(total):
        page.button(key="guess-0").click().run()
    assert f"of {total} photos" in page.header[0].value
