"""One picture large, with all that is known of it, beside what the models get to see of it."""

import streamlit as st

from catdog.datasets import Dataset
from catdog.errors import ImageError
from catdog.images.decode import SIZE
from catdog.utils.text import format_size
from pages.components import markdown
from pages.components.statistics import get_image_reader
from pages.components.thumbnails import make_tile, shrink_jpeg

MOST = 1400  # pixels of the longer side that are sent
WIDE, HIGH = 720, 600  # pixels that the picture fills on the screen, one of them at least
COLOURS = ("orange", "blue")


def open_image(path: str) -> None:
    """Put a picture's path, as in the catalog, into the address: the page then shows it large."""
    st.query_params["photo"] = path


def show_image_from_query(dataset: Dataset) -> None:
    """Show the picture that the address names large, above the page; nothing where it names none of this data."""
    path = st.query_params.get("photo")
    if path is None or path not in dataset.catalog.paths:
        return
    title = markdown.escape(path.rsplit("/", 1)[-1])
    st.dialog(title, width="large", on_dismiss=_forget)(_photo)(dataset, dataset.catalog.paths.index(path))


def _forget() -> None:
    st.query_params.pop("photo", None)


def _photo(dataset: Dataset, row: int) -> None:
    catalog = dataset.catalog
    path, label = catalog.paths[row], int(catalog.labels[row])
    class_name = markdown.escape(catalog.classes[label])
    left, right = st.columns([3, 2], gap="medium")
    try:
        picture = dataset.image(row)
        number = (catalog.root / path).stat().st_size
    except (ImageError, OSError) as error:
        reason = str(error) if isinstance(error, ImageError) else "its file is gone"
        left.error(markdown.escape(reason), icon=":material/broken_image:")
    else:
        height, width, _ = picture.shape
        shown = round(width * min(WIDE / width, HIGH / height))
        left.image(
            shrink_jpeg(picture, MOST),
            width=shown,
            alt=f"The picture {path} as it is, labelled {catalog.classes[label]}",
        )
        left.caption(f"as it is: **{width:,} × {height:,} pixels**, {format_size(number)} ({number:,} bytes)")
    with right:
        st.image(
            make_tile(get_image_reader(dataset)(slice(row, row + 1))[0], 2 * SIZE, 2 * SIZE),
            width=2 * SIZE,
            alt=f"The same picture as the models get it, {SIZE} × {SIZE} pixels",
        )
        st.caption(f"as the models get it: **{SIZE} × {SIZE} pixels**, whatever its proportions were")
        st.markdown(
            f":{COLOURS[label]}-badge[:material/label: **{class_name}**] :gray-badge[{catalog.splits[row]}]  \n"
            f"File: {markdown.escape(path)}"
        )
        if st.button("Close", icon=":material/close:"):
            _forget()
            st.rerun()
