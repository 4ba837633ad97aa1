"""What every page works on: the settings, the chosen data, the runs, the query parameters."""

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import streamlit as st

from catdog import datasets as library
from catdog.datasets import Catalog, Dataset, photos_root
from catdog.datasets.corrections import list_corrections
from catdog.datasets.exclusions import list_excluded, without_images
from catdog.datasets.labels import with_corrections
from catdog.errors import CatDogError
from catdog.models.specs import MODELS
from catdog.runs import DamagedRun, Run
from catdog.runs.store import is_run_entry, read_entry, sort_entries
from catdog.settings import Settings
from catdog.training import ACTIVE
from pages.components import markdown
from pages.components.identity import is_owner, person
from pages.components.jobs import Jobs
from pages.components.opened_data import KEY, open_data
from pages.components.serving import started

Entry = TypeVar("Entry", Run, Run | DamagedRun)

_INPUTS = "inputs-of-"  # begins the session's key of the keys of a page's inputs


def settings() -> Settings:
    """Return the settings of this server, as they were when it started.

    Raises:
        UsageError: A page was started by itself, and not the dashboard.
    """
    return started().settings


def read_number_param(name: str) -> int | None:
    """Return the query parameter `name` as a whole number from 0 to 999,999, or None where it is none."""
    text = st.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None


def randomize_param(name: str) -> None:
    """Set the query parameter `name` to a new random number."""
    st.query_params[name] = str(secrets.randbelow(1_000_000))


def note_inputs(page: str, keys: Iterable[str]) -> None:
    """Note the keys of a page's inputs, which Streamlit keeps while other pages are shown, for `forget_inputs`."""
    st.session_state[_INPUTS + page] = tuple(keys)


def forget_inputs(page: str, keys: Iterable[str] = ()) -> None:
    """Forget what was chosen on a page, so that only the address says what its inputs hold when it is opened next.

    Without this, what was chosen before wins over an address that names the usual value or nothing.

    Args:
        page: Its name.
        keys: Of inputs that count besides those of `note_inputs`.
    """
    for key in (*keys, *st.session_state.get(_INPUTS + page, ())):
        st.session_state.pop(key, None)


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """Return the background work of this server, the same for every browser."""
    return Jobs()


def sources() -> list[str]:
    """Return the data sources that can be opened now: "photos" only once the photos are there."""
    have_photos = photos_root(settings()) is not None
    return [name for name in library.list_sources(settings()) if have_photos or name != "photos"]


def list_selectable() -> list[str]:
    """Return the data sources to choose from: all that can be opened, and the folder that the address names."""
    selectable = sources()
    for source in (st.session_state.get("data"), st.query_params.get("data")):
        if source not in selectable and library.is_listed_folder(settings(), source):
            selectable.append(source)
    return selectable


def label_source(name: str) -> str:
    """Return what the choice of data and the address call a source: a user dataset's name, else the source itself."""
    user_dataset = library.find_user_dataset(settings(), name)
    return user_dataset.name if user_dataset else name


def source() -> str:
    """Return the data source that the sidebar chose: "photos", "drawn", or the path of a user dataset or a folder."""
    chosen = st.session_state.get("data")
    usable = chosen in sources() or library.is_listed_folder(settings(), chosen)
    return chosen if usable else library.default_source(settings())


def describe_source(name: str) -> str:
    """Return which images a data source holds, as Markdown: "photos", "drawn images" or "images of NAME"."""
    user_dataset = library.find_user_dataset(settings(), name)
    words = {"photos": "photos", "drawn": "drawn images"}.get(name)
    return words or f"images of {markdown.escape(user_dataset.name if user_dataset else Path(name).name)}"


def classes() -> tuple[str, str]:
    """Return the names of the two classes of the chosen data, escaped; cats and dogs where it can't be used."""
    try:
        first, second = catalog().classes
    except CatDogError:
        return "cats", "dogs"
    return markdown.escape(first), markdown.escape(second)


def catalog() -> Catalog:
    """Return the catalog of the chosen data, of its readable images only.

    Raises:
        DataError: The data can't be used.
    """
    return dataset().catalog


def dataset() -> Dataset:
    """Return the chosen data, see `opened_data.open_data`.

    Raises:
        DataError: The data can't be used.
    """
    return _with_labels_of_today(open_data(jobs(), settings(), source()).dataset)


def _with_labels_of_today(opened: Dataset) -> Dataset:
    """Return a dataset that may have been opened a while ago, with the labels as they are corrected by now."""
    return with_corrections(opened, list_corrections(settings(), opened.catalog).changed)


def has_source(name: str) -> bool:
    """Return whether a data source, chosen or not, can still be opened."""
    return name in sources() or library.is_listed_folder(settings(), name)


def reread_dataset(name: str | None = None) -> Dataset:
    """Return a dataset, opened anew if one of its files has been changed in place.

    That takes a look at every file, so only what acts on the data calls this.

    Args:
        name: A data source that `has_source`; None for the chosen one.

    Raises:
        DataError: The data can't be used.
    """
    chosen = source() if name is None else name
    if not open_data(jobs(), settings(), chosen).has_same_files:
        jobs().forget((KEY, settings(), chosen))
    return _with_labels_of_today(open_data(jobs(), settings(), chosen).dataset)


def training_catalog(opened: Dataset | None = None) -> Catalog:
    """Return the catalog of the chosen data without what is excluded, as runs learn from it.

    Args:
        opened: The chosen data, if they are open already.

    Raises:
        DataError: The data can't be used, or too many images are excluded.
    """
    opened = opened or dataset()
    excluded = list_excluded(settings(), opened.catalog)
    return without_images(opened, excluded).catalog


def runs() -> list[Run]:
    """Return every training run, newest first; those that are damaged are passed over."""
    return [entry for entry in run_entries() if isinstance(entry, Run)]


def run_entries() -> list[Run | DamagedRun]:
    """Return every training run, newest first, then the damaged ones.

    A run that has ended is read again only once its folder or one of its JSON files has changed, so that a list of 500
    runs costs a page a few milliseconds.
    """
    current = settings()
    cache = _run_cache()
    paths = []
    with suppress(OSError), os.scandir(current.runs) as entries:
        paths = [entry.path for entry in entries if is_run_entry(entry)]
    listed = []
    for path in paths:
        files = (path, *(f"{path}/{name}.json" for name in ("config", "status", "evaluation")))
        modified = tuple(map(_modified, files))
        cached_at, run = cache.get(path, (None, None))
        if run is None or cached_at != modified or run.state in ACTIVE:
            run = read_entry(current, Path(path))
            if isinstance(run, Run):
                cache[path] = (modified, run)
        listed += [run] if run else []
    for gone in set(cache).difference(paths):
        cache.pop(gone, None)
    return sort_entries(_leave_out_private(listed))


def _leave_out_private(entries: list[Entry]) -> list[Entry]:
    """Leave out what this person may not see: where runs are private, those of others that are not shared."""
    if not (settings().private_runs and started().auth is not None) or is_owner():
        return entries
    email = person()
    return [
        entry
        for entry in entries
        if (email and entry.owned.by == email) or (isinstance(entry, Run) and (entry.shared or not entry.owned.by))
    ]


def list_known_runs() -> list[Run]:
    """Return the runs that this person may see, as a page has listed them last, in no order."""
    return _leave_out_private([run for _, run in list(_run_cache().values())])


def _modified(path: str) -> int:
    """Return when a file or folder was last modified, in ns; 0 where there is none."""
    try:
        return os.lstat(path).st_mtime_ns
    except OSError:
        return 0


@st.cache_resource(show_spinner=False)
def _run_cache() -> dict[str, tuple[tuple[int, ...], Run]]:
    """Return {folder: (when it and its files were last modified, the run)}, the same for every browser."""
    return {}


def group_by_model(of: list[Run] | None = None) -> dict[str, list[Run]]:
    """Return {model: its runs, newest first} for all four models, of these runs or of all."""
    listed = runs() if of is None else of
    return {name: [run for run in listed if run.config.model == name] for name in MODELS}
