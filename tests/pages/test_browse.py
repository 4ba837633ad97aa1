"""The Browse page, driven through Streamlit's AppTest."""

import pytest
from PIL import Image

from catdog.datasets import open_catalog
from catdog.datasets.corrections import relabel_images
from tests.pages.conftest import alternatives, button, coloured_folder, copy_drawn_set, text_of


def tiles(page):
    """The alternative texts of the grid's images, in order."""
    return [text for text in alternatives(page) if text.startswith("A photo labelled")]


def names(page):
    """The file names under the grid's images, in order."""
    return [element.label for element in page.button if (element.key or "").startswith("open-")]


def captions(page):
    """The captions under the grid's images, in order."""
    return [caption.value for caption in page.caption if "× " in caption.value]


def large_images(page):
    """The alternative texts of images that are shown as they are."""
    return [text for text in alternatives(page) if text.startswith("The image ")]


def test_five_cats_with_name_and_size_stand_above_five_dogs(app):
    page = app("browse")
    labels = [text.split(",")[0] for text in tiles(page)]
    assert labels == ["A photo labelled cats"] * 5 + ["A photo labelled dogs"] * 5
    assert len(captions(page)) == len(names(page)) == 10
    assert all(name.endswith(".jpg") for name in names(page))
    assert all("160 × 160 pixels" in caption for caption in captions(page))


def test_counts_sizes_and_means_of_each_split_are_drawn(app):
    page = app("browse")
    charts = [chart.proto.alt for chart in page.get("plotly_chart")]
    assert "training: 12 cats, 12 dogs" in charts[0]
    assert "test: 4 cats, 4 dogs" in charts[0]
    assert any("64 are square" in chart for chart in charts)
    assert [text for text in alternatives(page) if text.startswith("The mean of all")] == [
        f"The mean of all {split} images of {name}"
        for name in ("cats", "dogs")
        for split in ("training", "validation", "test")
    ]


def test_the_same_address_shows_the_same_sample(app):
    assert tiles(app("browse", sample="77")) == tiles(app("browse", sample="77"))


def test_filters_show_images_of_that_class_and_split_only(app):
    page = app("browse", split="test", **{"class": "dogs"})
    assert len(set(tiles(page))) == 4  # all there are
    assert all("labelled dogs" in text for text in tiles(page))
    assert all(caption.endswith("test") for caption in captions(page))


def test_a_class_fills_both_rows(app):
    page = app("browse", **{"class": "dogs"})
    assert (
        len(tiles(page))
        == len({element.key for element in page.button if (element.key or "").startswith("open-")})
        == 10
    )
    assert all("labelled dogs" in text for text in tiles(page))


@pytest.mark.parametrize(
    "address",
    [
        {"class": "horses", "split": "<b>", "size": "huge", "order": "1; drop", "photo": "../../etc/passwd"},
        {"rows": "9", "columns": "2", "sample": "-1"},
        {"columns": "three", "sample": "9" * 99},
    ],
)
def test_query_params_that_can_not_be_used_get_a_sentence_each(app, address):
    page = app("browse", **address)
    assert tiles(page) == tiles(app("browse"))
    (warning,) = page.warning
    *sentences, last = warning.value.splitlines()
    assert last == "The page shows its own choice instead."
    for value, sentence in zip(address.values(), sentences, strict=True):
        assert value[:40].replace("<b>", r"\<b\>") in sentence


def test_usable_query_params_get_no_warning(app):
    address = {"class": "cats", "split": "test", "size": "small", "order": "name", "rows": "3", "columns": "4"}
    assert not app("browse", **address).warning


def test_a_page_number_beyond_the_last_shows_the_first_page(app):
    page = app("browse", order="name", page="99")
    assert "only 7" in page.warning[0].value
    assert tiles(page) == tiles(app("browse", order="name"))


def test_a_split_with_one_image_of_a_class_shows_that(app, monkeypatch, tmp_path):
    folder = coloured_folder(tmp_path / "few", cats=14, dogs=14)
    monkeypatch.setenv("CATDOG_FOLDERS", str(folder))
    assert len(tiles(app("browse", data=str(folder), split="test"))) == 2


def test_baseline_is_counted_and_an_unreadable_file_is_named(app, monkeypatch, tmp_path):
    folder = coloured_folder(tmp_path / "uneven", cats=21, dogs=60)
    (folder / "cats" / "0.jpg").write_bytes(b"no picture")
    monkeypatch.setenv("CATDOG_FOLDERS", str(folder))
    page = app("browse", data=str(folder))
    assert page.metric[0].value == "75.0%"
    assert "**42 of 56**" in text_of(page)
    assert "“dogs”" in text_of(page)
    assert any("1 file" in expander.label for expander in page.expander)
    assert "cats/0.jpg" in page.dataframe[0].value.to_string()


def test_the_grid_has_the_rows_and_columns_of_the_address(app):
    page = app("browse", rows="4", columns="5")
    assert [text.split()[3] for text in tiles(page)] == ["cats,"] * 10 + ["dogs,"] * 10
    assert len({element.key for element in page.button if (element.key or "").startswith("open-")}) == 20


def test_the_largest_grid_shows_as_many_images_as_there_are(app):
    assert len(tiles(app("browse", rows="8", columns="12"))) == 64  # all of the 24 + 40


def test_new_samples_are_drawn_and_back_returns_to_the_one_before(app):
    page = app("browse")
    first = tiles(page)
    assert button(page, "Back to the last sample").disabled
    page.number_input(key="sample").set_value(41).run()
    second = tiles(page)
    button(page, "New sample").click().run()
    assert page.query_params["sample"].isdigit()
    assert len({tuple(first), tuple(second), tuple(tiles(page))}) == 3
    button(page, "Back to the last sample").click().run()
    assert tiles(page) == second
    button(page, "Back to the last sample").click().run()
    assert tiles(page) == first
    assert button(page, "Back to the last sample").disabled


def test_in_another_order_every_image_comes_once_page_by_page(app):
    page = app("browse", order="name", rows="4", columns="5")
    seen = names(page)
    assert button(page, "New sample").disabled
    for number in (2, 3, 4):
        page.pagination[0].select(number).run()
        seen += names(page)
    assert len(seen) == 64
    assert seen[:4] == ["cat.0001.jpg", "cat.0001.jpg", "cat.0002.jpg", "cat.0002.jpg"]
    assert sorted(seen) == seen


def test_a_link_opens_a_page_and_another_filter_the_first(app):
    page = app("browse", order="brightest", page="2")
    assert page.pagination[0].value == 2
    assert "11 to 20 of the 64 photos" in text_of(page)
    second = tiles(page)
    page.selectbox(key="order").set_value("name").run()
    assert page.pagination[0].value == 1
    page.pagination[0].select(3).run()
    page.segmented_control(key="class").set_value("dogs").run()
    assert page.pagination[0].value == 1
    assert names(page)[0] == "dog.0001.jpg"
    assert second != tiles(app("browse", order="brightest"))


def test_images_are_ordered_and_filtered_by_their_size(app, monkeypatch, tmp_path):
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
    assert tiles(empty) == []
    assert "No photo fits" in empty.info[0].value


def test_a_click_opens_an_image_with_all_that_is_known_of_it(app, place):
    page = app("browse")
    name = names(page)[0]
    button(page, name).click().run()
    path = page.query_params["photo"]
    assert path.endswith(name)
    words = text_of(page)
    assert f"({(place.data / 'drawn' / path).stat().st_size:,} bytes)" in words
    assert "160 × 160 pixels" in words
    assert "**cats**" in words
    assert large_images(page) == [f"The image {path} as it is, labelled cats"]
    assert any("as the models get it" in text for text in alternatives(page))


def test_a_link_opens_an_image_and_closing_it_clears_the_address(app):
    page = app("browse", photo="train/dogs/dog.0003.jpg", sample="5")
    assert large_images(page) == ["The image train/dogs/dog.0003.jpg as it is, labelled dogs"]
    button(page, "Close").click().run()
    page.run()
    assert "photo" not in page.query_params
    assert large_images(page) == []
    assert page.number_input(key="sample").value == 5


def test_an_image_whose_file_is_gone_shows_what_the_models_get(app, place):
    root = copy_drawn_set(place)
    page = app("browse")
    (root / "train/dogs/dog.0003.jpg").unlink()
    page.query_params["photo"] = "train/dogs/dog.0003.jpg"
    page.run()
    assert not page.exception
    assert "no such file" in page.error[0].value
    assert any("as the models get it" in text for text in alternatives(page))


def test_a_class_called_both_and_files_named_like_markup(app, monkeypatch, tmp_path):
    folder = coloured_folder(tmp_path / "odd", both=14, neither=14)
    for file in list((folder / "both").iterdir()):
        file.rename(file.with_name(f":red[{file.stem}](x)**b**.jpg"))
    monkeypatch.setenv("CATDOG_FOLDERS", str(folder))
    page = app("browse", data=str(folder), **{"class": "both"})
    assert len(tiles(page)) == 10
    assert all("labelled both" in text for text in tiles(page))
    assert all("\\[" in name and "\\*\\*b" in name for name in names(page))


def test_a_corrected_label_is_counted_and_shown_as_such(app, place):
    page = app("browse")
    catalog = open_catalog(place, "drawn")
    relabel_images(place, catalog, {"train/dogs/dog.0003.jpg": "cats"})
    page = app("browse", photo="train/dogs/dog.0003.jpg")
    assert "training: 13 cats, 11 dogs" in page.get("plotly_chart")[0].proto.alt
    assert ":material/label: **cats**" in text_of(page)
    assert "label corrected" in text_of(page)
    assert "1 label is corrected by hand." in text_of(page)
