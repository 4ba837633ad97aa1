"""What a folder of hand-ins shows: a row for each student, scored anew from the models that were handed in."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from catdog.comparison import label_runs, select_by_validation
from catdog.datasets import TEST, Catalog, open_dataset
from catdog.errors import DataError
from catdog.handin.findings import compare_answers, compare_images, list_contradictions
from catdog.handin.lesson_grades import LessonGrade, grade_lessons
from catdog.handin.reader import Handin, read_handin
from catdog.handin.rescoring import EVERY, Answers, ask_models, select_images
from catdog.handin.twins import find_twins
from catdog.lessons.reader import read_course
from catdog.lessons.workspace import Workspace
from catdog.runs import Run
from catdog.settings import Settings
from catdog.utils.class_names import is_swapped, map_classes
from catdog.utils.progress import Progress, silent

MOST_FILES = 500


@dataclass(frozen=True)
class RunGrade:
    """One handed-in run.

    Attributes:
        name: What it is called among those of its student.
        model: "model1" to "model4".
        val_accuracy: As handed in, 0..1; None where it has none. This and the next are what the files say.
        test_accuracy: As handed in.
        rescored: Accuracy of its model on the teacher's images, 0..1; None where it could not be asked.
        images: How many these were.
        findings: What contradicts itself in it, a sentence each.
    """

    name: str
    model: str
    val_accuracy: float | None
    test_accuracy: float | None
    rescored: float | None
    images: int
    findings: tuple[str, ...]


@dataclass(frozen=True)
class Grade:
    """One row: what a student has handed in.

    Attributes:
        file: The zip's name.
        name: The student, in words; the file's name where it can't be read.
        person: The e-mail address, "" where nobody had signed in.
        made: When it was made, in seconds since 1970.
        lessons: The lessons that were begun.
        best: The run with the best validation accuracy.
        runs: All runs.
        findings: What is not as in a hand-in that this program made, of the whole, a sentence each.
        error: Why it could not be read, "" where it could.
    """

    file: str
    name: str
    person: str = ""
    made: float = 0.0
    lessons: tuple[LessonGrade, ...] = ()
    best: RunGrade | None = None
    runs: tuple[RunGrade, ...] = ()
    findings: tuple[str, ...] = ()
    error: str = ""

    @property
    def lessons_done(self) -> int:
        """How many lessons are done, every task of them seen again in what was handed in."""
        return sum(lesson.done for lesson in self.lessons)

    @property
    def tasks_passed(self) -> int:
        """How many tasks are marked as passed."""
        return sum(len(lesson.tasks) for lesson in self.lessons)

    @property
    def tasks_confirmed(self) -> int:
        """How many of these could be seen again."""
        return sum(task.confirmed for lesson in self.lessons for task in lesson.tasks)

    @property
    def predictions_made(self) -> int:
        """How many predictions were made in lessons that are done."""
        return sum(lesson.right is not None for lesson in self.lessons)

    @property
    def predictions_right(self) -> int:
        """How many of these were right."""
        return sum(bool(lesson.right) for lesson in self.lessons)

    @property
    def hints(self) -> int:
        """How many hints were opened."""
        return sum(lesson.hints for lesson in self.lessons)

    @property
    def all_findings(self) -> tuple[str, ...]:
        """The findings of the whole and of each run, which these name."""
        return (*self.findings, *(f"{run.name}: {finding}" for run in self.runs for finding in run.findings))


def grade_folder(
    files: Sequence[Path], settings: Settings, source: str, split: str = "", progress: Progress = silent
) -> list[Grade]:
    """Grade hand-ins.

    Args:
        files: The zips, up to MOST_FILES.
        settings: Where the data are, and temporary files may be.
        source: The data whose images the models are asked about: a name or a folder of two classes.
        split: Which of its images; "" for the test images of photos and drawings, and all images of anything else.
        progress: Told how far it is.

    Returns:
        A row for each file, by name of the student.

    Raises:
        DataError: There is no zip, there are too many, or the data can't be opened.
    """
    if not 0 < len(files) <= MOST_FILES:
        raise DataError(f"There are {len(files):,} hand-ins: put 1 to {MOST_FILES} zips into the folder.")
    catalog = open_dataset(settings, source).catalog
    split = split or (TEST if source in ("photos", "drawn") else EVERY)
    course = read_course(settings.lessons)
    with TemporaryDirectory() as folder:
        handins, grades = {}, []
        for done, file in enumerate(files):
            progress(done, len(files), "reading the hand-ins")
            try:
                handins[file] = read_handin(file, Path(folder) / str(done))
            except DataError as error:
                grades.append(Grade(file.name, file.stem, error=str(error)))
        models = [run.files.tflite for handin in handins.values() for run in handin.runs if run.usable]
        answers = ask_models(models, settings, source, split, progress) if models else {}
        twins = find_twins({file: handin.runs for file, handin in handins.items()}, _name_handins(handins))
        rows = select_images(catalog, split)
        for file, handin in handins.items():
            runs = _grade_runs(handin, catalog, rows, answers, twins)
            workspace = Workspace(handin.runs, catalog, settings)
            best = select_by_validation(list(handin.runs))
            grades.append(
                Grade(
                    file.name,
                    handin.name,
                    handin.person,
                    handin.made,
                    grade_lessons(course, handin.progress, workspace),
                    best=runs[handin.runs.index(best)] if best else None,
                    runs=tuple(runs),
                    findings=handin.findings,
                )
            )
    return sorted(grades, key=lambda grade: (grade.name.casefold(), grade.file))


def _name_handins(handins: Mapping[Path, Handin]) -> dict[Path, str]:
    """Return what each hand-in is called: its student's name, with the file where several have the same one."""
    count = Counter(handin.name for handin in handins.values())
    return {
        file: f"{handin.name} ({file.name})" if count[handin.name] > 1 else handin.name
        for file, handin in handins.items()
    }


def _grade_runs(
    handin: Handin,
    catalog: Catalog,
    rows: np.ndarray,
    answers: Mapping[Path, Answers],
    twins: Mapping[Path, tuple[str, ...]],
) -> list[RunGrade]:
    names = label_runs(list(handin.runs))
    graded = []
    for run in handin.runs:
        findings = [*list_contradictions(run, handin.person), *twins.get(run.folder, ())]
        answered = answers.get(run.files.tflite, Answers())
        if answered.error:
            findings.append(answered.error)
        accuracy = _score(run, catalog, rows, answered)
        same_data = run.fingerprint == catalog.fingerprint
        if same_data:
            findings += compare_images(run, catalog)
        if accuracy is not None and same_data:
            paths = tuple(catalog.paths[row] for row in rows)
            findings += filter(None, [compare_answers(run, paths, answered.probabilities)])
        count = len(rows) if accuracy is not None else 0
        test_accuracy, val_accuracy = run.test_accuracy, run.selection_accuracy
        name, model = names[run.id], run.config.model
        graded.append(RunGrade(name, model, val_accuracy, test_accuracy, accuracy, count, tuple(findings)))
    return graded


def _score(run: Run, catalog: Catalog, rows: np.ndarray, answers: Answers) -> float | None:
    """Return the accuracy of the answers; None without answers, or where the run tells other classes apart."""
    if answers.probabilities is None or len(answers.probabilities) != len(rows) or not len(rows):
        return None
    if not run.classes or map_classes(run.classes, catalog.classes) is None:
        return None
    predicted = (answers.probabilities > 0.5).astype(int)
    if is_swapped(run.classes, catalog.classes):
        predicted = 1 - predicted
    return float((predicted == catalog.labels[rows]).mean())
