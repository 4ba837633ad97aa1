"""catdog.datasets.arrange: real people's layouts give the classes and splits that are meant, or say what was found."""

from collections import Counter

import pytest

from catdog.datasets.arrange import Arrangement, File, arrange
from catdog.datasets.left_out import NO_IMAGE
from catdog.errors import DataError

KINDS = ("cats", "dogs")


def files_of(spec: dict[str, int]) -> list[File]:
    """Return files: {"a": 2} is for a/0.jpg and a/1.jpg, {"b*.jpg": 2} for b0.jpg and b1.jpg, {"c.txt": 0} for it."""
    files = []
    for name, count in spec.items():
        if not count:
            files.append(File(tuple(name.split("/")), NO_IMAGE))
        pattern = name if "*" in name else f"{name}/*.jpg"
        files += [File(tuple(pattern.replace("*", str(index)).split("/")), None, True) for index in range(count)]
    return files


def arranged(spec: dict[str, int]) -> Arrangement:
    return arrange(files_of(spec), "The zip")


def counts(arrangement: Arrangement) -> dict[str, list[int]]:
    labels, splits, _ = arrangement.columns()
    counts = Counter(zip(splits.tolist(), labels.tolist(), strict=True))
    return {split: [counts[split, 0], counts[split, 1]] for split in ("training", "validation", "test")}


def tree(*splits: str, each: int = 20, kinds: tuple[str, ...] = KINDS) -> dict[str, int]:
    return {f"{split}/{kind}": each for split in splits for kind in kinds}


DRAWN = {"training": [14, 14], "validation": [4, 4], "test": [2, 2]}
WHOLE = {"training": [20, 20], "validation": [20, 20], "test": [20, 20]}
CUT_FROM_VALIDATION = {"training": [20, 20], "validation": [16, 16], "test": [4, 4]}
CUT_FROM_TRAINING = {"training": [16, 16], "validation": [4, 4], "test": [20, 20]}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (dict.fromkeys(KINDS, 20), DRAWN),
        (tree("train", "validation"), CUT_FROM_VALIDATION),
        (tree("Train", "VAL"), CUT_FROM_VALIDATION),
        (tree("train", "valid", "test"), WHOLE),
        (tree("training", "Validation", "testing"), WHOLE),
        (tree("train_images", "val2017", "test-set"), WHOLE),
        (tree("TrainSet", "DevSet", "holdout"), WHOLE),
        (tree("a/b/c/train", "a/b/c/val"), CUT_FROM_VALIDATION),
        (tree("training_set/training_set", "test_set/test_set"), CUT_FROM_TRAINING),
        (tree("train"), DRAWN),
        (tree("validation"), DRAWN),
        (dict.fromkeys(KINDS, 20) | tree("test"), CUT_FROM_TRAINING),
        ({f"{kind}/{split}": 20 for kind in KINDS for split in ("train", "valid", "test")}, WHOLE),
        ({"cats": 10, "cats/persian": 10, "dogs": 10, "dogs/poodle/small": 10}, DRAWN),
        (tree("pets", "pets/pets"), DRAWN),  # a copy of all in itself, as Kaggle has some
        (tree("x/train", "x/val", "x/test", "x/x/train", "x/x/val"), WHOLE),
        (tree("dataset") | {"preview": 3, "test": 5}, DRAWN),
        ({"train/Cats": 20, "train/dogs": 20, "val/cats": 20, "val/DOGS": 20}, CUT_FROM_VALIDATION),
        ({"train/cats": 20, "train/dogs": 20, "val/Dog": 20, "val/cat": 20}, CUT_FROM_VALIDATION),
    ],
)
def test_layouts_give_two_classes_and_their_splits(spec: dict[str, int], expected: dict[str, list[int]]) -> None:
    arrangement = arranged(spec | {"README.dataset.txt": 0})
    assert [name.casefold() for name in arrangement.classes] == list(KINDS)
    assert counts(arrangement) == expected
    assert not arrangement.by_name


@pytest.mark.parametrize(
    "spec",
    [
        {"cat.*.jpg": 20, "dog.*.jpg": 20},
        {"Cat_*.png": 20, "dog-*.png": 20},
        {"train/cat.*.jpg": 20, "train/dog.*.jpg": 20, "test1/*.jpg": 30},
        {"*_cat": 20, "*_dog": 20},
        {"images/cat (*).jpg": 20, "images/dog (*).jpg": 20, "test": 8},
        {"cat*.jpg": 20, "dog*.jpg": 20, "group photo.jpg": 0, "__MACOSX/cat": 9},
    ],
)
def test_names_with_a_class_and_a_number_are_two_classes(spec: dict[str, int]) -> None:
    arrangement = arranged(spec)
    assert [name.casefold() for name in arrangement.classes] == ["cat", "dog"]
    assert counts(arrangement) == DRAWN
    assert arrangement.by_name
    assert arrangement.note.startswith("The classes are taken from the file names: 20 named like ")


def test_names_with_a_class_in_folders_of_splits_keep_the_splits() -> None:
    spec = {f"{split}/{kind}.*.jpg": 20 for split in ("train", "val", "test") for kind in ("cat", "dog")}
    assert counts(arranged(spec)) == WHOLE


def test_what_is_left_out_is_counted_and_named() -> None:
    spec = {"train/cat.*.jpg": 20, "train/dog.*.jpg": 20, "test1/*.jpg": 30, "labels.csv": 0, "train/x/old": 1}
    assert arranged(spec | {".DS_Store": 0, "train/Thumbs.db": 0}).note.endswith(
        " 1 file that is no image (labels.csv) and 31 images that belong to no class (test1/ and train/x/) were "
        "left out."
    )
    many = {f"note{index}.txt": 0 for index in range(5)}
    assert arranged(dict.fromkeys(KINDS, 20) | many).note == (
        "5 files that are no images (note0.txt, note1.txt, note2.txt and others) were left out."
    )


def test_a_validation_split_cut_from_training_is_said() -> None:
    assert arranged(tree("train", "test")).note.startswith("No folder is given for the validation split")


@pytest.mark.parametrize("names", [("car", "train"), ("trainers", "valves"), ("steam train", "test kitchen")])
def test_a_class_may_be_called_like_a_split_beside_another(names: tuple[str, str]) -> None:
    assert arranged(dict.fromkeys(names, 20)).classes == names


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"train": 20, "test1": 20}, "images in test1 (20) and train (20), named like parts of a dataset"),
        ({"train": 20, "unlabeled": 20, "sample": 5}, "sample (5), train (20) and unlabeled (20)"),
        ({"Training Set": 20, "TEST_images": 20}, "named like parts of a dataset"),
        ({"train1": 20, "train2": 20}, "named like parts of a dataset"),
        ({"images": 20, "masks": 20}, "the class folders images and masks"),
        (tree("images", "masks", kinds=("train", "val")), "the class folders images and masks"),
        ({"cat.*.jpg": 20, "cats.*.jpg": 20}, "images named after cat and cats"),
        (tree("train") | tree("val", kinds=("cars", "vans")), "the class folders cars and vans in val/"),
        ({"IMG_*.jpg": 20, "DSC_*.jpg": 20}, "images but no class folders"),
        ({"beagle_*.jpg": 9, "pug_*.jpg": 9, "boxer_*.jpg": 9}, "images named after beagle, boxer and pug"),
        ({"a1b2c*.jpg": 20, "f00d*.jpg": 20}, "images but no class folders"),
        ({"*.jpg": 20, "cat.*.jpg": 3, "dog.*.jpg": 3}, "images but no class folders"),
        ({"train/images": 20, "valid/images": 20}, "no class folders in train/ but no class folders in valid/"),
        ({"cats": 20}, "only the class folder cats"),
        (tree("train", kinds=("a", "b", "c")), "the class folders a, b and c"),
        (tree("train", "val", kinds=("a", "b", "c")), "the class folders a, b and c in train/"),
        (tree("train") | {"val/cats": 20}, "the class folders cats and dogs in train/ but only the class folder cats"),
        (tree("train") | {"test/cats": 20, "test/wolves": 20}, "the class folders cats and wolves in test/"),
        (tree("val", "test"), "and no train/"),
        ({"Cats": 20, "cats": 20}, "nearly the same name"),
        ({"cat": 20, "cats": 20}, "nearly the same name"),
        ({"cats": 20, "dogs": 4}, "too few images of dogs: none is left for the test set"),
        ({"notes.txt": 0}, "no images in it"),
        ({"inner.zip": 0}, "other archives (inner.zip)"),
    ],
)
def test_what_is_not_two_classes_is_refused_naming_what_was_found(spec: dict[str, int], words: str) -> None:
    with pytest.raises(DataError) as caught:
        arranged(spec)
    assert words in str(caught.value)


def test_files_that_only_claim_to_be_pictures_are_named_and_count_for_nothing() -> None:
    spec = files_of(dict.fromkeys(KINDS, 20))
    fakes = [File(("cats", "x.jpg"), NO_IMAGE, True), File(("birds", "y.jpg"), NO_IMAGE, True)]
    arrangement = arrange([*spec, *fakes], "The zip")
    assert arrangement.columns()[2].sum() == 40
    assert arrangement.note == "2 files that are no images (birds/y.jpg and cats/x.jpg) were left out."
    with pytest.raises(DataError, match=r"1 file is named like images but no images \(birds/y.jpg\)"):
        arrange([*spec[:20], fakes[1]], "The zip")


def test_very_many_folders_take_no_quadratic_time() -> None:
    with pytest.raises(DataError, match="4,995 more"):
        arrange([File((f"kind{index}", "1.jpg")) for index in range(5_000)], "The zip")
