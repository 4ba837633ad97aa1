"""The features of a dataset on a page: a bar, an error with a way out, and one job for all browsers."""

import threading
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from catdog.errors import WeightsError
from catdog.features.store import FeatureStore
from catdog.models.mobilenet import Weights
from pages.components import features
from tests.pages.conftest import button, text_of


def draw_page() -> None:
    """A page that needs the features of the chosen data."""
    import streamlit as st

    from pages.components import state
    from pages.components.features import get_features

    dataset = state.dataset()
    store = get_features(dataset)
    if store is not None:
        st.markdown(f"{len(store.values)} images have features")


@pytest.fixture
def page(place) -> AppTest:
    return AppTest.from_function(draw_page, default_timeout=30)


@pytest.fixture
def weights(monkeypatch) -> None:
    monkeypatch.setattr(features, "find_weights", lambda *_: Weights(Path("/weights.h5"), "weights of a test"))


def make_store(dataset, weights, cache, progress) -> FeatureStore:
    path = cache / "features.dat"
    path.touch()
    return FeatureStore(path, np.zeros((len(dataset.catalog), 1280), np.float32))


def test_features_are_computed_once_for_all_browsers(page, weights, place, monkeypatch, polls):
    calls, may_end = [], threading.Event()

    def compute(dataset, weights, cache, progress):
        calls.append(weights)
        progress(3, 10, "computing the features of MobileNetV2")
        may_end.wait(30)
        return make_store(dataset, weights, cache, progress)

    monkeypatch.setattr(features, "make_features", compute)
    page.run()
    assert "looks at each image once" in text_of(page)
    assert page.get("progress")[0].proto.text == "Computing the features of MobileNetV2 … 30%"
    assert polls == [0.5]
    other = AppTest.from_function(draw_page, default_timeout=30).run()
    assert "images" not in [element.value for element in other.markdown]
    may_end.set()
    for browser in (page, other):
        for _ in range(50):
            if "images have features" in text_of(browser.run()):
                break
        assert "64 images have features" in text_of(browser)
    assert len(calls) == 1


def test_without_weights_the_page_says_what_to_do(page, place, monkeypatch):
    tries = []

    def fail(*_):
        tries.append(1)
        raise WeightsError("The weights can't be had: connect to the internet.")

    monkeypatch.setattr(features, "find_weights", fail)
    page.run().run()
    assert [error.value for error in page.error] == ["The weights can't be had: connect to the internet."]
    assert len(tries) == 1
    button(page, "Try again").click().run()
    assert len(tries) == 2


def test_a_store_that_was_deleted_is_made_again(page, weights, place, monkeypatch):
    monkeypatch.setattr(features, "make_features", make_store)
    page.run()
    (place.cache / "features.dat").unlink()
    page.run()
    assert (place.cache / "features.dat").exists()
    assert not page.error
