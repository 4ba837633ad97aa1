"""Guess first: the user says which class 20 photos show, labels hidden, and then stands beside the models.

The address holds the round and every guess, so a reload goes on where it was, and Back takes the last guess back.
"""

import secrets

import numpy as np
import streamlit as st

from catdog.comparison import label_runs, select_latest_finished
from catdog.datasets import TEST, Dataset
from catdog.errors import ImageError, RunError, UsageError
from catdog.evaluation import accuracy_interval
from catdog.evaluation.guessing import ROUND, check_round, draw_round, parse_guesses
from catdog.runs import Run
from catdog.utils.text import format_percent, join_names
from pages.components import markdown, page, state
from pages.components.styles import apply_styles
from pages.components.thumbnails import fit_jpeg, to_data_url

MODE, GUESS = "mode", "guess"  # in the address: mode=guess
NUMBER, GUESSES = "round", "guesses"
KEYS = ("Left", "Right")  # of the keyboard, for class 0 and class 1; Streamlit keeps C and R for itself
LARGE, SMALL = (800, 600), (240, 180)  # pixels
LOOK = """
.st-key-guess-photo img { height: min(24rem, 46vh); object-fit: contain; border-radius: 0; }
.st-key-guess-results img { aspect-ratio: 4 / 3; object-fit: contain; object-position: left bottom; border-radius: 0; }
"""


def is_guessing() -> bool:
    """Return whether the address asks for this mode."""
    return st.query_params.get(MODE) == GUESS


def start_round() -> None:
    """Begin a new round, as the click on a button does."""
    st.query_params.update({MODE: GUESS, NUMBER: str(secrets.randbelow(1_000_000))})
    st.query_params.pop(GUESSES, None)


def stop_guessing() -> None:
    """Go back to browsing, as the click on a button does."""
    for name in (MODE, NUMBER, GUESSES):
        st.query_params.pop(name, None)


def list_guess_faults() -> list[str]:
    """Return a sentence for each query parameter of this mode that can't be used."""
    params = st.query_params
    faults = page.describe_invalid_word(MODE, params.get(MODE, GUESS), (GUESS,))
    if NUMBER in params and state.read_number_param(NUMBER) is None:
        faults.append(f"The round is {params[NUMBER][:40]!r}, but must be a whole number from 0 to 999,999.")
    try:
        parse_guesses(params.get(GUESSES, ""))
    except UsageError as error:
        faults.append(str(error))
    return faults


def draw_guessing(dataset: Dataset) -> None:
    """Draw the next photo with a button for each class or, after the last one, who was right about what."""
    apply_styles(LOOK)
    rows = draw_round(dataset.catalog.splits, state.read_number_param(NUMBER) or 0)
    if len(rows) == 0:
        st.info("This data has no validation or test photos to guess.", icon=":material/search_off:")
        st.button("Back to browsing", on_click=stop_guessing)
        return
    guesses = _read_guesses()[: len(rows)]
    if len(guesses) < len(rows):
        _draw_question(dataset, rows, guesses)
    else:
        _draw_result(dataset, rows, np.array(guesses))


def _read_guesses() -> list[int]:
    try:
        return parse_guesses(st.query_params.get(GUESSES, ""))
    except UsageError:
        return []


def _draw_question(dataset: Dataset, rows: np.ndarray, guesses: list[int]) -> None:
    number, count, classes = len(guesses), len(rows), dataset.catalog.classes
    st.progress(number / count, text=f"Photo {number + 1} of {count}")
    with st.container(key="guess-photo"):
        url = _make_url(dataset, int(rows[number]), LARGE)
        if url is None:
            st.warning(
                "This photo's file can't be read any more: choose either answer.", icon=":material/broken_image:"
            )
        else:
            st.image(url, width="stretch", alt=f"Photo {number + 1} of {count}, its label hidden")
    for label, cell in enumerate(page.row(2, 120)):
        cell.button(
            markdown.escape(classes[label]),
            key=f"guess-{label}",
            on_click=_guess,
            args=(number, label),
            shortcut=KEYS[label],
            type="primary",
            width="stretch",
        )
    with st.container(horizontal=True, gap="small"):
        st.button("Undo", on_click=_undo, icon=":material/undo:", disabled=not number, shortcut="Backspace")
        st.button("Stop guessing", on_click=stop_guessing, icon=":material/close:")


def _guess(number: int, label: int) -> None:
    """Note a guess, unless this photo has one already, as where a key is held down."""
    guesses = _read_guesses()
    if len(guesses) == number:
        st.query_params[GUESSES] = "".join(map(str, [*guesses, label]))


def _undo() -> None:
    st.query_params[GUESSES] = "".join(map(str, _read_guesses()[:-1]))


def _draw_result(dataset: Dataset, rows: np.ndarray, guesses: np.ndarray) -> None:
    catalog, count = dataset.catalog, len(rows)
    labels = catalog.labels[rows]
    by_name = {"You": guesses == labels} | _check_models(dataset, rows)
    st.header(f"You were right about {int(by_name['You'].sum())} of {count} photos", anchor=False)
    for (name, right), cell in zip(by_name.items(), page.row(len(by_name), 130), strict=True):
        cell.metric(markdown.escape(name), format_percent(right.mean(), 0), border=True)
        cell.caption(f"{int(right.sum())} of {count} right")
    if len(by_name) == 1:
        st.caption("Once a model is trained on this data, its accuracy on the same photos stands beside yours.")
    low, high = (format_percent(end, 0) for end in accuracy_interval(int(by_name["You"].sum()), count))
    st.markdown(
        f"{count} photos say little: on many photos like these you would be right about {low} to {high} of the time "
        f"(95% confidence interval). A lead of one or two photos may be luck."
    )
    with st.container(horizontal=True, gap="small"):
        st.button("Guess another round", on_click=start_round, type="primary", icon=":material/casino:")
        st.button("Undo the last guess", on_click=_undo, icon=":material/undo:")
        st.button("Back to browsing", on_click=stop_guessing, icon=":material/photo_library:")
    _draw_answers(dataset, rows, guesses, by_name)


def _draw_answers(dataset: Dataset, rows: np.ndarray, guesses: np.ndarray, by_name: dict[str, np.ndarray]) -> None:
    """Draw the photos with their labels, those first about which somebody was wrong."""
    catalog = dataset.catalog
    wrong_counts = len(by_name) - sum(right.astype(int) for right in by_name.values())
    with st.container(key="guess-results"):
        grid = st.grid(5, min_column_width=110, gap="small")
        for place in np.argsort(-wrong_counts, kind="stable").tolist():
            row, label = int(rows[place]), int(catalog.labels[rows[place]])
            name = catalog.classes[label]
            wrong = [who if who != "You" else "you" for who, right in by_name.items() if not right[place]]
            with grid.cell(), st.container(gap="xxsmall"):
                url = _make_url(dataset, row, SMALL)
                if url is not None:
                    guess = catalog.classes[int(guesses[place])]
                    st.image(url, width="stretch", alt=f"A photo labelled {name}; you said {guess}")
                st.markdown(f":{page.CLASS_COLOURS[label]}-badge[{markdown.escape(name)}]")
                st.caption(
                    f":material/close: wrong: {markdown.escape(join_names(wrong))}"
                    if wrong
                    else ":material/check: nobody wrong"
                )


def describe_split(dataset: Dataset) -> str:
    """Return in a sentence which photos are guessed, and why."""
    rows = draw_round(dataset.catalog.splits, state.read_number_param(NUMBER) or 0)
    splits = "test" if (dataset.catalog.splits[rows] == TEST).all() else "test and validation"
    return (
        f"Say what each of {len(rows) or ROUND} {splits} photos shows, then see how the models did on the same ones. "
        f"No model has learned from {splits} photos."
    )


def _check_models(dataset: Dataset, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Return {name: which images it predicted correctly} of the newest finished run of each model on this data."""
    catalog = dataset.catalog
    runs = select_latest_finished([run for run in state.runs() if run.fingerprint == catalog.fingerprint])
    names, answers = label_runs(runs), {}
    paths = tuple(catalog.paths[row] for row in rows)
    labels = tuple(catalog.labels[rows].tolist())
    for run in runs:
        try:
            modified = run.files.predictions.stat().st_mtime_ns
        except OSError:  # it stored none, or was deleted at this moment
            continue
        right = _check_model(str(run.folder), modified, catalog.classes, paths, run, labels)
        if right is not None:
            answers[names[run.id]] = right
    return answers


@st.cache_data(max_entries=200, show_spinner=False)
def _check_model(
    folder: str, modified: int, classes: tuple[str, str], paths: tuple[str, ...], _run: Run, labels: tuple[int, ...]
) -> np.ndarray | None:
    try:
        return check_round(_run.predictions(classes), paths, np.array(labels))
    except RunError:  # its predictions are damaged, which other pages say
        return None


def _make_url(dataset: Dataset, row: int, size: tuple[int, int]) -> str | None:
    """Return an image as a data: URL, which unlike its path does not tell the label; None if it can't be read."""
    catalog = dataset.catalog
    return _read_url(catalog.fingerprint, str(catalog.root / catalog.paths[row]), size, dataset, row)


@st.cache_data(max_entries=200, show_spinner=False)
def _read_url(fingerprint: str, path: str, size: tuple[int, int], _dataset: Dataset, row: int) -> str | None:
    try:
        return to_data_url(fit_jpeg(_dataset.image(row), *size))
    except ImageError:
        return None
