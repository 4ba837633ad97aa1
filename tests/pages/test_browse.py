"""The Browse page, driven through Streamlit's AppTest."""

import pytest
from PIL import Image

from tests.pages.conftest import alternatives, button, coloured_folder, copy_drawn_set, text_of


def pictures(page):
    """The alternative texts of the grid's pictures, in order."""
    return [text for text in alternatives(page) if text.startswith("A picture labelled")]


def names(page):
    """The file names under the grid's pictures, in order."""
    return [one.label for one in page.button if (one.key or "").startswith("open-")]


def test_three_cats_stand_above_three_dogs(app):
    page = app("browse")
    words = [text.split(",")[0] for text in pictures(page)]
    assert words == ["A picture labelled cats"] * 3 + ["A picture labelled dogs"] * 3


def test_each_picture_says_its_file_name_and_pixel_size(app):
    page = app("browse")
    captions = [caption.value for caption in page.caption if "× " in caption.value]
    assert len(captions) == len(names(page)) == 6
    assert all(name.endswith(".jpg") for name in names(page))
    assert all("160 × 160 pixels" in caption for caption in captions)


def test_new_sample_shows_other_pictures_and_puts_its_number_into_the_address(app):
    page = app("browse")
    before = pictures(page)
    button(page, "New sample").click().run()
    assert page.query_params["sample"].isdigit()
    assert pictures(page) != before


def test_the_same_address_shows_the_same_pictures(app):
    assert pictures(app("browse", sample="77")) == pictures(app("browse", sample="77"))


def test_the_class_filter_fills_both_rows_with_that_class(app):
    page = app("browse", **{"class": "dogs"})
    shown = pictures(page)
    assert len(set(shown)) == 6
    assert all("labelled dogs" in text for text in shown)


def test_the_split_filter_shows_pictures_of_that_split_only(app):
    page = app("browse", split="test")
    captions = [caption.value for caption in page.caption if "× " in caption.value]
    assert len(captions) == 6
    assert all(caption.endswith("test") for caption in captions)


@pytest.mark.parametrize(
    "address",
    [
        {"class": "horses"},
        {"split": "<b>"},
        {"sample": "-1"},
        {"sample": "9" * 99},
        {"size": "huge"},
        {"order": "1; drop"},
        {"rows": "9"},
        {"columns": "2"},
        {"columns": "three"},
        {"photo": "../../etc/passwd"},
    ],
)
def test_a_value_in_the_address_that_can_not_be_used_is_passed_over_with_one_sentence(app, address):
    page = app("browse", **address)
    assert pictures(page) == pictures(app("browse"))
    (warning,) = page.warning
    assert len(warning.value.splitlines()) == 2
    assert "<b>" not in warning.value.replace("\\<b\\>", "")


def test_a_usable_address_is_not_complained_of(app):
    page = app(
        "browse", **{"class": "cats", "split": "test", "size": "small", "order": "name", "rows": "3", "columns": "4"}
    )
    assert not page.warning


def test_a_page_that_is_not_there_is_said_and_shows_the_first(app):
    page = app("browse", order="name", page="99")
    assert "only 11" in page.warning[0].value
    assert pictures(page) == pictures(app("browse", order="name"))


def test_a_split_with_fewer_than_three_pictures_of_a_class_shows_those(app, place, monkeypatch, tmp_path):
    folder = coloured_folder(tmp_path / "few", cats=14, dogs=14)
    monkeypatch.setenv("CATDOG_FOLDERS", str(folder))
    page = app("browse", data=str(folder), split="test")
    assert len(pictures(page)) == 2


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


def test_the_grid_has_the_rows_and_columns_of_the_address_cats_above_dogs(app):
    page = app("browse", rows="4", columns="5")
    assert [text.split()[3] for text in pictures(page)] == ["cats,"] * 10 + ["dogs,"] * 10
    assert len({one.key for one in page.button if one.key and one.key.startswith("open-")}) == 20


def test_the_largest_grid_shows_as_many_pictures_as_there_are(app):
    assert len(pictures(app("browse", rows="8", columns="12"))) == 64  # all of the 24 + 40


def test_the_sample_can_be_set_and_back_returns_to_the_one_before(app):
    page = app("browse")
    first = pictures(page)
    assert button(page, "Back to the last one").disabled
    page.number_input(key="sample").set_value(41).run()
    second = pictures(page)
    button(page, "New sample").click().run()
    assert len({tuple(first), tuple(second), tuple(pictures(page))}) == 3
    button(page, "Back to the last one").click().run()
    assert pictures(page) == second
    button(page, "Back to the last one").click().run()
    assert pictures(page) == first
    assert button(page, "Back to the last one").disabled


def test_in_another_order_all_pictures_come_page_by_page_and_each_once(app):
    page = app("browse", order="name", rows="4", columns="5")
    seen = names(page)
    assert button(page, "New sample").disabled
    for number in (2, 3, 4):
        page.pagination[0].select(number).run()
        seen += names(page)
    assert len(seen) == 64
    assert seen[:4] == ["cat.0001.jpg", "cat.0001.jpg", "cat.0002.jpg", "cat.0002.jpg"]
    assert sorted(seen) == seen


def test_a_link_opens_the_same_page_of_the_same_order(app):
    page = app("browse", order="brightest", page="2")
    assert page.pagination[0].value == 2
    assert "7 to 12 of the 64 pictures" in text_of(page)
    assert pictures(page) != pictures(app("browse", order="brightest"))


def test_another_filter_starts_at_the_first_page_again(app):
    page = app("browse", order="name", page="3")
    page.segmented_control(key="class").set_value("dogs").run()
    assert page.pagination[0].value == 1
    assert names(page)[0] == "dog.0001.jpg"


def test_pictures_are_ordered_by_their_own_size_and_filtered_by_it(app, monkeypatch, tmp_path):
    folder = tmp_path / "sizes"
    for name in ("apples", "pears"):
        (folder / name).mkdir(parents=True)
        for number in range(12):
            side = 40 + 50 * number  # 40 to 590 pixels
            Image.new("RGB", (side, 30), "red").save(folder / name / f"{side}.png")
    monkeypatch.setenv("CATDOG_FOLDERS", str(folder))
    address = {"data": str(folder), "rows": "2", "columns": "12"}
    largest = names(app("browse", order="largest", **address))
    assert largest[:4] == ["590.png", "590.png", "540.png", "540.png"]
    small = names(app("browse", order="smallest", size="small", **address))
    assert (small[0], small[-1], len(small)) == ("40.png", "290.png", 12)
    middle = names(app("browse", order="smallest", size="range", **(address | {"from": "340", "to": "400"})))
    assert middle == ["340.png", "340.png", "390.png", "390.png"]
    empty = app("browse", size="range", **(address | {"from": "1", "to": "20"}))
    assert pictures(empty) == []
    assert "No picture is like that" in empty.info[0].value


def test_a_click_opens_a_picture_with_all_that_is_known_of_it(app, place):
    page = app("browse")
    name = names(page)[0]
    next(one for one in page.button if one.label == name).click().run()
    path = page.query_params["photo"]
    assert path.endswith(name)
    said = text_of(page)
    file = place.data / "drawn" / path
    assert f"({file.stat().st_size:,} bytes)" in said
    assert "160 × 160 pixels" in said
    assert "**cats**" in said
    assert shown_large(page) == [f"The picture {path} as it is, labelled cats"]
    assert any("as the models get it" in text for text in alternatives(page))


def test_a_link_opens_the_same_picture_and_closing_it_clears_the_address(app):
    page = app("browse", photo="train/dogs/dog.0003.jpg", sample="5")
    assert shown_large(page) == ["The picture train/dogs/dog.0003.jpg as it is, labelled dogs"]
    button(page, "Close").click().run()
    page.run()
    assert "photo" not in page.query_params
    assert shown_large(page) == []
    assert page.number_input(key="sample").value == 5


def test_a_picture_whose_file_has_gone_says_so_and_shows_what_the_models_get(app, place):
    root = copy_drawn_set(place)
    page = app("browse")
    (root / "train/dogs/dog.0003.jpg").unlink()
    page.query_params["photo"] = "train/dogs/dog.0003.jpg"
    page.run()
    assert not page.exception
    assert "no such file" in page.error[0].value
    assert any("as the models get it" in text for text in alternatives(page))


def shown_large(page):
    """The alternative texts of pictures that are shown as they are."""
    return [text for text in alternatives(page) if text.startswith("The picture ")]


def test_the_mean_pictures_and_sizes_of_each_class_and_split_are_shown(app):
    page = app("browse")
    means = [text for text in alternatives(page) if text.startswith("The mean of all")]
    assert means == [
        f"The mean of all {split} pictures of {name}"
        for name in ("cats", "dogs")
        for split in ("training", "validation", "test")
    ]
    assert any("64 are square" in chart.proto.alt for chart in page.get("plotly_chart"))


def test_a_class_called_both_can_be_chosen(app, monkeypatch, tmp_path):
    folder = coloured_folder(tmp_path / "odd", both=14, neither=14)
    monkeypatch.setenv("CATDOG_FOLDERS", str(folder))
    page = app("browse", data=str(folder), **{"class": "both"})
    assert len(pictures(page)) == 6
    assert all("labelled both" in text for text in pictures(page))


def test_names_of_files_are_never_markup(app, monkeypatch, tmp_path):
    folder = coloured_folder(tmp_path / "odd", cats=14, dogs=14)
    for file in list((folder / "cats").iterdir()):
        file.rename(file.with_name(f":red[{file.stem}](x)**b**.jpg"))
    monkeypatch.setenv("CATDOG_FOLDERS", str(folder))
    page = app("browse", data=str(folder), **{"class": "cats"})
    assert all("\\[" in name and "\\*\\*b" in name for name in names(page))
