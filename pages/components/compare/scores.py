"""The table of scores on the Compare page, what its numbers are worth, and the settings in which the runs differ."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from catdog.comparison import diff_settings, find_best_cells
from catdog.evaluation import INTERVAL, describe_smallest_differences
from catdog.runs import Run
from catdog.utils.text import format_size

BEST = "background-color: rgba(128, 128, 128, 0.22)"


def _format_whole(value: float) -> str:
    return f"{value:,.0f}"


def _format_share(value: float) -> str:
    return f"{value:.1f}%"


def _format_loss(value: float) -> str:
    return f"{value:.3f}"


#: {column: (heading, function that formats a value, what the heading's question mark says)}
COLUMNS: dict[str, tuple[str, Callable[[Any], str], str | None]] = {
    "parameters": ("Parameters", _format_whole, "The numbers that the model consists of."),
    "val_accuracy": (
        "Validation",
        _format_share,
        "The kept model's accuracy on the validation images, scored once in float32. These images chose the epoch, so "
        "it is slightly optimistic.",
    ),
    "test_accuracy": ("Test", _format_share, "The same model on the test images, which were used for nothing else."),
    "interval": (
        "95% interval",
        str,
        INTERVAL,
    ),
    "test_loss": ("Test loss", _format_loss, "Cross-entropy on the test images: being confident and wrong costs most."),
    "best_val_accuracy": (
        "Best of all epochs",
        _format_share,
        "The highest validation accuracy of all epochs, measured while training. It is optimistic, since the luckiest "
        "epoch is picked by that very number.",
    ),
    "best_epoch": ("in epoch", _format_whole, None),
    "published_val_accuracy": (
        "Reference: validation",
        _format_share,
        "The reference course's best.",
    ),
    "published_test_accuracy": ("Reference: test", _format_share, None),
    "published_test_loss": ("Reference: test loss", _format_loss, None),
    "last_val_accuracy": (
        "Last validation",
        _format_share,
        "The accuracy on the validation images after the last epoch, measured while training.",
    ),
    "baseline": ("Baseline", _format_share, "Always guessing the most frequent class of the run's training images."),
    "trainable_parameters": ("Trainable", _format_whole, "Those of them that training changes; the others are frozen."),
    "file_bytes": ("File", format_size, "The size of the model's file."),
    "seconds": ("Time", lambda value: f"{value:,.0f} s", "Training and validation, in seconds."),
    "seconds_an_epoch": ("An epoch", lambda value: f"{value:,.2f} s", "Seconds an epoch, on average."),
    "memory_bytes": ("Memory", format_size, "The most memory that the training took."),
}
SHARES = ("accuracy", "baseline")  # how the columns end that hold shares of 0..1


def show_scores(rows: Sequence[Mapping[str, Any]]) -> None:
    """Draw all columns of catdog.comparison.build_table or average_rows; the best value of each column has a star."""
    table = pd.DataFrame([_format_row(row) for row in rows]).style
    for column, (_, format_value, _) in COLUMNS.items():
        table = table.format(format_value, subset=[column], na_rep="–")
    best = find_best_cells(rows)
    for row, column in best:
        cell, format_value = pd.IndexSlice[[row], [column]], COLUMNS[column][1]
        table = table.format(lambda value, format_value=format_value: f"★ {format_value(value)}", subset=cell)
        table = table.map(lambda _: BEST, subset=cell)
    for row, column, words in _list_ranges(rows, best):
        table = table.format(lambda _, words=words: words, subset=pd.IndexSlice[[row], [column]])
    headings = {name: st.column_config.Column(title, help=help_text) for name, (title, _, help_text) in COLUMNS.items()}
    st.dataframe(
        table,
        hide_index=True,
        placeholder="–",
        height="content",
        alt="All scores of the chosen runs beside those of the reference course",
        column_config={
            "run": st.column_config.Column("Run", pinned=True),
            "model": "Model",
            **headings,
            "data": "Data",
            "state": "State",
        },
    )


def _list_ranges(
    rows: Sequence[Mapping[str, Any]], best: Collection[tuple[int, str]]
) -> Iterator[tuple[int, str, str]]:
    """Yield (index of the row, column, mean and range in words) of each cell that stands for several seeds."""
    for index, row in enumerate(rows):
        for column, bounds in row.get("ranges", {}).items():
            if column in COLUMNS:
                factor, format_value = 100 if column.endswith(SHARES) else 1, COLUMNS[column][1]
                mean, low, high = (format_value(factor * value) for value in (row[column], *bounds))
                star = "★ " if (index, column) in best else ""
                yield index, column, f"{star}{mean} ({low} to {high})"


def _format_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as the table holds it: shares as percentages, the interval in words, in the order of COLUMNS."""
    values = {"run": row["run"], "model": row["model"]}
    for column in COLUMNS:
        if column == "interval":
            tested = row["test_low"] is not None
            value = f"{100 * row['test_low']:.1f} to {100 * row['test_high']:.1f}%" if tested else "–"
        else:
            value = row[column]
            # rounded, since screen readers read the whole number
            value = round(100 * value, 2) if column.endswith(SHARES) and value is not None else value
        values[column] = value
    return values | {"data": row["data"], "state": row["state"]}


def explain_scores(runs: Sequence[Run], rows: Sequence[Mapping[str, Any]]) -> None:
    """Say what the reference course's figures belong to, what the test score means, and what it can show."""
    sentences = []
    if find_best_cells(rows):
        sentences.append(
            "★ marks the best validation accuracy, file, time and memory, but no test score: choose a run by "
            "validation, or its test score becomes optimistic too."
        )
    if any("ranges" in row for row in rows):
        sentences.append(
            "Of several seeds the table gives the mean and, in parentheses, the lowest and the highest. Such runs "
            "differ by luck only, and another seed may well fall outside this range."
        )
    if any(run.config.source != "photos" for run in runs):
        sentences.append(
            "The goals and the reference course's scores belong to the cat and dog photos. Runs on other data have no "
            "goals and can't be compared with the reference course."
        )
    sizes = {row["test_photos"] for row in rows} - {None, 0}
    if sizes:
        sentences += [
            "The test images never overlap with those of training and validation. In the reference course some test "
            "photos were validation photos too.",
            f"{describe_smallest_differences(min(sizes))} Whether one model is more accurate than another is for the "
            "test on the same images further down, not for whether their intervals overlap.",
            INTERVAL,
        ]
    else:
        sentences.append("The test accuracy follows once a run has ended.")
    st.markdown("\n".join(f"- {sentence}" for sentence in sentences))


def show_settings(runs: Sequence[Run], names: Mapping[str, str]) -> None:
    """Draw the settings in which the runs differ; nothing for a single run, a sentence if they differ in none."""
    if len(runs) < 2:
        return
    differences = diff_settings(runs)
    st.header("Different settings", anchor=False)
    if not differences:
        st.caption("Only the model differs: all other settings of these runs are the same.")
        return
    rows = [
        {"setting": name, **{run.id: value for run, value in zip(runs, values, strict=True)}}
        for name, values in differences.items()
    ]
    st.dataframe(
        rows,
        hide_index=True,
        height="content",
        alt="The settings in which the chosen runs differ",
        column_config={
            "setting": st.column_config.Column("Setting", pinned=True),
            **{run.id: names[run.id] for run in runs},
        },
    )
