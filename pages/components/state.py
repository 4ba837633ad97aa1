"""What every page works on: the settings, the chosen data, the runs, the query parameters."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

import streamlit as st

from catdog import datasets as library
from catdog.datasets import Catalog, Dataset, photos_root
from catdog.errors import CatDogError
from catdog.models.specs import MODELS
from catdog.runs import Run, open_run
from catdog.settings import Settings
from catdog.training import ACTIVE
from pages.components import markdown
from pages.components.jobs import Jobs, wait_with_progress


def settings() -> Settings:
    """Return the settings of this server, read from its environment; UsageError if one can't be used."""
    return Settings.from_environment()


def read_number_param(name: str) -> int | None:
    """Return the whole number, 0 to 999,999, that the address bar gives under `name`, or None."""
    given = st.query_params.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 6 else None


def randomize_param(name: str) -> None:
    """Put a new random number under `name` into the address bar."""
    st.query_params[name] = str(secrets.randbelow(1_000_000))


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """Return the background work of this server, the same for every browser."""
    return Jobs()


def sources() -> list[str]:
    """Return the data sources that can be opened now: "photos" only once the photos are there."""
    where = settings()
    have_photos = photos_root(where) is not None
    return [name for name in library.list_sources(where) if have_photos or name != "photos"]


def list_selectable() -> list[str]:
    """Return the data sources to choose from: all that can be opened, and the folder that the address names."""
    known = sources()
    for named in (st.session_state.get("data"), st.query_params.get("data")):
        if named not in known and library.is_listed_folder(settings(), named):
            known.append(named)
    return known


def label_source(name: str) -> str:
    """Return what the choice of data calls a source, and the address too: an added set's name, else the source."""
    own = library.find_user_dataset(settings(), name)
    return own.name if own else name


def source() -> str:
    """Return the data source that the sidebar chose: "photos", "drawn", or the path of an added set or a folder."""
    chosen = st.session_state.get("data")
    usable = chosen in sources() or library.is_listed_folder(settings(), chosen)
    return chosen if usable else library.default_source(settings())


def describe_source(name: str) -> str:
    """Say in words which pictures a data source holds: "photos", "drawn pictures" or "pictures of NAME"."""
    own = library.find_user_dataset(settings(), name)
    words = {"photos": "photos", "drawn": "drawn pictures"}.get(name)
    return words or f"pictures of {markdown.escape(own.name if own else Path(name).name)}"


def classes() -> tuple[str, str]:
    """Return the names of the two classes of the chosen data, as plain words; cats and dogs where it can't be used."""
    try:
        first, second = catalog().classes
    except CatDogError:
        return "cats", "dogs"
    return markdown.escape(first), markdown.escape(second)


def catalog() -> Catalog:
    """Return the catalog of the chosen data, readable pictures only; DataError if it can't be used."""
    return dataset().catalog


def dataset() -> Dataset:
    """Return the chosen data, decoded behind a progress bar the first time, at once later.

    The decoding goes on in the background if the page is left or reloaded meanwhile; a change in the source's
    folders starts it again. DataError if the data can't be used.
    """
    where, chosen = settings(), source()
    key = ("dataset", where, chosen)
    known = jobs().find(key)
    if known and known.result and not known.result.catalog.root.is_dir():
        jobs().forget(key)
    job = jobs().once(key, lambda progress: library.open_dataset(where, chosen, progress), _changed(where, chosen))
    wait_with_progress(job, 0.1, "Opening the pictures …")
    if job.error is not None:
        raise job.error
    return job.result


def _changed(where: Settings, chosen: str) -> tuple[int, ...]:
    """Return when a source's folders last changed: other times mean that pictures came or went."""
    root = photos_root(where) if chosen == "photos" else Path(chosen)
    if chosen == "drawn" or root is None or not root.is_dir():
        return ()
    tops = [root, *(root / name for name in ("train", "validation") if (root / name).is_dir())]
    folders = []
    for top in tops:
        with os.scandir(top) as entries:
            folders += [Path(entry.path) for entry in entries if entry.is_dir()]
    return tuple(folder.stat().st_mtime_ns for folder in sorted({root, *folders}))


def runs() -> list[Run]:
    """Return every training run, newest first.

    A run that has ended is read again only once its folder has changed, which every write into it does: files are
    put there by renaming. So a list of 500 runs costs a page a few milliseconds.
    """
    where = settings()
    known = _runs_read()
    found = []
    with suppress(OSError), os.scandir(where.runs) as entries:
        found = [(entry.path, entry.stat().st_mtime_ns) for entry in entries if not entry.name.startswith(".")]
    listed = []
    for path, changed in found:
        stamp, run = known.get(path, (None, None))
        if run is None or stamp != changed or run.state in ACTIVE:
            try:
                run = open_run(where, Path(path).name)
            except CatDogError:
                continue
            known[path] = (changed, run)
        listed.append(run)
    return sorted(listed, key=lambda run: (run.created, run.id), reverse=True)


@st.cache_resource(show_spinner=False)
def _runs_read() -> dict[str, tuple[int, Run]]:
    return {}


def group_by_model(among: list[Run] | None = None) -> dict[str, list[Run]]:
    """Return {model: its runs, newest first} for all four models, of all runs or of those given."""
    among = runs() if among is None else among
    return {name: [run for run in among if run.config.model == name] for name in MODELS}
