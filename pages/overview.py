"""Where things stand: the next step, the models' scores, and the course, lesson by lesson."""

import numpy as np
import streamlit as st

from catdog.comparison import select_by_validation
from catdog.datasets import TRAINING
from catdog.errors import ImageError
from catdog.lessons.lesson import Course
from catdog.lessons.outline import Present, find_present
from catdog.lessons.progress import Progress
from catdog.models.specs import MODELS
from pages.components import learner, page, state
from pages.components.course import was_visited
from pages.components.notebook import draw_course_download
from pages.components.overview.cards import draw_data_card, draw_heading, draw_model_card, draw_score_card, on_photos
from pages.components.overview.ladder import draw_ladder
from pages.components.overview.lessons import describe_lesson, describe_next, draw_lesson_button, warn_about_lessons
from pages.components.overview.next_step import choose_next_step, draw_next_step
from pages.components.overview.progress_file import draw_progress_file
from pages.components.sidebar import draw_fetch_button
from pages.components.thumbnails import make_tile
from pages.components.train_all import draw_train_all, is_busy, leave_out_quick, list_runs_here

STRIP_LENGTH, STRIP_SEED = 8, 13  # how many images, and a seed that draws some that are easy to recognize
DATA, SCORE = "data", "score"  # the first and the last step of the reference course; those between train a model
STEPS = {  # {lesson: the step of the reference course whose runs its card shows}
    "look-at-the-data": DATA,
    "first-cnn": "model1",
    "augmentation": "model2",
    "preprocessing": "model3",
    "transfer-learning": "model4",
    "unseen-photos": SCORE,
}


def main() -> None:
    """Draw the page."""
    page.stop_unless_started()  # before the head is drawn, which asks for the data
    class_0, class_1 = state.classes()
    page.page_header(
        f"Teach a computer to tell {class_0} from {class_1}",
        f"Show a program photos, say which are {class_0} and which are {class_1}, and it learns by itself what tells "
        "them apart: that is image classification. The **reference course** is the published notebook that this "
        "dashboard follows, with four models, each better than the one before.",
    )
    course, progress = learner.get_course(), learner.get_progress()
    warn_about_lessons(course, progress)
    busy = is_busy(list_runs_here())
    poll = 2 if busy else None
    left, right = page.row(2, 260)
    with left:
        present = find_present(course, progress) if progress.lessons else None
        st.fragment(_draw_next_step, run_every=poll, key="next")(busy, present)
        _draw_strip()
    with right:
        st.fragment(_draw_ladder, run_every=poll, key="scores")()
    draw_train_all(is_busy(leave_out_quick(list_runs_here())))
    if state.source() == "drawn":
        _draw_notice()
    st.header("The course", anchor=False)
    st.markdown(
        "In each lesson you predict first, then do it, and your own numbers explain what happened. "
        "The first six follow the reference course."
    )
    st.fragment(_draw_lessons, run_every=poll, key="path")(course, progress)
    draw_course_download()
    draw_progress_file(progress)


def _draw_next_step(busy: bool, present: Present | None) -> None:
    """Draw the next step; runs by itself every two seconds while models train."""
    runs = list_runs_here()
    if busy and not is_busy(runs):
        st.rerun()  # the last run has just ended: the whole page shows it, and polls no more
    if present is not None and not busy:
        draw_next_step(describe_next(present))
    else:
        draw_next_step(choose_next_step(state.group_by_model(leave_out_quick(runs))))


def _draw_ladder() -> None:
    """Draw the ladder; runs by itself every two seconds while models train."""
    by_model = state.group_by_model(leave_out_quick(list_runs_here()))
    draw_ladder(by_model, state.catalog().baseline, on_photos())


def _draw_notice() -> None:
    """Say that the images are drawings, and offer the photos."""
    with st.container(border=True):
        left, right = st.columns([3, 1], vertical_alignment="center")
        left.markdown(
            ":material/draw: **These are drawings, not photos.** Everything works with them, and training is quick. "
            + (
                "The reference course uses photos: choose them under “Data”."
                if "photos" in state.sources()
                else "For the real thing, fetch the 3,000 photos of the reference course."
            )
        )
        with right:
            draw_fetch_button("overview")


def _draw_strip() -> None:
    """Draw a few images of both classes in turn."""
    dataset = state.dataset()
    catalog = dataset.catalog
    rng = np.random.default_rng(STRIP_SEED)
    by_class, count = [], STRIP_LENGTH // 2
    for label in (0, 1):
        rows = catalog.indices(TRAINING, label)
        by_class.append(rng.choice(rows, size=count, replace=len(rows) < count))
    grid = st.grid(STRIP_LENGTH // 2, min_column_width=56, gap="xsmall")
    for row in np.stack(by_class, axis=1).ravel():
        name = catalog.classes[catalog.labels[row]]
        with grid.cell():
            try:
                st.image(_make_tile(catalog.fingerprint, int(row), dataset), width="stretch", alt=f"One of the {name}")
            except ImageError:
                st.caption(":material/broken_image:")


@st.cache_data(max_entries=100, show_spinner=False)
def _make_tile(fingerprint: str, row: int, _dataset) -> bytes:
    return make_tile(_dataset.image(row), 240, 240, crop=True)


def _draw_lessons(course: Course, progress: Progress) -> None:
    """Draw a card for each step and lesson; runs by itself every two seconds while models train."""
    everything = list_runs_here()
    runs = leave_out_quick(everything)
    by_model = state.group_by_model(runs)
    quick = select_by_validation([run for run in everything if run.config.quick])
    present = find_present(course, progress)
    numbers = {lesson.name: number for number, lesson in enumerate(course.lessons, start=1)}
    grid = st.grid(3, min_column_width=260, border=True)
    for place, (name, step) in enumerate(STEPS.items(), start=1):
        number = numbers.get(name, place)
        with grid.cell():
            lesson = course.lesson(name)
            how_far = describe_lesson(lesson, progress, present) if lesson else ""
            if step == DATA:
                draw_data_card(number, bool(runs) or was_visited("browse"), how_far)
            elif step == SCORE:
                draw_score_card(number, runs, how_far)
            else:
                backbone_quick = quick if MODELS[step].backbone else None
                draw_model_card(number, MODELS[step], by_model[step], backbone_quick, how_far)
            if lesson:
                draw_lesson_button(number, lesson, progress)
    for lesson in course.lessons:
        if lesson.name not in STEPS:
            with grid.cell():
                draw_heading(numbers[lesson.name], lesson.title, describe_lesson(lesson, progress, present))
                st.markdown(lesson.goal)
                draw_lesson_button(numbers[lesson.name], lesson, progress)


main()
