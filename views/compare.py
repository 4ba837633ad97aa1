"""Lay runs side by side: their learning curves and scores, beside the notebook's."""

import streamlit as st

from catdog.charts import METRICS, Series, curves, goals_of
from catdog.comparison import baseline, data_warning, labels, latest_finished, overfitting, table
from catdog.errors import RunError
from catdog.published import CURVES
from catdog.runs import Run, open_run
from catdog.training import ACTIVE
from catdog.words import listed, percent
from views import shared
from views.zoom import zoomed_chart

SHARES = ("accuracy", "baseline")  # how the columns end that hold shares of 0..1
EVERY = 1.0  # seconds between two looks at the chosen runs that are active


def main() -> None:
    """Draw the page."""
    shared.opening(
        "Compare",
        "A learning curve shows after every epoch how often a model is right: on its training pictures (dashed) and "
        "on validation pictures that it never learns from (solid). Where the dashed line climbs away from the solid "
        "one, the model learns pictures by heart instead of learning what tells the two kinds apart.",
    )
    runs = shared.runs()
    if not runs:
        st.info(
            "The learning curves and scores of your runs will appear here, side by side. There is no run yet.",
            icon=":material/query_stats:",
        )
        if st.button("Train a first model", type="primary", icon=":material/model_training:"):
            st.switch_page("views/train.py")
        return
    chosen = _choose(runs)
    if not chosen:
        st.info("Choose one or more runs above to see their curves and scores.", icon=":material/query_stats:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        metric = st.segmented_control(
            "Metric",
            METRICS,
            default=METRICS[0],
            required=True,
            key="metric",
            bind="query-params",
            help="Accuracy is the share of right answers. Loss is what training makes small: it also counts how sure "
            "the model was of its wrong answers.",
        )
        goals = st.toggle("Goal lines", True, key="goals", bind="query-params", disabled=metric == "loss")
        notebook = st.toggle(
            "The notebook's curves", False, key="notebook", bind="query-params", disabled=metric == "loss"
        )
    active = any(run.state in ACTIVE for run in chosen)
    names = labels(runs)
    # It polls only while one of the chosen runs is active, so that its curve grows in place.
    st.fragment(_results, run_every=EVERY if active else None, key="results")(
        {run.id: names[run.id] for run in chosen},
        active,
        metric,
        goals and metric == "accuracy",
        notebook and metric == "accuracy",
    )


def _choose(runs: list[Run]) -> list[Run]:
    """Draw the choice of runs and return those chosen; the address says which, by id, so that a link shows the same."""
    names = labels(runs)
    asked = st.query_params.get_all("run")
    gone = [one for one in asked if one and one not in names]
    if gone:
        st.warning(
            f"The address asks for {listed([shared.plain(one[:40]) for one in gone[:3]])}, but there is no such run: "
            "it may have been deleted.",
            icon=":material/link_off:",
        )
    chosen = [one for one in asked or st.session_state.get("compared-before", ()) if one in names]
    if not chosen and asked != [""]:
        here = [run for run in runs if run.config.source == shared.source()]
        chosen = [run.id for run in latest_finished(here) or latest_finished(runs) or runs[:1]]
    st.session_state["compared"] = chosen
    st.multiselect(
        "Runs",
        list(names),
        format_func=lambda one: names.get(one, one),
        key="compared",
        on_change=_remember,
        placeholder="Choose runs",
    )
    by_id = {run.id: run for run in runs}
    return [by_id[one] for one in st.session_state["compared"]]


def _remember() -> None:
    chosen = st.session_state["compared"]
    st.session_state["compared-before"] = chosen  # for a visit to another page, which clears the address
    st.query_params["run"] = chosen or [""]


def _results(names: dict[str, str], active: bool, metric: str, goals: bool, notebook: bool) -> None:
    """Draw the chart, the table and what they say; runs by itself every second while one of the runs is active.

    names: {run id: name} of the chosen runs.
    """
    try:
        runs = [open_run(shared.settings(), one) for one in names]
    except RunError:
        st.rerun()  # one was deleted meanwhile
    if active and not any(run.state in ACTIVE for run in runs):
        st.rerun()  # the last one has ended: the whole page shows its scores, and stops polling
    warning = data_warning(runs, names)
    if warning:
        st.warning(shared.plain(warning), icon=":material/warning:")
    histories = {run.id: run.history() for run in runs}
    _chart(runs, names, histories, metric, goals, notebook)
    st.header("Scores", anchor=False)
    _table(runs, names)
    _notes(runs)
    verdicts = {names[run.id]: overfitting(histories[run.id], baseline(run)) for run in runs}
    if any(verdicts.values()):
        st.header("Does it overfit?", anchor=False)
        st.markdown("\n".join(f"- **{shared.plain(name)}**: {words}" for name, words in verdicts.items() if words))


def _chart(
    runs: list[Run],
    names: dict[str, str],
    histories: dict[str, dict[str, list[float]]],
    metric: str,
    goals: bool,
    notebook: bool,
) -> None:
    series = [
        Series(names[run.id], run.config.model, histories[run.id], run.config.epochs if run.state in ACTIVE else 0)
        for run in runs
    ]
    models = {run.config.model for run in runs}
    on_photos = {run.config.model for run in runs if run.config.source == "photos"}
    baselines = {round(share, 4) for run in runs if (share := baseline(run)) is not None}
    chart = curves(
        series,
        metric,
        goals_of(sorted(on_photos), baselines.pop() if len(baselines) == 1 else None) if goals else (),
        {name: CURVES[name] for name in sorted(models)} if notebook else None,
    )
    best = [f"{names[run.id]}, best validation accuracy {percent(run.best_val_accuracy)}" for run in runs]
    alt = f"{metric.capitalize()} by epoch, training and validation, of {'; '.join(best)}."
    zoomed_chart(chart, f"curves-{metric}", alt)


def _table(runs: list[Run], names: dict[str, str]) -> None:
    column = st.column_config
    share = {"format": "%.1f %%"}
    rows = [
        {key: 100 * value if key.endswith(SHARES) and value is not None else value for key, value in row.items()}
        for row in table(runs, names)
    ]
    st.dataframe(
        rows,
        hide_index=True,
        placeholder="–",
        height="content",
        alt="Scores of the chosen runs beside the published ones",
        column_config={
            "run": column.TextColumn("Run", pinned=True),
            "model": "Model",
            "data": "Data",
            "best_val_accuracy": column.NumberColumn(
                "Best validation", help="Best accuracy on the validation pictures.", **share
            ),
            "best_epoch": column.NumberColumn("in epoch", format="%d"),
            "test_accuracy": column.NumberColumn("Test", help="Accuracy on the test pictures.", **share),
            "published_val_accuracy": column.NumberColumn("Notebook: validation", **share),
            "published_test_accuracy": column.NumberColumn("Notebook: test", **share),
            "baseline": column.NumberColumn(
                "Baseline", help="Always guessing the most frequent class of the run's training pictures.", **share
            ),
            "parameters": column.NumberColumn("Parameters", format="localized"),
            "seconds": column.NumberColumn("Time", format="%.0f s", help="Training and validation, in seconds."),
            "state": "State",
        },
    )


def _notes(runs: list[Run]) -> None:
    """Say what the published figures belong to, what the test score means, and how little a few pictures decide."""
    if any(run.config.source != "photos" for run in runs):
        st.caption(
            ":material/info: The goals and the notebook's curves and scores belong to the cat and dog photos: runs on "
            "other data have no goal line, and can't be compared with the notebook."
        )
    sizes = {((run.evaluation or {}).get("test") or {}).get("photos") for run in runs} - {None, 0}
    if not sizes:
        st.caption("The test accuracy follows once a run has ended.")
        return
    number = min(sizes)
    st.caption(
        "The test pictures were set aside once and never overlap with those of training and validation; the "
        "notebook drew its test photos from a set that it shuffled anew at every pass, so some of them leaked into "
        f"validation. {number:,} pictures decide little: each is worth {100 / number:.1f} points, and a difference of "
        "one or two points between two runs can be luck."
    )


main()
