"""Whether an image is unlike anything that a run learned from, where the features of its data are stored."""

from pathlib import Path

import streamlit as st

from catdog.features.novelty import USUAL, NoveltyDetector, find_detector, list_detectors
from catdog.runs import Run
from catdog.utils.text import format_percent
from pages.components import markdown, state
from pages.components.predict.image import QueryImage

HELP = (
    "A model that knows two classes names one of them for any image. So what is seen in this image is compared with "
    "what is seen in the training images, as MobileNetV2's features. The distance is 0 for the same features and at "
    f"most 1. {format_percent(USUAL, 0)} of the validation images are nearer to a training image than the threshold, "
    f"so about {100 * (1 - USUAL):.0f} in 100 usual images get this warning, too."
)


def warn_about_novelty(run: Run, name: str, image: QueryImage) -> None:
    """Warn if an image is unlike all images that a run learned from; draw nothing where that can't be told.

    Args:
        run: The run.
        name: What the page calls it.
        image: The image.
    """
    cache = state.settings().cache
    try:
        versions = tuple((path, path.stat().st_mtime_ns) for path in list_detectors(run.fingerprint, cache))
    except OSError:  # the cache has just been emptied
        return
    detector = _load_detector(run.fingerprint, cache, versions) if versions else None
    if detector is None:
        return
    distance = _measure(image.key, run.fingerprint, versions, detector, image)
    if distance > detector.threshold:
        st.warning(
            f"**Unlike anything {markdown.escape(name)} learned from**, so its answer means little: distance "
            f"{distance:.2f}, where up to {detector.threshold:.2f} is usual.",
            icon=":material/question_mark:",
        )
        st.caption("What is this distance?", help=HELP)


@st.cache_resource(max_entries=8, show_spinner=False)
def _load_detector(fingerprint: str, cache: Path, versions: tuple[tuple[Path, int], ...]) -> NoveltyDetector | None:
    return find_detector(fingerprint, cache)


@st.cache_data(max_entries=1000, show_spinner=False)
def _measure(
    key: str, fingerprint: str, versions: tuple[tuple[Path, int], ...], _detector: NoveltyDetector, _image: QueryImage
) -> float:
    return float(_detector.measure_images(_image.pixels[None])[0])
