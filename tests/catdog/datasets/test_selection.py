"""catdog.datasets.selection: all images that match, and no others, in the right order."""

import numpy as np
import pytest

from catdog.datasets.catalog import Catalog
from catdog.datasets.selection import ORDERS, Selection, sample_grid, select_rows
from catdog.datasets.statistics import ImageStatistics

NAMES = ("train/a/b.10.jpg", "train/a/b.2.jpg", "train/c/b.3.jpg", "train/c/B.1.jpg", "validation/a/b.4.jpg")


@pytest.fixture
def catalog(tmp_path) -> Catalog:
    labels = np.array([0, 0, 1, 1, 0])
    splits = np.array(["training"] * 4 + ["test"])
    return Catalog("x", tmp_path, ("a", "c"), NAMES, labels, splits, "f00d")


@pytest.fixture
def statistics() -> ImageStatistics:
    widths, heights = np.array([100, 50, 300, 301, 20]), np.array([10, 400, 20, 20, 450])
    brightness = np.array([9, 2, 5, 5, 7], np.float32)
    return ImageStatistics(widths, heights, np.arange(5), brightness, np.zeros((3, 2, 160, 160, 3), np.uint8))


def test_names_are_sorted_by_their_numbers_whatever_their_folder(catalog) -> None:
    names = [NAMES[row].rsplit("/", 1)[-1] for row in select_rows(catalog, Selection(order="name"))]
    assert names == ["B.1.jpg", "b.2.jpg", "b.3.jpg", "b.4.jpg", "b.10.jpg"]


def test_names_of_nothing_but_digits_and_signs_can_be_sorted(catalog) -> None:
    odd = ("9" * 5000 + ".jpg", "١.jpg", "1²3.jpg", ".jpg", "1a.jpg")
    renamed = Catalog("x", catalog.root, ("a", "c"), odd, catalog.labels, catalog.splits, "f")
    assert sorted(select_rows(renamed, Selection(order="name"))) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("order", "rows"),
    [
        ("smallest", [0, 2, 3, 4, 1]),
        ("largest", [1, 4, 3, 2, 0]),
        ("darkest", [1, 2, 3, 4, 0]),
        ("brightest", [0, 4, 2, 3, 1]),
        ("random", [0, 1, 2, 3, 4]),
    ],
)
def test_each_order_is_what_it_says(catalog, statistics, order, rows) -> None:
    assert select_rows(catalog, Selection(order=order), statistics).tolist() == rows


def test_class_split_and_size_all_narrow_the_selection(catalog, statistics) -> None:
    assert select_rows(catalog, Selection(label=0)).tolist() == [0, 1, 4]
    assert select_rows(catalog, Selection(split="test")).tolist() == [4]
    assert select_rows(catalog, Selection(sides=(300, 400)), statistics).tolist() == [1, 2, 3]
    assert select_rows(catalog, Selection(label=0, split="training", sides=(300, 400)), statistics).tolist() == [1]
    assert select_rows(catalog, Selection(sides=(1, 5)), statistics).tolist() == []


def test_missing_statistics_and_unknown_orders_are_errors(catalog) -> None:
    for selection in (Selection(order="largest"), Selection(sides=(1, 5))):
        assert selection.needs_statistics
        with pytest.raises(ValueError, match="statistics"):
            select_rows(catalog, selection)
    assert not any(Selection(order=order).needs_statistics for order in ORDERS[:2])
    with pytest.raises(ValueError, match="order"):
        Selection(order="backwards")


@pytest.fixture
def large(tmp_path) -> Catalog:
    """100 + 100 images."""
    labels = np.arange(200) % 2
    names = tuple(f"{index:03}.jpg" for index in range(200))
    return Catalog("x", tmp_path, ("a", "c"), names, labels, np.full(200, "training"), "f00d")


@pytest.mark.parametrize(("lines", "upper"), [(2, 1), (3, 2), (8, 4)])
def test_a_sample_of_both_classes_has_class_0_above_class_1(large, lines, upper) -> None:
    above, below = sample_grid(large, np.arange(200), Selection(), lines, 6)
    assert (len(set(above.tolist())), len(set(below.tolist()))) == (6 * upper, 6 * (lines - upper))
    assert not large.labels[above].any()
    assert large.labels[below].all()


def test_a_seed_gives_the_same_sample_and_another_seed_another(large) -> None:
    rows = np.arange(200)
    first, again, different = (sample_grid(large, rows, Selection(label=1, sample=seed), 8, 12) for seed in (7, 7, 8))
    assert len(first) == 1
    assert np.array_equal(first, again)
    assert not np.array_equal(first, different)


def test_too_few_images_are_all_shown_once(large) -> None:
    above, below = sample_grid(large, np.array([0, 1, 2]), Selection(), 2, 3)
    assert (sorted(above), list(below)) == ([0, 2], [1])
