"""A dialog with one image large, what the models get to see of it, and its facts."""

import streamlit as st

from catdog.datasets import Dataset
from catdog.errors import ImageError
from catdog.images.decode import SIZE
from catdog.utils.text import format_size
from pages.components import markdown, page
from pages.components.thumbnails import make_tile, shrink_jpeg

MAX_SIDE = 1400  # pixels of the longer side that are sent
WIDTH, HEIGHT = 720, 600  # pixels that the image fills on the screen, one of them at least
LAST_OPENED = "last-opened-photo"  # the session's key of the path that was opened last, here or on Evaluate


def open_image(path: str) -> None:
    """Put an image's path, as in the catalog, into the address: the page then shows it large."""
    st.query_params["photo"] = st.session_state[LAST_OPENED] = path


def show_image_from_query(dataset: Dataset) -> None:
    """Show the image that the address names large, above the page; nothing where it names none of this data."""
    path = st.query_params.get("photo")
    if path is None or path not in dataset.catalog.paths:
        return
    title = markdown.escape(path.rsplit("/", 1)[-1])
    st.dialog(title, width="large", on_dismiss=_close)(_draw_image)(dataset, dataset.catalog.paths.index(path))


def _close() -> None:
    st.query_params.pop("photo", None)


def _draw_image(dataset: Dataset, row: int) -> None:
    catalog = dataset.catalog
    path, label = catalog.paths[row], int(catalog.labels[row])
    class_name = markdown.escape(catalog.classes[label])
    left, right = st.columns([3, 2], gap="medium")
    try:
        image = dataset.image(row)
        file_size = (catalog.root / path).stat().st_size
    except (ImageError, OSError) as error:
        reason = str(error) if isinstance(error, ImageError) else "its file is gone"
        left.error(markdown.escape(reason), icon=":material/broken_image:")
    else:
        height, width, _ = image.shape
        left.image(
            shrink_jpeg(image, MAX_SIDE),
            width=round(width * min(WIDTH / width, HEIGHT / height)),
            alt=f"The image {path} as it is, labelled {catalog.classes[label]}",
        )
        left.caption(f"as it is: **{width:,} × {height:,} pixels**, {format_size(file_size)} ({file_size:,} bytes)")
    with right, page.show_errors():
        st.image(
            make_tile(dataset.pixels[row], 2 * SIZE, 2 * SIZE),
            width=2 * SIZE,
            alt=f"The same image as the models get it, {SIZE} × {SIZE} pixels",
        )
        st.caption(f"as the models get it: **{SIZE} × {SIZE} pixels**, whatever its proportions were")
        corrected = " :gray-badge[:material/edit: label corrected]" if path in catalog.corrected else ""
        st.markdown(
            f":{page.CLASS_COLOURS[label]}-badge[:material/label: **{class_name}**] "
            f":gray-badge[{catalog.splits[row]}]{corrected}  \n"
            f"File: {markdown.escape(path)}"
        )
        if st.button("Close", icon=":material/close:"):
            _close()
            st.rerun()
