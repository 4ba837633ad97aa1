"""What was decided about labels in the view "Clean": carrying it out, taking it back, the list, the CSV file."""

from datetime import datetime

import streamlit as st

from catdog.datasets import Catalog
from catdog.datasets.correction_list import Correction, Corrections, describe_absent
from catdog.datasets.correction_table import MAX_BYTES, read_table, write_table
from catdog.datasets.corrections import list_corrections, relabel_images, restore_labels
from catdog.datasets.exclusions import EXCLUDED, exclude_images, include_images
from catdog.datasets.ownership import owned_exclusions, owned_source
from catdog.errors import CatDogError
from catdog.settings import MEGABYTE
from pages.components import access, markdown, state
from pages.components.explore.doubt_round import DOUBT, ROUND, look_again
from pages.components.shown import identify, require_same_images
from pages.components.uploads import limit_upload

EXCLUDE = "exclude this photo"  # an action; every other one is the name of a class
UNDO = "clean-undo"  # the session's key of what can be taken back, the latest last
SHOWN = 6  # decisions on a page of the list
PAGE = "decisions-page"


def decide(catalog: Catalog, path: str, action: str) -> bool:
    """Relabel, keep or exclude a photo; return whether that was done. What stands against it becomes a toast.

    Args:
        catalog: The data as the page showed them.
        path: The photo.
        action: EXCLUDE, or the class that is right.
    """
    try:
        by = access.require_member(owned_exclusions(state.settings(), catalog))
        require_same_images(identify(catalog))
        before = {entry.path: entry for entry in list_corrections(state.settings(), catalog).present}.get(path)
        if action == EXCLUDE:
            exclude_images(state.settings(), catalog, [path])
        else:
            relabel_images(state.settings(), catalog, {path: action}, by)
    except CatDogError as error:
        st.toast(markdown.escape(str(error)), icon=":material/error:")
        return False
    st.session_state.setdefault(UNDO, []).append((path, action, before.new if before else None))
    return True


def undo(catalog: Catalog) -> None:
    """Take the latest decision of this tab back, and show the photo again."""
    stack = st.session_state.get(UNDO)
    if not stack:
        return
    path, action, before = stack.pop()
    try:
        by = access.require_member(owned_exclusions(state.settings(), catalog))
        require_same_images(identify(catalog))
        if action == EXCLUDE:
            include_images(state.settings(), catalog, [path])
        elif before is None:
            restore_labels(state.settings(), catalog, [path])
        else:
            relabel_images(state.settings(), catalog, {path: before}, by)
    except CatDogError as error:
        st.toast(markdown.escape(str(error)), icon=":material/error:")
        return
    _show_again(path)


def draw_undo(catalog: Catalog, disabled: bool) -> None:
    """Draw the button that takes the latest decision of this tab back."""
    st.button(
        "Undo",
        key="clean-U",
        shortcut="U",
        on_click=undo,
        args=(catalog,),
        disabled=disabled or not st.session_state.get(UNDO),
    )


def describe_state(catalog: Catalog, path: str, now: int | None, doubted: int, decided: bool) -> str:
    """Say in one line of Markdown what is decided about a photo, or which file it is.

    Args:
        catalog: The data.
        path: The photo.
        now: Its label now, None where it is excluded.
        doubted: The label that was in doubt.
        decided: Whether this tab has decided about it.
    """
    name = markdown.escape(path)
    if now is None:
        return f":material/block: Excluded from training · {name}"
    if now != doubted:
        return f":material/edit: Relabelled as {markdown.escape(catalog.classes[now])} · {name}"
    return f":material/check: Kept · {name}" if decided else name


def draw_decisions(catalog: Catalog, corrections: Corrections) -> None:
    """Draw the list of all that was decided, by anybody, with a way back for each, and the CSV file of it."""
    excluded = [catalog.paths[row] for row in catalog.indices(EXCLUDED)]
    entries = [*sorted(corrections.present, key=lambda entry: -entry.time), *excluded]
    reason = access.reason_denied(owned_source(state.settings(), catalog.source))
    st.header(f"Decisions ({len(entries):,})", anchor=False)
    if not entries:
        st.caption("Nothing has been relabelled, kept or excluded yet. No file is ever changed.")
    first = _draw_pagination(len(entries))
    lines = st.container(gap="xxsmall")
    for place, entry in enumerate(entries[first : first + SHOWN]):
        path = entry if isinstance(entry, str) else entry.path
        with lines.container(horizontal=True, vertical_alignment="center", gap="small", key=f"decision-{place}"):
            st.markdown(f":small[{_describe(entry)}]", width="stretch")
            st.button(
                "Undo",
                key=f"take-back-{type(entry).__name__}-{path}",
                type="tertiary",
                on_click=_take_back,
                args=(catalog, entry),
                disabled=bool(reason),
                help=markdown.escape(reason or f"Undo the decision about {path}"),
            )
    if absent := describe_absent(corrections):
        st.caption(absent)
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "Export CSV",
            write_table(corrections.present),
            "label-corrections.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            disabled=not corrections.present,
        )
        with access.popover(
            "Import CSV", owned=owned_source(state.settings(), catalog.source), icon=":material/upload:"
        ):
            _draw_import(catalog)


def _draw_pagination(count: int) -> int:
    """Draw the choice of a page where there are several; return the index of the first decision on it."""
    pages = max(1, -(-count // SHOWN))
    if pages == 1:
        return 0
    if not 1 <= st.session_state.get(PAGE, 1) <= pages:
        st.session_state[PAGE] = 1
    return (st.pagination(pages, key=PAGE) - 1) * SHOWN


def _describe(entry: Correction | str) -> str:
    """Return a decision in one line of Markdown."""
    if isinstance(entry, str):
        return f":material/block: {markdown.escape(entry)}: excluded"
    what = f"{entry.old} → {entry.new}" if entry.changes else f"{entry.new}, kept"
    who = f", {markdown.escape(markdown.unlink(entry.by))}" if entry.by else ""
    icon = "edit" if entry.changes else "check"
    when = f"{datetime.fromtimestamp(entry.time):%d %b %H:%M}"
    return f":material/{icon}: {markdown.escape(f'{entry.path}: {what}')} ({when}{who})"


def _take_back(catalog: Catalog, entry: Correction | str) -> None:
    path = entry if isinstance(entry, str) else entry.path
    try:
        access.require_member(owned_exclusions(state.settings(), catalog))
        require_same_images(identify(catalog))
        change = include_images if isinstance(entry, str) else restore_labels
        change(state.settings(), catalog, [path])
    except CatDogError as error:
        st.toast(markdown.escape(str(error)), icon=":material/error:")
        return
    st.session_state[UNDO] = [step for step in st.session_state.get(UNDO, []) if step[0] != path]
    _show_again(path)


def _show_again(path: str) -> None:
    """Turn to a photo that is undecided again, if it is among the doubts of this tab."""
    doubts = st.session_state.get(ROUND)
    if doubts is not None and path in doubts.paths:
        doubts.decided.discard(path)
        st.query_params[DOUBT] = path


def _draw_import(catalog: Catalog) -> None:
    """Draw the field that takes a CSV file; what it says is done at once, or nothing of it."""
    key = f"labels-csv-{st.session_state.get('labels-csv-taken', 0)}"
    limit, blocked = limit_upload(MAX_BYTES // MEGABYTE, key)
    st.file_uploader(
        "A CSV file with the columns path and new",
        type="csv",
        max_upload_size=limit,
        disabled=blocked,
        key=key,
        on_change=_import,
        args=(catalog, key),
    )


def _import(catalog: Catalog, key: str) -> None:
    file = st.session_state.get(key)
    if file is None:
        return
    st.session_state["labels-csv-taken"] = st.session_state.get("labels-csv-taken", 0) + 1
    try:
        by = access.require_member(owned_exclusions(state.settings(), catalog))
        require_same_images(identify(catalog))
        labels = read_table(file.getvalue(), catalog)
        relabel_images(state.settings(), catalog, labels, by)
    except CatDogError as error:
        st.toast(markdown.escape(str(error)), icon=":material/error:")
        return
    look_again()
    count = "1 label is" if len(labels) == 1 else f"{len(labels):,} labels are"
    st.toast(f"{count} imported.", icon=":material/check:")
