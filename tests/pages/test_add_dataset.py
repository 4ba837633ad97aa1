"""A user's own photos: adding a zip, naming a folder, and that all pages use its class names."""

import io
import os
import re
import zipfile

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from catdog.datasets import add_user_dataset, delete_user_dataset, list_user_datasets, open_catalog
from catdog.runs import create_run
from catdog.training import TrainConfig
from tests.pages.conftest import button, coloured_folder, text_of
from tests.zips import PHOTO, old_zip

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def make_zip(*classes: str) -> bytes:
    """Return a zip with ten small images of each class."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for label, name in enumerate(classes):
            for index in range(10):
                image = io.BytesIO()
                Image.fromarray(np.full((20, 30, 3), 40 + 100 * label + index, np.uint8)).save(image, "JPEG")
                archive.writestr(f"{name}/{index}.jpg", image.getvalue())
    return content.getvalue()


def add(place, name: str, *classes: str):
    return add_user_dataset(place, io.BytesIO(make_zip(*classes)), name)


def open_dialog():
    """Return the dialog's contents as an app of its own: AppTest runs no dialog a second time, as browsers do."""

    def script():
        import streamlit as st

        from pages.components import add_dataset

        add_dataset.select_added_dataset()
        st.session_state.setdefault("data", "drawn")
        add_dataset.draw_dialog()

    return AppTest.from_function(script, default_timeout=60).run()


def test_the_sidebar_opens_the_dialog_with_an_example(app):
    test = app()
    button(test, "Add your own photos").click().run()
    assert not test.exception
    assert "fruit.zip" in test.code[0].value
    assert [field.label for field in test.file_uploader] == ["Zip file"]


def test_a_zip_that_is_added_is_the_data_in_use_at_once(app, place):
    test = open_dialog()
    test.file_uploader[0].set_value(("Shapes.zip", make_zip("circles", "squares"), "application/zip"))
    button(test, "Add these photos").click().run()
    (dataset,) = list_user_datasets(place)
    assert dataset.name == "Shapes"
    assert test.session_state["data"] == dataset.source
    page = app(data="Shapes")
    assert page.session_state["data"] == dataset.source
    assert "Teach a computer to tell circles from squares" in text_of(page)


def named_pictures() -> bytes:
    """Return a zip of pictures named cat.0.jpg and so on in train/, and others without a class in test1/."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in [f"train/{kind}.{index}.jpg" for kind in ("cat", "dog") for index in range(10)] + ["test1/1.jpg"]:
            archive.writestr(name, PHOTO)
    return content.getvalue()


def test_classes_from_file_names_are_shown_before_they_are_taken(place):
    test = open_dialog()
    test.file_uploader[0].set_value(("Kaggle.zip", named_pictures(), "application/zip"))
    button(test, "Add these photos").click().run()
    assert list_user_datasets(place) == []
    assert "10 named like cat.0.jpg and 10 named like dog.0.jpg" in test.info[0].value
    assert "1 image that belongs to no class (test1/) was left out" in test.info[0].value
    button(test, "Use these two classes").click().run()
    assert [dataset.images for dataset in list_user_datasets(place)] == [20]


def test_classes_from_file_names_in_a_folder_are_shown_before_they_are_taken(place, tmp_path, monkeypatch):
    with zipfile.ZipFile(io.BytesIO(named_pictures())) as archive:
        archive.extractall(tmp_path / "listed" / "kaggle")
    monkeypatch.setenv("CATDOG_FOLDERS", os.fspath(tmp_path / "listed"))
    test = open_dialog()
    test.text_input[1].input("kaggle")
    button(test, "Use this folder").click().run()
    assert "10 named like cat.0.jpg" in test.info[0].value
    assert test.session_state["data"] == "drawn"
    button(test, "Use these two classes").click().run()
    assert test.session_state["data"] == str(tmp_path / "listed" / "kaggle")


def test_names_in_an_old_code_page_can_be_read_in_another(place):
    names = [f"{kind}/{index}.jpg".encode("cp1252") for kind in ("chèvre", "vache") for index in range(10)]
    test = open_dialog()
    test.file_uploader[0].set_value(("Old.zip", old_zip(names, PHOTO).getvalue(), "application/zip"))
    test.selectbox[0].select("cp1252")
    button(test, "Add these photos").click().run()
    (dataset,) = list_user_datasets(place)
    assert open_catalog(place, dataset.source).classes == ("chèvre", "vache")


def test_a_zip_that_can_not_be_used_is_told_and_changes_nothing(place):
    test = open_dialog()
    test.file_uploader[0].set_value(("no.zip", b"no zip", "application/zip"))
    button(test, "Add these photos").click().run()
    assert [box.value for box in test.error] == [
        "The file is no zip, or is damaged or cut short: make it anew from the folders of images."
    ]
    assert list_user_datasets(place) == []
    assert test.session_state["data"] == "drawn"


@pytest.mark.parametrize("page", ["overview", "browse", "augment", "train", "compare", "predict"])
def test_every_page_opens_on_an_added_set_by_its_name_in_the_address(app, place, page):
    add(place, "Shapes", "<b>circles", "*squares*")
    test = app(page, data="Shapes")
    assert not test.error
    assert "20 images of \\_b_circles and \\_squares\\_ from Shapes" in text_of(test)
    example = "what cats look like"  # Augment explains its idea by an example, whatever the data
    assert not re.search("cats|dogs", text_of(test).replace(example, ""))


def test_a_dataset_is_deleted_on_the_second_click_and_never_in_use(place):
    dataset = add(place, "Shapes", "circles", "squares")
    run = create_run(place, TrainConfig("model1", dataset.source), "busy")
    test = open_dialog()
    test.checkbox(key=f"sure-shapes-{dataset.fingerprint[:8]}").check().run()
    button(test, "Delete for good").click().run()
    assert "busy still learns from Shapes" in test.error[0].value
    run.files.write_status(run.status.__class__(state="done"))
    button(test, "Delete for good").click().run()
    assert list_user_datasets(place) == []


def test_a_set_that_took_the_place_of_the_one_shown_is_not_deleted(place):
    dataset = add(place, "Shapes", "circles", "squares")
    test = open_dialog()
    test.checkbox(key=f"sure-shapes-{dataset.fingerprint[:8]}").check().run()
    delete_user_dataset(place, dataset)
    another = add(place, "Shapes", "apples", "pears")
    assert another.source == dataset.source
    button(test, "Delete for good").click().run()
    assert "There is no photo set Shapes: it may have been deleted already." in test.error[0].value
    assert list_user_datasets(place) == [another]
    assert [checkbox.value for checkbox in test.checkbox] == [False]


def test_a_folder_inside_a_listed_one_can_be_named_and_none_outside(app, place, tmp_path, monkeypatch):
    coloured_folder(tmp_path / "listed" / "birds", ducks=10, geese=10)
    coloured_folder(tmp_path / "secret", ducks=10, geese=10)
    monkeypatch.setenv("CATDOG_FOLDERS", os.fspath(tmp_path / "listed"))
    test = app(data=str(tmp_path / "listed" / "birds"))
    assert "20 images of ducks and geese from the folder birds" in text_of(test)
    outside = app(data=str(tmp_path / "secret"))
    assert "ducks" not in text_of(outside)


def test_a_folder_named_in_the_dialog_is_the_data_in_use(place, tmp_path, monkeypatch):
    birds = coloured_folder(tmp_path / "listed" / "birds", ducks=10, geese=10)
    monkeypatch.setenv("CATDOG_FOLDERS", os.fspath(tmp_path / "listed"))
    test = open_dialog()
    test.text_input[1].input("../..")
    button(test, "Use this folder").click().run()
    assert "There is no folder" in test.error[0].value
    test.text_input[1].input("birds")
    button(test, "Use this folder").click().run()
    assert test.session_state["data"] == str(birds)


def test_without_listed_folders_the_dialog_asks_for_none(place):
    assert [element.label for element in open_dialog().button] == ["Add these photos"]
