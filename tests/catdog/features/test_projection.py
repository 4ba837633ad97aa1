"""The map of a dataset: the same every time, kept beside the features."""

import numpy as np
import pytest

from catdog.errors import DataError
from catdog.features import projection as mapping
from catdog.features.projection import UMAP, make_projection, open_projection
from catdog.features.store import RECORD, FeatureStore

COUNT, WIDTH = 60, 16


@pytest.fixture
def store(tmp_path):
    """Features that differ most along their first number, then along their second."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(COUNT, WIDTH)).astype(np.float32) * ([9, 4] + [0.5] * (WIDTH - 2)) + 3
    return FeatureStore(tmp_path / "features-backbone-data.dat", values.astype(np.float32))


def test_the_axes_are_those_along_which_images_differ_most(store):
    projection = make_projection(store)
    assert (projection.points.shape, projection.points.dtype) == ((COUNT, 2), np.float32)
    for axis in (0, 1):
        assert np.argmax(np.abs(projection.axes[axis])) == axis
        assert projection.axes[axis, axis] > 0
        spread = store.values[:, axis] - store.values[:, axis].mean()
        assert np.corrcoef(projection.points[:, axis], spread)[0, 1] > 0.99
    assert projection.shares[0] > projection.shares[1] > 0
    assert projection.shares.sum() == pytest.approx(0.96, abs=0.03)


@pytest.mark.parametrize("count", [1, 2, 20, 60])  # few are computed in another way than many, and one or two can't be
def test_a_few_images_have_the_axes_of_their_covariance(tmp_path, count):
    values = np.random.default_rng(1).normal(size=(count, 64)).astype(np.float32)
    projection = make_projection(FeatureStore(tmp_path / "features-few.dat", values))
    variances, vectors = np.linalg.eigh(np.cov(values.T, bias=True))
    for axis in range(min(count - 1, 2)):
        assert abs(projection.axes[axis] @ vectors[:, -1 - axis]) == pytest.approx(1, abs=1e-5)
        assert projection.shares[axis] == pytest.approx(variances[-1 - axis] / variances.sum(), rel=1e-5)
    assert np.isfinite(projection.points).all()


def test_an_image_lies_where_its_features_are(store):
    projection = make_projection(store)
    np.testing.assert_allclose(projection.place(store.values[7]), projection.points[7], atol=1e-4)


def test_the_map_is_kept_and_made_anew_once_damaged(store, monkeypatch):
    assert open_projection(store) is None
    made = make_projection(store)
    monkeypatch.setattr(mapping, "_project_by_pca", lambda values: pytest.fail("it was computed again"))
    np.testing.assert_array_equal(make_projection(store).points, made.points)
    [file] = store.path.parent.iterdir()
    file.write_bytes(file.read_bytes()[:300])
    assert open_projection(store) is None


def test_a_map_of_another_number_of_images_is_not_used(store):
    make_projection(store)
    assert open_projection(FeatureStore(store.path, store.values[:-1])) is None


def test_a_full_disk_is_one_clear_sentence(store, full_disk):
    with full_disk(10), pytest.raises(DataError, match=r"The map can't be kept .* free some disk space"):
        make_projection(store)


def test_without_umap_it_says_how_to_install_it(store, monkeypatch):
    monkeypatch.setattr(mapping, "find_spec", lambda name: None)
    with pytest.raises(DataError, match="pip install umap-learn"):
        make_projection(store, UMAP)


@pytest.fixture
def umap(tmp_path, monkeypatch):
    """A package umap of this test's own: umap(code) writes what its fit_transform does."""
    monkeypatch.setattr(mapping, "find_spec", lambda name: object())
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "packages"))

    def write(code: str) -> None:
        (tmp_path / "packages").mkdir()
        lines = ["class UMAP:", "    def __init__(self, **options):", "        assert options['random_state'] == 0"]
        lines += ["    def fit_transform(self, values):", f"        {code}"]
        (tmp_path / "packages" / "umap.py").write_text("\n".join(lines))

    return write


@pytest.fixture
def whole_store(tmp_path):
    """Features in a file as the store writes it."""
    records = np.zeros(5, RECORD)
    records["features"] = np.random.default_rng(0).random((5, RECORD["features"].shape[0]))
    path = tmp_path / "features-backbone-data.dat"
    path.write_bytes(records.tobytes())
    return FeatureStore(path, records["features"])


def test_with_umap_the_map_has_no_axes(whole_store, umap):
    umap("return values[:, :2]")
    projection = make_projection(whole_store, UMAP)
    np.testing.assert_array_equal(projection.points, whole_store.values[:, :2])
    assert projection.place(whole_store.values[0]) is None
    assert open_projection(whole_store) is None
    assert open_projection(whole_store, UMAP) is not None


def test_umap_that_fails_is_one_clear_sentence(whole_store, umap):
    umap("raise MemoryError")
    with pytest.raises(DataError, match="UMAP ended with status 1: close other programs"):
        make_projection(whole_store, UMAP)
