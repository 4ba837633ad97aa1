"""The Browse page, driven through Streamlit's AppTest."""

import pytest

from tests.app.conftest import alternatives, button, coloured_folder, text_of


def test_three_cats_stand_above_three_dogs(app):
    page = app("browse")
    words = [text.split(",")[0] for text in alternatives(page)]
    assert words == ["A picture labelled cats"] * 3 + ["A picture labelled dogs"] * 3


def test_each_picture_says_its_file_name_and_pixel_size(app):
    page = app("browse")
    captions = [caption.value for caption in page.caption if "× " in caption.value]
    assert len(captions) == 6
    assert all(".jpg" in caption and "160 × 160 pixels" in caption for caption in captions)


def test_new_sample_shows_other_pictures_and_puts_its_number_into_the_address(app):
    page = app("browse")
    before = alternatives(page)
    button(page, "New sample").click().run()
    assert page.query_params["sample"].isdigit()
    assert alternatives(page) != before


def test_the_same_address_shows_the_same_pictures(app):
    assert alternatives(app("browse", sample="77")) == alternatives(app("browse", sample="77"))


def test_the_class_filter_fills_both_rows_with_that_class(app):
    page = app("browse", **{"class": "dogs"})
    shown = alternatives(page)
    assert len(set(shown)) == 6
    assert all("labelled dogs" in text for text in shown)


def test_the_split_filter_shows_pictures_of_that_split_only(app):
    page = app("browse", split="test")
    captions = [caption.value for caption in page.caption if "× " in caption.value]
    assert len(captions) == 6
    assert all(caption.endswith("test") for caption in captions)


@pytest.mark.parametrize("address", [{"class": "horses"}, {"split": "<b>"}, {"sample": "-1"}, {"sample": "9" * 99}])
def test_a_value_in_the_address_that_can_not_be_used_is_passed_over(app, address):
    assert alternatives(app("browse", **address)) == alternatives(app("browse"))


def test_a_split_with_fewer_than_three_pictures_of_a_class_shows_those(app, place, monkeypatch, tmp_path):
    folder = coloured_folder(tmp_path / "few", cats=14, dogs=14)
    monkeypatch.setenv("CATDOG_FOLDERS", str(folder))
    page = app("browse", data=str(folder), split="test")
    assert len(alternatives(page)) == 2


def test_the_baseline_is_counted_from_the_training_labels(app, monkeypatch, tmp_path):
    folder = coloured_folder(tmp_path / "uneven", cats=20, dogs=60)
    monkeypatch.setenv("CATDOG_FOLDERS", str(folder))
    page = app("browse", data=str(folder))
    assert page.metric[0].value == "75.0 %"
    assert "**42 of 56**" in text_of(page)
    assert "“dogs”" in text_of(page)


def test_the_chart_has_the_number_of_each_class_in_each_split(app):
    chart = app("browse").get("plotly_chart")[0].proto
    assert "training: 12 cats, 12 dogs" in chart.alt
    assert "test: 4 cats, 4 dogs" in chart.alt


def test_a_file_that_can_not_be_read_is_left_out_and_named(app, monkeypatch, tmp_path):
    folder = coloured_folder(tmp_path / "damaged", cats=20, dogs=20)
    (folder / "cats" / "0.jpg").write_bytes(b"no picture")
    monkeypatch.setenv("CATDOG_FOLDERS", str(folder))
    page = app("browse", data=str(folder))
    assert any("1 file" in expander.label for expander in page.expander)
    assert "cats/0.jpg" in page.dataframe[0].value.to_string()
