"""The Predict page, driven through Streamlit's AppTest, with models that go by colour."""

import zipfile
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from catdog.datasets import open_dataset
from catdog.errors import RunError
from catdog.features.store import FeatureStore
from catdog.runs import create_run, delete_run
from catdog.training import TrainConfig
from catdog.training.recipes import make_quick_config
from pages.components.predict import novelty, similar
from tests.pages.conftest import alternatives, button, text_of
from tests.stored_features import colour_features
from tests.zips import old_zip

WARM, COLD = (200, 120, 60), (60, 120, 200)


def test_without_a_trained_model_the_page_leads_to_training(app):
    page = app("predict")
    assert "No model is trained yet" in text_of(page)
    assert "Train a model" in [link.proto.label for link in page.page_link]
    assert not page.file_uploader


def test_while_the_first_model_trains_it_says_so(app, place):
    run = create_run(place, TrainConfig("model1", source="drawn"))
    assert f"In training now: {run.config.model}." in text_of(app("predict"))


def test_where_a_first_model_is_due_the_page_waits_for_it(app, trained, polls, monkeypatch):
    app("predict")
    assert polls == []
    monkeypatch.setenv("CATDOG_FIRST_MODEL", "1")
    page = app("predict")
    assert polls == [2]
    assert "No model is trained yet" in text_of(page)
    trained("model4")
    page.run()
    assert "No model is trained yet" not in text_of(page)


def test_every_model_predicts_an_uploaded_image(app, trained):
    trained("model1")
    trained("model4")
    page = app("predict")
    page.file_uploader[0].set_value([image_file("dog.png", COLD)]).run()
    (chart,) = page.get("plotly_chart")
    assert chart.proto.alt.count("dogs, 90.0% sure") == 2
    assert alternatives(page) == ["dog.png as given"]
    assert "Dog, says model1 (90%)" in headers(page)
    assert "Both models agree." in text_of(page)


def test_the_answer_is_that_of_the_model_with_the_best_validation(app, trained):
    trained("model1", source="photos", validation=0.7)
    trained("model2", source="photos", validation=0.9)
    trained("model3", source="drawn", validation=0.99)  # learned from drawings, and these are photos
    page = drop(app("predict"), image_file("cat.png", WARM))
    assert headers(page) == ["Cat, says model2 (90%)"]


def test_an_image_unlike_all_that_was_learned_from_gets_a_warning(app, trained, monkeypatch, tmp_path):
    class Detector:
        threshold = 0.4

        def measure_images(self, pixels):
            assert (pixels.shape, pixels.dtype) == ((1, 160, 160, 3), np.uint8)
            warm = pixels[0, :, :, 0].mean() > 128
            return np.array([0.25 if warm else 0.625], np.float32)

    trained("model1", source="photos")
    (tmp_path / "detector").touch()
    monkeypatch.setattr(novelty, "list_detectors", lambda fingerprint, cache: [tmp_path / "detector"])
    monkeypatch.setattr(novelty, "find_detector", lambda fingerprint, cache: Detector())
    page = drop(app("predict"), image_file("chair.png", COLD), image_file("cat.png", WARM))
    assert [warning.value for warning in page.warning] == [
        "**Unlike anything model1 learned from**, so its answer means little: distance 0.62, where up to 0.40 is usual."
    ]
    assert headers(page) == ["Dog, says model1 (90%)", "Cat, says model1 (90%)"]


def test_many_images_get_a_prediction_each(app, trained):
    trained()
    page = app("predict")
    assert list(page.file_uploader[0].proto.type) == []  # the browser lets all files through: their content decides
    page.file_uploader[0].set_value([image_file("a.jfif", COLD), image_file("b", WARM)]).run()
    assert [chart.proto.alt.split(": ")[1] for chart in page.get("plotly_chart")] == [
        "dogs, 90.0% sure",
        "cats, 90.0% sure",
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [("letter.jpg", b"Dear cat,"), ("nothing.png", b""), ("_half_.jpg", None)],
    ids=["text", "empty", "cut short"],
)
def test_a_file_that_is_no_image_is_one_sentence(app, trained, name, content):
    trained()
    whole = image_file("whole.jpg", WARM)
    page = app("predict")
    page.file_uploader[0].set_value([(name, whole[1][:200] if content is None else content, "image/jpeg"), whole]).run()
    assert not page.exception
    assert len(page.error) == 1
    assert name.split(".")[0].strip("_") in page.error[0].value
    assert len(page.get("plotly_chart")) == 1


def test_test_images_come_with_label_and_which_run_is_right(app, trained):
    trained()
    page = app("predict")
    button(page, "Try 6 test photos").click().run()
    assert page.query_params["sample"].isdigit()
    assert len(page.get("plotly_chart")) == 6
    lines = [text.value for text in page.markdown if text.value.startswith("Labelled")]
    assert len(lines) == 6
    assert all("right: model1" in line or "wrong: model1" in line for line in lines)


def test_the_same_address_shows_the_same_test_images(app, trained):
    trained()
    assert alternatives(app("predict", sample="5")) == alternatives(app("predict", sample="5"))
    assert alternatives(app("predict", sample="5")) != alternatives(app("predict", sample="6"))


def test_test_images_can_be_cleared(app, trained):
    trained()
    page = app("predict", sample="5")
    button(page, "Clear").click().run()
    assert "sample" not in page.query_params
    assert not page.get("plotly_chart")


def test_at_first_the_latest_run_of_each_model_predicts(app, trained):
    trained("model1")
    latest, second = trained("model1"), trained("model2")
    assert app("predict").multiselect[0].value == [latest.id, second.id]


def test_a_quick_run_predicts_at_first_only_where_there_is_no_other(app, trained):
    ordinary, quick = trained("model4"), trained("model4")
    quick.files.add_to_config(config=make_quick_config("drawn").to_dict())
    assert app("predict").multiselect[0].value == [ordinary.id]
    ordinary.files.tflite.unlink()
    assert app("predict").multiselect[0].value == [quick.id]


def test_the_choice_says_each_runs_validation_accuracy_and_no_test_score(app, trained):
    trained("model1", validation=0.771, test=0.8125)
    (option,) = app("predict").multiselect[0].options
    assert option.endswith("drawn images, validation accuracy 77.1%")


def test_the_choice_of_runs_is_in_the_address(app, trained):
    first, _ = trained("model1"), trained("model2")
    page = app("predict")
    page.multiselect[0].set_value([first.id]).run()
    assert page.query_params["run"] == first.id
    assert app("predict", run=first.id).multiselect[0].value == [first.id]


def test_a_run_in_the_address_that_does_not_exist_is_passed_over(app, trained):
    run = trained()
    assert app("predict", run="../../etc/passwd").multiselect[0].value == [run.id]


def test_a_new_model_joins_in_unless_the_user_has_chosen(app, trained):
    first = trained("model1")
    page = app("predict")
    second = trained("model2")
    page.run()
    assert page.multiselect[0].value == [first.id, second.id]
    page.multiselect[0].set_value([second.id]).run()
    trained("model3")
    page.run()
    assert page.multiselect[0].value == [second.id]


def test_a_run_deleted_meanwhile_is_no_longer_chosen(app, trained, place):
    first, second = trained("model1"), trained("model2")
    page = app("predict", sample="1", run=[first.id, second.id])
    delete_run(place, first)
    page.run()
    assert not page.exception
    assert page.multiselect[0].value == [second.id]


def test_a_model_trained_on_drawings_is_not_trusted_with_photos(app, trained):
    trained("model1", source="drawn")
    page = app("predict")
    page.file_uploader[0].set_value([image_file("mine.png", WARM)]).run()
    assert any("drawn images" in warning.value and "mean little" in warning.value for warning in page.warning)


def test_a_model_trained_on_photos_is_not_trusted_with_drawings(app, trained):
    trained("model1", source="photos")
    page = app("predict", sample="1")
    assert any("photos" in warning.value and "mean little" in warning.value for warning in page.warning)


def test_images_of_the_kind_trained_on_need_no_warning(app, trained):
    trained("model1", source="drawn")
    assert not app("predict", sample="1").warning


def test_models_of_other_classes_predict_with_their_own_names(app, trained, place):
    trained("model1")
    birds = trained("model2")
    birds.files.add_to_config(data={"classes": ["owls", "wrens"]})
    page = app("predict")
    page.file_uploader[0].set_value([image_file("x.png", COLD)]).run()
    assert [chart.proto.alt.split(": ")[1] for chart in page.get("plotly_chart")] == [
        "dogs, 90.0% sure",
        "wrens, 90.0% sure",
    ]


def test_models_that_spell_the_same_classes_otherwise_share_a_chart(app, trained):
    trained("model1")
    trained("model2").files.add_to_config(data={"classes": ["Dog", "CAT"]})
    page = app("predict")
    page.file_uploader[0].set_value([image_file("x.png", COLD)]).run()
    (chart,) = page.get("plotly_chart")
    assert [answer.split(": ")[1] for answer in chart.proto.alt.split("; ")] == [
        "dogs, 90.0% sure",
        "cats, 90.0% sure",
    ]


def test_a_model_that_can_not_be_loaded_leaves_the_others_to_predict(app, trained, monkeypatch):
    from catdog.inference import predictor

    trained("model1")
    broken = trained("model2")
    load = predictor.load_predictor

    def load_some(path, name):
        if path == broken.files.tflite:
            raise RunError("The model is damaged: train it again.")
        return load(path, name)

    monkeypatch.setattr(predictor, "load_predictor", load_some)
    page = app("predict")
    page.file_uploader[0].set_value([image_file("x.png", COLD)]).run()
    assert [error.value for error in page.error] == ["The model is damaged: train it again."]
    assert page.get("plotly_chart")[0].proto.alt.count("sure") == 1


def test_without_a_chosen_run_the_page_wants_a_choice(app, trained):
    trained()
    page = app("predict", sample="1")
    page.multiselect[0].set_value([]).run()
    assert "Choose at least one model" in text_of(page)


def test_what_was_dropped_stays_on_another_page_and_back(app, trained):
    trained()
    page = drop(app("predict"), image_file("mine.png", COLD))
    page.switch_page("compare.py").run()
    page.switch_page("predict.py").run()
    assert alternatives(page)[0] == "mine.png as given"


def test_the_newest_images_come_first(app, trained):
    trained()
    page = drop(app("predict"), image_file("a.png", COLD), image_file("b.png", WARM))
    drop(page, image_file("c.png", WARM), image_file("d.png", COLD))
    assert [text[0] for text in alternatives(page)] == ["c", "d", "a", "b"]


def test_everything_can_be_cleared(app, trained):
    trained()
    page = drop(app("predict", sample="3"), image_file("mine.png", COLD), ("letter.jpg", b"Dear cat,", "image/jpeg"))
    assert len(page.error) == 1
    button(page, "Clear").click().run()
    assert not page.error
    assert not page.get("plotly_chart")
    assert "Drop a photo above" in text_of(page)


def test_more_images_than_fit_are_left_out_and_counted(app, trained, monkeypatch):
    monkeypatch.setattr("pages.components.predict.inputs.MOST", 3)
    trained()
    page = drop(app("predict"), *(image_file(f"{name}.png", COLD) for name in "abcde"))
    assert len(page.get("plotly_chart")) == 3
    assert [warning.value for warning in page.warning if "left out" in warning.value] == [
        "At most 3 images at once, so 2 were left out. Clear the others first."
    ]


def test_the_bytes_of_uploads_are_freed_once_they_are_read(app, trained, monkeypatch):
    gone = []
    monkeypatch.setattr(
        "streamlit.runtime.memory_uploaded_file_manager.MemoryUploadedFileManager.remove_file",
        lambda self, session_id, file_id: gone.append(file_id),
    )
    trained()
    drop(app("predict"), image_file("a.png", COLD), ("letter.jpg", b"Dear cat,", "image/jpeg"))
    assert len(set(gone)) == 2


def test_a_prediction_between_the_thresholds_is_not_sure(app, trained):
    trained()
    page = drop(app("predict", unsure=["5", "95"]), image_file("a.png", COLD))
    assert headers(page) == ["Not sure, says model1 (dog 90%)"]
    page.slider[0].set_value((20, 30)).run()
    assert headers(page) == ["Dog, says model1 (90%)"]


def test_thresholds_in_the_wrong_order_mean_the_same(app, trained):
    trained()
    page = drop(app("predict", unsure=["95", "5"]), image_file("a.png", COLD))
    assert headers(page) == ["Not sure, says model1 (dog 90%)"]


def test_every_prediction_says_how_long_it_took(app, trained):
    trained()
    assert ":material/timer: model1 2.0 ms" in text_of(drop(app("predict"), image_file("a.png", COLD)))


def test_what_a_model_can_not_know_is_said(app, trained):
    trained()
    assert "It knows two classes and nothing else" in text_of(app("predict"))


def test_many_images_are_a_table_with_the_most_uncertain_first(app, trained):
    trained("model1")
    page = drop(app("predict"), *(image_file(f"{number:02}.png", WARM) for number in range(12)), mixed("mixed.png"))
    (table,) = page.dataframe
    assert table.value["name"].iloc[0] == "mixed.png"
    assert table.value["uncertainty"].iloc[0] > table.value["uncertainty"].iloc[1]
    assert set(table.value["model1"].iloc[1:]) == {"cats 90%"}
    assert table.value["model1"].iloc[0] == "not sure: cats 51%"
    assert not page.get("plotly_chart")  # until a row is chosen


def test_images_can_be_chosen_by_prediction_and_disagreement(app, trained):
    trained("model1")
    trained("model2")
    page = drop(app("predict"), image_file("cold.png", COLD), image_file("warm.png", WARM), mixed("mixed.png"))
    shown = segmented(page, "Show")
    assert shown.options == ["all 3", "cats 1", "dogs 1", "not sure 1", "models differ 0"]
    shown.set_value("not sure").run()
    assert alternatives(page)[0] == "mixed.png as given"
    assert len(page.get("plotly_chart")) == 1
    page.slider[0].set_value((5, 95)).run()
    assert segmented(page, "Show").value == "not sure"  # the choice stays, though there are others now
    assert len(page.get("plotly_chart")) == 3
    segmented(page, "Show").set_value("models differ").run()
    assert "No image matches" in text_of(page)


def test_each_image_counts_once_also_where_models_differ(app, trained):
    trained("model1")
    trained("model2").files.add_to_config(data={"classes": ["dogs", "cats"]})  # so it says the other class
    page = drop(app("predict"), image_file("cold.png", COLD), image_file("warm.png", WARM), mixed("mixed.png"))
    assert segmented(page, "Show").options == ["all 3", "cats 0", "dogs 0", "not sure 1", "models differ 2"]
    assert "The models differ: cats: model2 · dogs: model1" in text_of(page)
    page.selectbox(key="answers-of").select("model1").run()
    assert segmented(page, "Show").options == ["all 3", "cats 1", "dogs 1", "not sure 1"]


def test_only_some_cards_are_drawn_at_first(app, trained):
    trained()
    page = drop(app("predict"), *(image_file(f"{number:02}.png", WARM) for number in range(15)))
    segmented(page, "As").set_value("cards").run()
    assert len(page.get("plotly_chart")) == 12
    button(page, "Show 3 more of 3").click().run()
    assert len(page.get("plotly_chart")) == 15


def test_a_zip_with_folders_gives_labels_and_a_confusion_matrix(app, trained):
    trained()
    files = {"cat/1.png": WARM, "cat/2.png": COLD, "dog/3.png": COLD, "horse/4.png": COLD}
    page = drop(app("predict"), zipped(files))
    assert "Scores on the 3 labelled images" in [expander.label for expander in page.expander]
    assert [metric.value for metric in page.metric] == ["66.7%"]
    assert "| cats | **1** | 1 | 0 |\n| dogs | 0 | **1** | 0 |" in text_of(page)
    (only_mistakes,) = page.toggle
    assert only_mistakes.label == "Only mistakes (1)"
    assert len(page.get("plotly_chart")) == 4
    only_mistakes.set_value(True).run()
    assert alternatives(page) == ["2.png as given"]
    page.toggle[0].set_value(False).run()
    assert "Labelled **cat**" in text_of(page)
    assert "Labelled **horse**" not in text_of(page)


def test_labels_in_an_old_code_page_are_told_and_can_be_read_in_another(app, trained):
    trained()
    _, content, _ = image_file("x.png", WARM)
    archive = old_zip(["chèvre/1.png".encode("cp1252"), b"vache/1.png"], content).getvalue()
    page = drop(app("predict"), ("Old.zip", archive, "application/zip"))
    assert "Old.zip: The zip's names were read in the code page cp1250" in page.warning[0].value
    page.selectbox(key="zip-code-page").select("cp1252").run()
    page = drop(page, ("Old.zip", archive, "application/zip"))
    assert "code page cp1252 (western European, Windows)" in page.warning[0].value


def test_a_damaged_zip_and_a_damaged_image_are_a_sentence_each(app, trained):
    trained()
    bad = ("bad.zip", b"PK no zip", "application/zip")
    page = drop(app("predict"), bad, zipped({"cats/1.png": WARM, "cats/2.png": None}))
    assert [error.value.split(":")[0] for error in page.error] == ["bad.zip", "Can't read 2.png"]
    assert len(page.get("plotly_chart")) == 1


def test_of_a_zip_with_too_many_images_an_even_choice_is_taken(app, trained, monkeypatch):
    monkeypatch.setattr("pages.components.predict.inputs.MOST", 4)
    trained()
    files = {f"{kind}/{number}.png": WARM for kind in ("cats", "dogs") for number in range(4)}
    page = drop(app("predict"), zipped(files))
    assert any("has 8 images" in warning.value and "4 were taken" in warning.value for warning in page.warning)
    assert text_of(page).count("Labelled **dogs**") == 2


def test_names_with_markup_are_shown_as_they_are(app, trained):
    trained()
    name = "<b>![x](http://evil)</b>.png"
    page = drop(app("predict"), (name, image_file("a.png", COLD)[1], "image/png"))
    assert "\\<b\\>!\\[x\\](http://evil)\\</b\\>.png" in text_of(page)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("../../etc/cat.png", "../../etc/cat.png"), ("a\nb\x1b[31m\u202e.png", "a b [31m .png"), ("\x07.png", ".png")],
)
def test_names_with_paths_or_control_characters_stay_on_one_line(app, trained, name, shown):
    trained()
    page = drop(app("predict"), (name, image_file("a.png", COLD)[1], "image/png"))
    assert alternatives(page)[0] == f"{shown} as given"


def test_beside_its_confidence_stands_how_often_a_model_was_right(app, trained):
    experienced, novice, blank = trained("model1"), trained("model2"), trained("model3")
    for run, count in ((experienced, 30), (novice, 3)):
        rows = [f"{index}.jpg,{int(index % 10 < 7)},0.92,test" for index in range(count)]  # right on 7 of 10
        run.files.predictions.write_text("\n".join(["path,label,probability,split", *rows]) + "\n")
    blank.files.predictions.write_text("path,label\n")  # damaged
    page = drop(app("predict"), image_file("mine.png", COLD))
    (chart,) = page.get("plotly_chart")
    assert chart.proto.alt.split("; ") == [
        "model1: dogs, 90.0% sure (when this sure, right 70%: 21 of 30)",
        "model2: dogs, 90.0% sure (when this sure: too few test images to tell)",
        "model3: dogs, 90.0% sure",
    ]
    assert "when this sure, right 70%: 21 of 30" in chart.proto.spec


def test_a_model_without_stored_answers_makes_no_claim(app, trained):
    trained("model1")
    page = drop(app("predict"), image_file("mine.png", COLD))
    assert "when this sure" not in page.get("plotly_chart")[0].proto.alt


def test_it_shows_where_a_model_looks(app, trained):
    trained("model1")
    page = drop(app("predict"), image_file("mine.png", COLD))
    button(page, "Show heatmap").click().run()
    assert not page.exception
    assert any("under a heatmap of where model1 looks" in text for text in alternatives(page))
    assert "The map shows where the model looks" in text_of(page)


def test_the_heatmap_opens_on_the_model_whose_answer_stands_large(app, trained):
    trained("model1", validation=0.7)
    trained("model2", validation=0.9)
    page = drop(app("predict"), image_file("mine.png", COLD))
    button(page, "Show heatmap").click().run()
    assert any("under a heatmap of where model2 looks" in text for text in alternatives(page))
    page.selectbox(key="look").select_index(1).run()
    assert any("under a heatmap of where model1 looks" in text for text in alternatives(page))


def headers(page) -> list[str]:
    """Return the headings of the cards."""
    return [header.value for header in page.header]


def drop(page, *uploads):
    """Drop these files into the field for uploads."""
    page.file_uploader[0].set_value(list(uploads)).run()
    assert not page.exception
    return page


def segmented(page, label: str):
    """Return the segmented control with this label."""
    return next(control for control in page.segmented_control if control.label == label)


def zipped(files: dict[str, tuple[int, int, int] | None]) -> tuple[str, bytes, str]:
    """Return a zip of images, {name: colour, None for one that is damaged}, as an upload."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, colour in files.items():
            archive.writestr(name, b"no picture" if colour is None else image_file("x.png", colour)[1])
    return "pets.zip", file.getvalue(), "application/zip"


def mixed(name: str) -> tuple[str, bytes, str]:
    """Return an image as red as it is blue, which the model is unsure of."""
    file = BytesIO()
    Image.new("RGB", (50, 70), (100, 100, 100)).save(file, "PNG")
    return name, file.getvalue(), "image/png"


def test_photos_like_an_image_are_shown_once_unfolded(app, trained, place, monkeypatch):
    trained()
    title = "Photos like this in the training set"
    page = app("predict", sample="1")
    assert title not in [element.label for element in page.expander]
    dataset = open_dataset(place, "drawn")
    path = place.cache / f"features-backbone-{dataset.catalog.fingerprint}.dat"
    store = FeatureStore(path, colour_features(dataset.pixels))
    path.touch()
    calls = []
    monkeypatch.setattr(
        similar, "find_features", lambda *_: calls.append(1) or (store, place.cache / "extractor.tflite")
    )
    monkeypatch.setattr(
        similar, "Predictor", lambda path: type("Predictor", (), {"outputs": staticmethod(colour_features)})
    )
    page.run()
    assert title in [element.label for element in page.expander]
    assert calls == []
    page.session_state["similar-0"] = True
    page.run()
    assert calls == [1]
    assert "Most alike" in text_of(page)
    alike = [words for words in alternatives(page) if words.startswith("The photo train/")]
    assert len(alike) == 12


def image_file(name: str, colour: tuple[int, int, int]) -> tuple[str, bytes, str]:
    """Return a noisy image of one colour as an upload."""
    noise = np.random.default_rng(len(name)).normal(0, 20, (50, 70, 3))
    buffer = BytesIO()
    kind = "PNG" if name.endswith("png") else "JPEG"
    Image.fromarray(np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)).save(buffer, kind)
    return name, buffer.getvalue(), f"image/{kind.lower()}"
