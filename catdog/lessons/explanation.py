"""The explanation at a lesson's end, from the student's own numbers."""

from catdog.lessons.facts import escape_all, gather_facts
from catdog.lessons.judging import judge_prediction
from catdog.lessons.lesson import Lesson
from catdog.lessons.progress import LessonProgress
from catdog.lessons.templates import render
from catdog.lessons.workspace import Workspace

__all__ = ["explain", "judge_prediction"]


def explain(lesson: Lesson, progress: LessonProgress, workspace: Workspace) -> str:
    """Explain what came out in a lesson, and whether the prediction was right.

    It is made from the evidence of the tasks, so it stays the same when runs are deleted.

    Args:
        lesson: The lesson.
        progress: How far the person is with it.
        workspace: What the person works on.

    Returns:
        Markdown; while a task is open, one sentence that says so.

    Raises:
        UsageError: The lesson's file has an explanation that can't be filled in.
    """
    missing = [task.title for task in lesson.tasks if task.name not in progress.passed]
    if missing:
        return f"The explanation appears here when the tasks are done. The next one is: {missing[0]}."
    right, verdict = judge_prediction(lesson, progress.prediction, progress.passed, workspace)
    facts = gather_facts(workspace) | {
        "tasks": escape_all(progress.passed),
        "answers": escape_all(progress.answers),
        "prediction": {
            "given": progress.prediction is not None,
            "answer": escape_all(progress.prediction),
            "right": right,
            "verdict": verdict,
        },
    }
    return render(lesson.explanation, facts, f"The explanation of the lesson {lesson.name}")
