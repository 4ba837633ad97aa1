"""What a lesson is made of: a prediction, tasks with their checks, and an explanation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: The pages that a task can lead to.
PAGES = ("overview", "browse", "augment", "models", "train", "compare", "evaluate", "predict", "explore")
CHOICE, NUMBER, CURVE = "choice", "number", "curve"
RUN, RUNS, PHOTO = "run", "runs", "photo"
PREDICTIONS = (CHOICE, NUMBER, CURVE)
CHECKS = (RUN, RUNS, NUMBER, PHOTO, CHOICE)


@dataclass(frozen=True)
class Prediction:
    """What is to be predicted before anything is done.

    Attributes:
        name: A short name, unique within the lesson.
        question: Markdown.
        kind: One of PREDICTIONS.
        options: The answers to choose from, of a choice.
        unit: Of a number: "%", "points", "images", "epochs" or "".
        low: The smallest number to be predicted; of a curve, the lowest accuracy in %.
        high: The largest one.
        epochs: How many epochs a curve has.
        truth: How to find what is true, see `judging`.
    """

    name: str
    question: str
    kind: str
    options: tuple[str, ...]
    unit: str
    low: float
    high: float
    epochs: int
    truth: Mapping[str, Any]


@dataclass(frozen=True)
class Check:
    """How to tell that a task is done.

    Attributes:
        kind: One of CHECKS.
        values: What it looks for, see docs/lessons.md.
    """

    kind: str
    values: Mapping[str, Any]

    @property
    def asks(self) -> str:
        """What the student must give: "number", "choice" or "photo"; "" where the check looks by itself."""
        return self.kind if self.kind in (NUMBER, CHOICE, PHOTO) else ""

    @property
    def options(self) -> tuple[str, ...]:
        """The answers of a choice; () for the others."""
        return tuple(option["text"] for option in self.values["options"]) if self.kind == CHOICE else ()

    @property
    def unit(self) -> str:
        """The unit of a number: "%", "points", "images", "epochs" or "" for none."""
        return self.values.get("unit", "")


@dataclass(frozen=True)
class Task:
    """Something to do on one of the pages.

    Attributes:
        name: A short name, unique within the lesson.
        title: What to do, in a few words.
        text: The same in full, as Markdown.
        button: The label of the button that leads to the page.
        page: One of PAGES.
        params: The page's query parameters; `links.fill_params` puts the student's runs into them.
        check: How to tell that it is done.
        hints: Two, the second one plainer than the first.
    """

    name: str
    title: str
    text: str
    button: str
    page: str
    params: Mapping[str, str]
    check: Check
    hints: tuple[str, ...]


@dataclass(frozen=True)
class Lesson:
    """One lesson.

    Attributes:
        name: Its file's name without number and suffix, which stands in addresses.
        title: Its heading.
        goal: What the student will find out, as Markdown.
        prediction: What is asked before anything is done.
        tasks: What is done then, in this order.
        explanation: A template of Markdown, see `explanation.explain`.
    """

    name: str
    title: str
    goal: str
    prediction: Prediction
    tasks: tuple[Task, ...]
    explanation: str

    def task(self, name: str) -> Task | None:
        """Return the task called `name`, or None."""
        return next((task for task in self.tasks if task.name == name), None)


@dataclass(frozen=True)
class Course:
    """All lessons in their order.

    Attributes:
        lessons: Those that could be read.
        faults: One sentence for each file that could not, with its name and line.
    """

    lessons: tuple[Lesson, ...]
    faults: tuple[str, ...] = ()

    def lesson(self, name: str) -> Lesson | None:
        """Return the lesson called `name`, or None."""
        return next((lesson for lesson in self.lessons if lesson.name == name), None)
