"""Whether cleaning helped, and that chance and hard images do not look like a gain."""

import numpy as np
import pytest

from catdog.errors import DataError
from catdog.features.gain import (
    HELD_OUT,
    SPLITS,
    Gain,
    T,
    describe_accuracy,
    describe_gain,
    measure_gain,
    resampled_interval,
)

COUNT = 400


@pytest.fixture(scope="module")
def data() -> tuple[np.ndarray, np.ndarray]:
    """Features of two classes that overlap a little, and their true labels."""
    random = np.random.default_rng(0)
    truth = np.arange(COUNT) % 2
    values = random.normal(size=(COUNT, 12)) + np.where(truth, 1.6, 0)[:, np.newaxis] * ([1] * 4 + [0] * 8)
    return values.astype(np.float32), truth


def flip(labels: np.ndarray, rows: np.ndarray) -> np.ndarray:
    flipped = labels.copy()
    flipped[rows] = 1 - flipped[rows]
    return flipped


def choose(count: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).choice(COUNT, count, replace=False)


def test_wrong_labels_that_are_corrected_are_a_measurable_gain(data):
    values, truth = data
    gain = measure_gain(values, flip(truth, choose(60)), truth)
    assert gain.verdict == 1
    assert gain.error[1] < gain.error[0]
    assert (gain.changed, len(gain.differences)) == (60, SPLITS)
    assert describe_gain(gain).startswith("A measurable gain: the error falls from 0.")


def test_labels_made_wrong_are_no_gain(data):
    values, truth = data
    gain = measure_gain(values, truth, flip(truth, choose(60)))
    assert gain.verdict == -1
    assert describe_gain(gain).startswith("It got worse: the error rises from 0.")


@pytest.mark.parametrize("seed", range(5))
def test_excluding_random_images_is_never_a_measurable_gain(data, seed):
    values, truth = data
    used = np.ones(COUNT, bool)
    used[choose(20, seed)] = False
    assert measure_gain(values, truth, truth, used).verdict < 1


def test_images_that_were_changed_are_never_scored(data, monkeypatch):
    values, truth = data
    changed, excluded = np.arange(0, 40), np.arange(40, 80)
    used = np.ones(COUNT, bool)
    used[excluded] = False
    scored = []

    class Spy:
        def predict(self, features: np.ndarray) -> np.ndarray:
            scored.append(features[:, 0].astype(int))
            return np.full(len(features), 0.5)

    numbers = np.arange(COUNT, dtype=np.float32)[:, np.newaxis]
    monkeypatch.setattr("catdog.features.gain.reduce_features", lambda _: numbers)
    monkeypatch.setattr("catdog.features.gain.fit_head", lambda *_: Spy())
    measure_gain(values, truth, flip(truth, changed), used)
    assert all(np.array_equal(first, second) for first, second in zip(scored[::2], scored[1::2], strict=True))
    assert not set(np.concatenate(scored)) & {*changed, *excluded}
    assert len(set(np.concatenate(scored))) > 300


def test_the_same_changes_give_the_same_answer(data):
    values, truth = data
    before = flip(truth, choose(10))
    assert measure_gain(values, before, truth) == measure_gain(values, before, truth)


def test_where_nothing_was_changed_nothing_is_measured(data):
    values, truth = data
    with pytest.raises(DataError, match="Nothing has been relabelled or excluded yet"):
        measure_gain(values, truth, truth)


def test_where_everything_was_changed_nothing_can_be_measured(data):
    values, truth = data
    with pytest.raises(DataError, match="Too few images are left unchanged"):
        measure_gain(values, truth, 1 - truth)


def test_the_interval_takes_the_overlap_into_account():
    from scipy import stats

    differences = np.arange(SPLITS) / 100
    low, high = resampled_interval(differences, HELD_OUT / (1 - HELD_OUT))
    assert pytest.approx(stats.t.ppf(0.975, SPLITS - 1), abs=1e-6) == T
    half = T * np.sqrt(differences.var(ddof=1) * (1 / 20 + 1 / 4))
    assert (low, high) == pytest.approx((differences.mean() - half, differences.mean() + half))
    naive = stats.t.interval(0.95, SPLITS - 1, differences.mean(), stats.sem(differences))
    assert high - low > 2 * (naive[1] - naive[0])


def test_the_words_name_both_scores():
    gain = Gain((0.001, -0.003), (0.03, 0.031), (0.97, 0.968), 5, (-0.004, 0.002))
    assert describe_gain(gain) == (
        "No measurable gain: the error goes from 0.0300 to 0.0310, and the interval of the difference includes zero "
        "(95% interval −0.00400 to 0.00200)."
    )
    assert describe_accuracy(gain) == "Accuracy on the same photos: 97.0% before, 96.8% after."
