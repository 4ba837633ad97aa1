"""The downloads of the Compare page: curves and scores as CSV, the charts, and a report to hand in."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from catdog.comparison import build_table
from catdog.comparison.export import curves_csv, table_csv
from catdog.export.notebook import render_notebook
from catdog.export.report import render_chart, render_report
from catdog.runs import Run
from pages.components import state
from pages.components.compare.curve_settings import CurveSettings
from pages.components.compare.curves import make_chart
from pages.components.notebook import MIME


def show_downloads(runs: Sequence[Run], names: Mapping[str, str], curves: CurveSettings) -> None:
    """Draw the buttons; each file is made when its button is pressed.

    Args:
        runs: The chosen runs.
        names: {run id: what the files call it}.
        curves: How the user wants the curves.
    """
    st.header("Download", anchor=False)
    st.markdown(
        "The **report** holds the data, settings, curves, scores and hardest images of these runs in one file to open, "
        "print or hand in. The **charts** file saves them as SVG or PNG. The **notebook** trains the same models in "
        "plain Keras, without this dashboard."
    )
    settings = state.settings()
    finished = [run for run in runs if run.finished]

    def charts() -> str:
        histories = {run.id: run.history() for run in runs}
        return render_chart(make_chart(runs, names, histories, curves), "Learning curves")

    with st.container(horizontal=True):
        _button(
            "Download report",
            lambda: render_report(settings, runs, names),
            "report.html",
            "text/html",
            "article",
            "primary",
        )
        _button("Download charts", charts, "charts.html", "text/html", "show_chart")
        if finished:
            _button(
                "Download notebook", lambda: render_notebook(finished, names, settings), "runs.ipynb", MIME, "menu_book"
            )
        _button("Download curves (CSV)", lambda: curves_csv(runs, names), "curves.csv", "text/csv", "table_rows")
        _button(
            "Download scores (CSV)", lambda: table_csv(build_table(runs, names)), "scores.csv", "text/csv", "table_rows"
        )


def _button(
    label: str, make: Callable[[], str | bytes], file_name: str, mime: str, icon: str, kind: str = "secondary"
) -> None:
    st.download_button(
        label,
        make,
        file_name,
        mime,
        key=f"download-{file_name}",
        on_click="ignore",
        icon=f":material/{icon}:",
        type=kind,
    )
