"""The ladder on the Overview page: the reference course's scores, and the user's own as dots."""

from collections.abc import Mapping

import streamlit as st

from catdog.charts import CONFIG, Rung, plot_ladder
from catdog.comparison import label_runs
from catdog.models.specs import MODELS
from catdog.runs import Run
from catdog.utils.text import format_percent
from pages.components.glossary import with_links
from pages.components.zoomable_chart import shared_chart

MOST = 50  # dots of one model: the newest


def draw_ladder(by_model: Mapping[str, list[Run]], baseline: float, on_photos: str) -> None:
    """Draw the ladder.

    Args:
        by_model: {model: its runs on the data in use, newest first}.
        baseline: Accuracy of always guessing the most frequent class, 0..1.
        on_photos: Words that the reference course's scores are for photos, "" where photos are the data in use.
    """
    names = label_runs([run for runs in by_model.values() for run in runs])
    rungs = [Rung("guessing", baseline)]
    for name, spec in MODELS.items():
        scored = [run for run in by_model[name] if run.selection_accuracy is not None][:MOST]
        scores = tuple((names[run.id], run.selection_accuracy) for run in scored)
        rungs.append(Rung(name, spec.published.best_val_accuracy, scores))
    with st.container(key="ladder"):
        st.plotly_chart(
            shared_chart(plot_ladder, rungs),
            key="ladder-chart",
            config={**CONFIG, "displayModeBar": False},
            alt="Validation accuracy: " + "; ".join(map(_describe, rungs)) + ".",
        )
        st.caption(with_links(f"Validation accuracy. Steps: the reference course{on_photos}. Dots: your runs."))


def _describe(rung: Rung) -> str:
    text = f"{rung.name} {format_percent(rung.reference, 0)}"
    return f"{text}, yours {format_percent(max(score for _, score in rung.scores))}" if rung.scores else text
