"""The Explore page, driven through Streamlit's AppTest, on features that are the colours of the images."""

import json
from urllib.parse import urlencode

import numpy as np
import pytest
from starlette.requests import Request

from catdog.datasets import open_dataset
from catdog.datasets.exclusions import exclude_images
from pages.components.explore import chart, lesson, own_photos, selection
from pages.components.explore.selection import find_selection, take_rows
from pages.components.thumbnail_route import thumbnail_route
from tests.pages.conftest import alternatives, button, text_of
from tests.pages.test_evaluate import write
from tests.pages.test_predict import COLD, image_file
from tests.stored_features import colour_features

pytestmark = pytest.mark.usefixtures("stored")


@pytest.fixture
def catalog(place):
    return open_dataset(place, "drawn").catalog


@pytest.fixture
def answering(trained, catalog):
    """A finished run on the drawn set that takes everything for a dog."""
    run = trained("model1")
    data = {"source": "drawn", "classes": ["cats", "dogs"], "fingerprint": catalog.fingerprint}
    run.files.add_to_config(data=data)
    write(run, catalog, np.full(len(catalog), 0.8))
    return run


def traces(page, place: int = 0) -> list[dict]:
    """What a chart of the page draws."""
    return json.loads(page.get("plotly_chart")[place].proto.spec)["data"]


def tiles(page, grid: str) -> list:
    """The buttons of one of the page's grids of photos."""
    return [element for element in page.button if (element.key or "").startswith(f"{grid}-")]


def names(page) -> list[str]:
    return [trace["name"] for trace in traces(page)]


def test_all_photos_are_on_the_map_in_the_colours_of_their_class(app, catalog):
    page = app("explore")
    assert names(page) == ["cats", "dogs"]
    assert "Each point is a photo" in text_of(page)
    assert not page.warning


def test_a_choice_selects_photos_and_counts_them(app, catalog):
    page = app("explore", pick="all dogs")
    count = len(catalog.indices(label=1))
    assert f"**{count} photos** labelled dogs" in text_of(page)
    assert f"0 cats, {count} dogs" in text_of(page)
    assert len(alternatives(page)) == 12
    assert all("labelled dogs" in words for words in alternatives(page))
    button(page, "Clear").click().run()
    assert page.selectbox(key="pick").value == selection.NOTHING
    assert "Each point is a photo" in text_of(page)


def test_one_photo_is_shown_with_the_twelve_most_alike(app, catalog):
    page = app("explore", near=catalog.paths[0])
    assert "Most alike" in text_of(page)
    assert len(alternatives(page)) == 13
    assert alternatives(page).count(f"The photo {catalog.paths[0]}, labelled cats") == 1
    button(page, "Open large").click().run()
    assert page.query_params["photo"] == catalog.paths[0]
    button(page, "Back").click().run()
    assert "Most alike" not in text_of(page)


def test_a_neighbour_becomes_the_photo_whose_neighbours_are_shown(app, catalog):
    page = app("explore", near=catalog.paths[0])
    following = tiles(page, "alike")[0]
    following.click().run()
    assert page.query_params["near"] == catalog.paths[int(following.key.removeprefix("alike-"))]


def test_excluded_photos_are_nobodys_neighbours(app, place, catalog):
    page = app("explore", near=catalog.paths[0])
    nearest = tiles(page, "alike")[0].key
    exclude_images(place, catalog, [catalog.paths[int(nearest.removeprefix("alike-"))]])
    page.run()
    assert len(tiles(page, "alike")) == 12
    assert nearest not in [tile.key for tile in tiles(page, "alike")]


@pytest.mark.parametrize(
    ("colour", "drawn"),
    [
        ("model answer", ["called dogs", "called dogs, wrong"]),
        ("confidence", ["confidence"]),
        ("split", ["training", "validation", "test"]),
        ("label doubt", ["doubt"]),
    ],
)
def test_the_colours_show_more_than_the_class(app, answering, colour, drawn):
    page = app("explore", colour=colour)
    assert names(page) == drawn
    assert not page.warning


def test_wrong_answers_of_a_run_can_be_selected(app, answering, catalog):
    page = app("explore", pick="wrong answers", run=answering.id)
    count = len(catalog.indices(label=0))
    assert f"**{count} photos** answered wrong" in text_of(page)
    assert f"{count} answered wrong" in text_of(page)


def test_doubtful_labels_can_be_selected_the_most_doubtful_first(catalog):
    doubts = np.linspace(0, 1, len(catalog), dtype=np.float32)
    doubts[-1] = np.nan
    chosen = find_selection(catalog, selection.DOUBTFUL, None, doubts)
    assert chosen.rows[0] == len(catalog) - 2
    assert (doubts[chosen.rows] > 0.5).all()


def test_without_a_run_the_page_says_why_there_are_no_answers(app):
    page = app("explore", colour="model answer")
    assert "No finished run has predictions for these photos yet" in text_of(page)
    assert names(page) == ["cats", "dogs"]


def test_damaged_predictions_are_one_clear_sentence(app, answering):
    answering.files.predictions.write_text("path,label\nnonsense")
    page = app("explore", colour="confidence")
    assert len(page.warning) == 1
    assert names(page) == ["cats", "dogs"]


@pytest.mark.parametrize(
    "address",
    [
        {"view": "Steal"},
        {"colour": "<script>"},
        {"pick": "all horses"},
        {"near": "../../etc/passwd"},
        {"layout": "TSNE"},
        {"view": "Teach", "each": "3"},
        {"view": "Teach", "draw": "-1"},
    ],
)
def test_what_the_address_can_not_mean_is_said_and_passed_over(app, address):
    page = app("explore", **address)
    assert "The page shows its own values instead" in page.warning[0].value
    assert page.get("plotly_chart")


def test_umap_is_offered_with_a_word_where_it_is_not_installed(app, monkeypatch):
    monkeypatch.setattr("pages.components.explore.map.has_umap", lambda: False)
    page = app("explore", layout="UMAP")
    assert "pip install umap-learn" in text_of(page)
    assert names(page) == ["cats", "dogs"]


def test_what_the_mouse_marks_is_selected_and_one_photo_has_neighbours(catalog, monkeypatch):
    session, address = {}, {}
    monkeypatch.setattr(selection.st, "session_state", session)
    monkeypatch.setattr(selection.st, "query_params", address)
    take_rows(catalog, np.array([1, 4]))
    assert find_selection(catalog, selection.NOTHING, None, None).rows.tolist() == [1, 4]
    assert find_selection(catalog, selection.NOTHING, None, None).by_mouse
    assert not find_selection(catalog, selection.NOTHING, None, None, "in other colours").by_mouse
    take_rows(catalog, np.array([2]))
    assert address == {"near": catalog.paths[2]}
    take_rows(catalog, np.array([], np.int64))
    assert address == {}
    assert find_selection(catalog, selection.NOTHING, None, None) is None


def test_rows_from_a_browser_that_are_none_are_passed_over(monkeypatch):
    monkeypatch.setattr(chart.st, "session_state", {"map": {"marked": [3, 1, 99, -1, "2", None, 1]}, "none": {}})
    assert chart._read_marked("map", 10).tolist() == [1, 3]
    assert chart._read_marked("none", 10).tolist() == []
    assert chart._read_marked("other", 10).tolist() == []


def test_photos_selected_on_the_map_teach(app, catalog):
    page = app("explore", pick="all training photos")
    button(page, "Teach with these").click().run()
    training = [len(catalog.indices("training", label)) for label in (0, 1)]
    assert f"Taught with {training[0]} cats and {training[1]} dogs" in text_of(page)


def accuracy(page) -> str:
    return page.metric[0].value


def test_teaching_answers_at_once_and_others_can_be_drawn(app, catalog, monkeypatch):
    monkeypatch.setattr("pages.components.state.secrets.randbelow", lambda limit: 7)
    page = app("explore", view="Teach")
    assert "Taught with 10 cats and 10 dogs" in text_of(page)
    before = accuracy(page)
    assert before.endswith("%")
    page.button_group(key="each").set_value("1").run()
    assert "Taught with 1 cat and 1 dog" in text_of(page)
    taught = [tile.key for tile in tiles(page, "taught")]
    assert len(taught) == 2
    button(page, "Draw others").click().run()
    assert [tile.key for tile in tiles(page, "taught")] != taught
    assert page.query_params["draw"] == "7"


def test_answers_for_unseen_photos_are_marked_right_or_wrong(app):
    page = app("explore", view="Teach", each="all")
    lines = [tile.label for tile in tiles(page, "asked")]
    assert len(lines) == 12
    assert all(line.startswith((":material/check: ", ":material/close: ")) for line in lines)


def test_the_curve_has_a_dot_of_the_students_own(app):
    page = app("explore", view="Teach", each="5")
    for _ in range(100):
        if len(page.get("plotly_chart")) == 2:
            break
        page.run()
    line, dot = [trace for trace in traces(page) if "x" in trace][1:]
    assert dot["x"] == [5]
    assert f"{dot['y'][0]:.1%}" == accuracy(page)
    assert len(line["x"]) > 2


def test_photos_marked_on_the_map_teach_those_of_training_only(app, catalog):
    page = app("explore", view="Teach")
    rows = np.arange(len(catalog))
    page.session_state[lesson.ROWS] = (catalog.fingerprint, rows)
    page.run()
    training = [len(catalog.indices("training", label)) for label in (0, 1)]
    assert f"Taught with {training[0]} cats and {training[1]} dogs" in text_of(page)
    page.session_state[lesson.ROWS] = (catalog.fingerprint, catalog.indices("training", 0))
    page.run()
    assert "at least one photo of each class" in text_of(page)
    assert accuracy(page) == "–"
    button(page, "Back to random photos").click().run()
    assert "Taught with 10 cats and 10 dogs" in text_of(page)


@pytest.fixture
def extracting(monkeypatch):
    """Describe photos of one's own by their colours."""
    monkeypatch.setattr(own_photos, "extract_features", lambda pixels, *_: colour_features(pixels))
    monkeypatch.setattr(own_photos, "find_weights", lambda settings: type("Weights", (), {"path": None}))


def test_a_photo_of_ones_own_has_neighbours_and_a_place(app, catalog, extracting):
    page = app("explore")
    copy = (catalog.root / catalog.paths[3]).read_bytes()
    page.file_uploader[0].set_value([("mine.jpg", copy, "image/jpeg")]).run()
    assert "**mine.jpg**, your photo" in text_of(page)
    assert tiles(page, "alike")[0].key == "alike-3"
    assert tiles(page, "alike")[0].label.endswith(" 0.00")
    assert names(page)[-1] == "this photo"
    tiles(page, "alike")[0].click().run()
    assert "your photo" not in text_of(page)
    assert "Most alike" in text_of(page)


def test_own_photos_teach_too(app, extracting):
    page = app("explore", view="Teach", each="1")
    page.file_uploader[0].set_value([image_file("mine.png", COLD), ("bad.jpg", b"no image", "image/jpeg")]).run()
    assert "Taught with 2 cats and 1 dog" in text_of(page)
    assert "Your photo mine.png" in alternatives(page)
    assert any("bad.jpg" in error.value for error in page.error)
    button(page, "Remove your photos").click().run()
    assert "Taught with 1 cat and 1 dog" in text_of(page)


def test_what_does_not_fit_into_memory_is_left_out_and_said(app, monkeypatch):
    monkeypatch.setattr("pages.components.explore.answers.MOST", 63)
    page = app("explore", colour="label doubt")
    assert "Label doubt is left out: it takes too much memory for 64 photos" in text_of(page)
    assert names(page) == ["cats", "dogs"]
    page = app("explore", view="Teach")
    assert "The learning curve is left out" in text_of(page)
    assert accuracy(page).endswith("%")


def test_a_thumbnail_is_there_by_its_address(app, catalog):
    app("explore")

    def ask(**changes: str):
        address = {"data": "drawn", "of": catalog.fingerprint, "row": "5"} | changes
        return thumbnail_route().endpoint(Request({"type": "http", "query_string": urlencode(address).encode()}))

    answer = ask()
    assert (answer.status_code, answer.media_type) == (200, "image/jpeg")
    assert answer.body.startswith(b"\xff\xd8")
    for change in ({"row": "9999"}, {"row": "-1"}, {"row": "x"}, {"data": "/etc"}, {"of": "0" * 16}):
        assert ask(**change).status_code == 404
