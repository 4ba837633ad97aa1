"""Teaching with a handful of photos: which are drawn, what is learned, and the curve."""

import numpy as np
import pytest

from catdog.errors import DataError
from catdog.features import teaching
from catdog.features.store import FeatureStore
from catdog.features.teaching import draw_sample, fit_taught, get_curve, measure_accuracy, measure_curve
from tests.catdog.features.test_head import make_features

LABELS = np.arange(40) % 2
ROWS = np.arange(4, 36)


def test_a_sample_has_as_many_of_each_class_from_the_given_rows():
    rows = draw_sample(LABELS, ROWS, 5, seed=1)
    assert np.bincount(LABELS[rows]).tolist() == [5, 5]
    assert set(rows) <= set(ROWS)
    assert (np.diff(rows) > 0).all()


def test_a_larger_sample_holds_the_smaller_and_a_seed_draws_others():
    small, large, other = (draw_sample(LABELS, ROWS, count, seed) for count, seed in ((3, 1), (8, 1), (3, 2)))
    assert set(small) < set(large)
    assert small.tolist() != other.tolist()


def test_more_than_there_are_is_all_there_are():
    assert draw_sample(LABELS, ROWS, 1000, seed=0).tolist() == ROWS.tolist()


@pytest.mark.parametrize(("count", "strength"), [(20, 0.1), (200, 0.01), (4000, 0.001)])
def test_the_penalty_grows_with_the_number_of_images(count, strength):
    assert fit_taught(*make_features(count)).strength == pytest.approx(strength)


def test_a_few_photos_teach_most_of_it():
    values, labels = make_features(400, seed=1)
    assert measure_accuracy(fit_taught(*make_features(20)), values, labels) > 0.95


def test_photos_of_one_class_teach_nothing():
    values, labels = make_features(6)
    with pytest.raises(DataError, match="one class only"):
        fit_taught(values, np.zeros_like(labels))


def test_the_curve_rises_and_ends_with_all_images():
    training, validation = make_features(60, width=100), make_features(200, seed=1, width=100)
    reported = []
    steps = measure_curve(training, validation, lambda *progress: reported.append(progress[:2]))
    assert [step.count for step in steps] == [1, 2, 5, 10, 20, 30]
    assert steps[0].mean < steps[-1].mean
    assert all(step.lowest <= step.mean <= step.highest for step in steps)
    assert steps[0].draws == teaching.DRAWS
    assert steps[-1].mean == measure_accuracy(fit_taught(*training), *validation)
    assert reported == [(done, 6) for done in range(6)]


def test_the_curve_is_kept_until_labels_or_splits_change(tmp_path, monkeypatch):
    values, labels = make_features(60)
    store = FeatureStore(tmp_path / "features-backbone-data.dat", values)
    training, validation = np.arange(30), np.arange(30, 60)
    curve = get_curve(store, labels, training, validation)
    monkeypatch.setattr(teaching, "measure_curve", lambda *_: ())
    assert get_curve(store, labels, training, validation) == curve
    assert get_curve(store, 1 - labels, training, validation) == ()
    assert get_curve(store, labels, training[1:], validation) == ()


def test_a_damaged_curve_is_measured_again(tmp_path):
    values, labels = make_features(60)
    store = FeatureStore(tmp_path / "features-backbone-data.dat", values)
    curve = get_curve(store, labels, np.arange(30), np.arange(30, 60))
    [file] = tmp_path.iterdir()
    file.write_text('[{"count": 1}]')
    assert get_curve(store, labels, np.arange(30), np.arange(30, 60)) == curve
