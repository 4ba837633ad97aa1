"""Did it help? The button in the view "Clean" that measures what all decisions together have brought."""

from collections.abc import Hashable

import streamlit as st

from catdog.charts import CONFIG
from catdog.charts.gain import plot_gain
from catdog.datasets import Catalog
from catdog.datasets.exclusions import EXCLUDED
from catdog.datasets.labels import with_labels
from catdog.errors import CatDogError
from catdog.features.gain import Gain, describe_accuracy, describe_gain, measure_gain
from catdog.features.store import FeatureStore
from pages.components import jobs, markdown, state
from pages.components.explore.doubt_round import identify_labels

PATIENCE = 0.2
HOW = """
- Twenty times, a fifth of the photos is held out at random. A model is fitted to the others as they were before all
  decisions, and one as they are now. Each dot is one such pair.
- Both are scored on the same held-out photos, of those that nobody relabelled or excluded. So no decision can flatter
  itself.
- The error is the Brier score: the mean squared distance of the probability from the label. 0 is perfect, 0.25 is
  guessing. It sees more than accuracy, which a few wrong labels among thousands hardly move.
- The training photos of the 20 pairs overlap, so the interval is made wider (Nadeau and Bengio, 2003). If it includes
  zero, chance may be all there is to it.
- It says nothing of the photos that were changed. Whether a label was right, only a person can tell.
"""


def draw_helped(catalog: Catalog, store: FeatureStore) -> None:
    """Draw the button, and the answer once it was measured for the labels of now.

    Args:
        catalog: The images, with what is excluded marked.
        store: Their features.
    """
    changed = len(set(catalog.corrected).union(catalog.paths[row] for row in catalog.indices(EXCLUDED)))
    key = ("gain", store.path, *identify_labels(catalog))
    st.button(
        "Did it help?",
        type="primary",
        icon=":material/science:",
        on_click=_measure,
        args=(key, catalog, store),
        disabled=not changed,
        help="Relabel or exclude a photo first." if not changed else None,
    )
    job = state.jobs().find(key)
    if job is None:
        photos = "1 photo" if changed == 1 else f"{changed:,} photos"
        st.caption(
            f"Compares a model before and after, with {photos} changed." if changed else "Nothing to compare yet."
        )
        return
    jobs.wait_with_progress(job, PATIENCE, "Fitting the model before and after …")
    if isinstance(job.error, CatDogError):
        st.error(markdown.escape(str(job.error)), icon=":material/error:")
    elif job.error is not None:
        raise job.error
    else:
        _draw_answer(job.result)


def _measure(key: Hashable, catalog: Catalog, store: FeatureStore) -> None:
    state.jobs().forget_where(lambda other, job: other[:2] == key[:2] and not job.active)  # of labels as they were
    before, used = with_labels(catalog, ()).labels, catalog.splits != EXCLUDED
    state.jobs().reuse_or_start(
        key, lambda progress: measure_gain(store.values, before, catalog.labels, used, progress)
    )


def _draw_answer(gain: Gain) -> None:
    icon = {1: "trending_up", 0: "trending_flat", -1: "trending_down"}[gain.verdict]
    st.markdown(f":material/{icon}: **{describe_gain(gain)}** {describe_accuracy(gain)}")
    st.plotly_chart(
        plot_gain(gain),
        key="gain-chart",
        config={**CONFIG, "displayModeBar": False},
        alt=f"The difference of {len(gain.differences)} splits. {describe_gain(gain)}",
    )
    with st.expander("How this is measured", icon=":material/help:"):
        st.markdown(HOW)
