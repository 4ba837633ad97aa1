"""Six validation photos and what a run answers about them, which changes after every epoch."""

from contextlib import suppress

import streamlit as st

from catdog.datasets import Dataset
from catdog.errors import CatDogError, ImageError
from catdog.runs import Run
from catdog.training.sample import Sample, choose_sample, printable
from catdog.utils.text import format_percent
from pages.components import markdown, state
from pages.components.thumbnails import make_tile

SIDE = 220  # pixels of a tile
ELSEWHERE = "Choose this run's data in the sidebar to see six of its validation photos here."


def show_sample(run: Run, epoch: int | None = None) -> None:
    """Draw six validation photos of a run with its answers.

    Args:
        run: The run.
        epoch: After which epoch; None for the last one that there is.
    """
    dataset = _find_dataset(run)
    if dataset is None:
        st.caption(ELSEWHERE)
        return
    sample = run.sample() or _choose(dataset)
    tiles = _make_tiles(dataset.catalog.fingerprint, sample.paths, dataset)
    epochs = [number for number in sample.answers if epoch is None or number <= epoch]
    st.caption(
        _describe_moment(epochs, run.config.quick),
        help="Six photos that the model never learns from, the same in every run.",
    )
    classes = run.classes or dataset.catalog.classes
    grid = st.grid(3, min_column_width=84, gap="xsmall")
    for index, tile in enumerate(tiles):
        with grid.cell(), st.container(gap=None):
            label = classes[sample.labels[index]]
            now, before = (_describe_answer(sample, epochs[place:][:1], index, classes) for place in (-1, -2))
            if tile is None:
                st.caption(":material/broken_image:")
            else:
                st.image(
                    tile,
                    width="stretch",
                    alt=f"Validation photo {index + 1}, labelled {label}: {now or 'no answer yet'}",
                )
            st.markdown(f"**{now or '…'}**")
            st.caption(f"was {before[2:]}" if len(epochs) > 1 else "&nbsp;")


def _describe_moment(epochs: list[int], quick: bool) -> str:
    if not epochs:
        return "What will it say about these validation photos?"
    if quick:
        return "Its answers"
    when = f"after epoch {epochs[-1]}" if epochs[-1] else "before it has learned anything"
    return f"Its answers {when}"


def _describe_answer(sample: Sample, epochs: list[int], index: int, classes: tuple[str, str]) -> str:
    """Return an answer as Markdown, with a sign for right or wrong; "" where there is none."""
    if not epochs:
        return ""
    probability = sample.answers[epochs[0]][index]
    answer = int(probability > 0.5)
    sign = "✓" if answer == sample.labels[index] else "✗"
    share = max(probability, 1 - probability)
    percent = format_percent(share, 0) if share < 0.99 else f"> {format_percent(0.99, 0)}"
    return f"{sign} {markdown.escape(f'{classes[answer]} {percent}')}"


def _find_dataset(run: Run) -> Dataset | None:
    """Return the data of a run if they are the chosen ones, as they were."""
    if run.config.source != state.source():
        return None
    with suppress(CatDogError):
        dataset = state.dataset()
        if run.fingerprint in ("", dataset.catalog.fingerprint):
            return dataset
    return None


def _choose(dataset: Dataset) -> Sample:
    """Return the images that a run is going to be asked about, before it says so."""
    try:
        catalog = state.training_catalog(dataset)
    except CatDogError:
        catalog = dataset.catalog
    rows = choose_sample(catalog)
    return Sample(tuple(printable(catalog.paths[row]) for row in rows), tuple(map(int, catalog.labels[rows])))


@st.cache_data(max_entries=20, show_spinner=False)
def _make_tiles(fingerprint: str, paths: tuple[str, ...], _dataset: Dataset) -> list[bytes | None]:
    """Return a tile of each image, None for one that is gone."""
    rows = {printable(path): row for row, path in enumerate(_dataset.catalog.paths)}
    tiles: list[bytes | None] = []
    for path in paths:
        try:
            tiles.append(make_tile(_dataset.image(rows[path]), SIDE, SIDE, crop=True))
        except (KeyError, ImageError):
            tiles.append(None)
    return tiles
