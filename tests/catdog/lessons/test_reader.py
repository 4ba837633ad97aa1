"""Lesson files: what is wrong with one is a sentence with its line, and no file can do harm."""

import time

import pytest

from catdog.lessons.front_matter import LessonError
from catdog.lessons.reader import parse_lesson, read_course

LESSON = """---
title: Guess
goal: You find out how often guessing is right.
prediction:
  question: How many images are there?
  kind: number
  low: 0
  high: 1000
  truth: {measure: images, tolerance: 10}
tasks:
  - name: count
    title: Count the images
    text: How many images are there?
    button: Open Browse
    page: browse
    params: {rows: 2, goals: true, from: 0.5}
    check:
      kind: number
      measure: images
    hints: [Look at the chart., Add up all bars.]
---
There are {{ data.images|whole }} images. {{ prediction.verdict }}
"""


def change(before, after):
    assert before in LESSON
    return LESSON.replace(before, after)


def fault_of(text):
    with pytest.raises(LessonError) as refusal:
        parse_lesson("guess", text)
    assert len(str(refusal.value)) < 400
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


def test_a_lesson_is_read():
    lesson = parse_lesson("guess", LESSON)
    assert (lesson.name, lesson.title) == ("guess", "Guess")
    assert lesson.prediction.unit == "images"
    assert lesson.tasks[0].params == {"rows": "2", "goals": "true", "from": "0.5"}
    assert lesson.tasks[0].check.asks == "number"
    assert lesson.tasks[0].check.unit == "images"
    assert lesson.task("count") is lesson.tasks[0]
    assert lesson.task("other") is None


def test_windows_lines_and_a_byte_order_mark_do_no_harm():
    assert parse_lesson("guess", "\ufeff" + LESSON.replace("\n", "\r\n")) == parse_lesson("guess", LESSON)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "a lesson starts with a line"),
        ("# A heading\n", 1, "a lesson starts with a line"),
        ("---\ntitle: x\n", 1, "never end"),
        ("---\n- a\n---\nx", 2, "the settings of a lesson are lines such as"),
        ("---\n---\nx", 2, "the settings of a lesson are lines such as"),
        (change("title: Guess", "title: [Guess"), 3, "this is no YAML"),
        (change("title: Guess", "title: Guess\ntitle: Twice"), 3, "“title” stands here a second time"),
        (change("title: Guess", "titel: Guess"), 2, "“title” is missing"),
        (change("title: Guess", "title: Guess\nmore: x"), 3, "“more” is nothing that can stand here"),
        (change("title: Guess", "title: [1, 2]"), 2, "“title” must be a text"),
        (change("title: Guess", f"title: {'x' * 200}"), 2, "up to 120 characters"),
        (change("title: Guess", 'title: "\\u0007"'), 2, "“title” must be a text"),
        (change("kind: number\n  low", "kind: nomber\n  low"), 6, "do you mean “number”?"),
        (change("high: 1000", "high: many"), 8, "“high” is 'many', but must be a number"),
        (change("high: 1000", "high: -5"), 7, "“low” must be smaller than “high”"),
        (change("high: 1000", "high: .nan"), 8, "“high” is 'nan'"),
        (change("measure: images, tolerance", "measure: imgs, tolerance"), 9, "do you mean “images”?"),
        (change("measure: images, tolerance", "measure: gap, tolerance"), 9, "“task” is missing"),
        (change("page: browse", "page: brows"), 15, "do you mean “browse”?"),
        (change("name: count", "name: Count it"), 11, "must be of small letters"),
        (change("{rows: 2,", "{rows: [1],"), 16, "“rows” must be a short text or a number"),
        (
            change("      measure: images", "      measure: images\n      of: {}"),
            20,
            "“of” is nothing that can stand here",
        ),
        (change("      measure: images", "      measure: gap\n      of: {model: model9}"), 20, "must be one of model1"),
        (
            change("      measure: images", "      measure: gap\n      of:\n        settings: {rat: 1}"),
            21,
            "do you mean “rate”?",
        ),
        (
            change("      measure: images", "      measure: gap\n      of:\n        settings:\n          epochs: {}"),
            22,
            "a condition is a value, or “min”",
        ),
        (
            change(
                "      measure: images", "      measure: gap\n      of:\n        settings: {epochs: {min: 5, max: 3}}"
            ),
            21,
            "“min” is larger than “max”",
        ),
        (
            change("      measure: images", "      measure: gap\n      of:\n        settings: {augmentation: strong}"),
            21,
            "must be one of with, without",
        ),
        (change("[Look at the chart., Add up all bars.]", "[Only one.]"), 20, "“hints” must be a list of 2"),
        (change("tasks:\n  - name", "tasks:\n  - title: x\n  - name"), 11, "“name” is missing"),
        (change("There are {{ data.images|whole }}", "{{ data.images|hole }}"), 22, "there is no filter “hole”"),
        (
            change("There are {{ data.images|whole }} images. {{ prediction.verdict }}\n", "\n"),
            21,
            "explanation is missing",
        ),
    ],
)
def test_a_fault_is_one_sentence_with_its_line(text, line, words):
    fault = fault_of(text)
    assert fault.startswith(f"line {line}: "), fault
    assert words in fault


CHOICE = """kind: choice
      options:
        - {text: a, right: true, reason: "Yes."}
        - {text: b, reason: "No."}
"""


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("right: true, ", "", "exactly one of “options” must have “right: true”"),
        ("text: b,", "text: b, right: true,", "exactly one of “options” must have “right: true”"),
        ("text: b,", "text: a,", "two of “options” have the same text"),
        ("text: b,", "text: b, right: maybe,", "must be true or false"),
        (', reason: "No."', "", "“reason” is missing"),
        ('"No."', '"{{ no() }}"', "can't use Call"),
    ],
)
def test_options_are_checked(before, after, words):
    text = change("kind: number\n      measure: images\n", CHOICE)
    parse_lesson("guess", text)
    assert words in fault_of(text.replace(before, after))


BILLION_LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{after}: &{after} [*{before}, *{before}]\n" for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (BILLION_LAUGHS, "references"),
        ("a: &a [*a]", "references"),
        ("title: !!python/object/apply:os.system ['touch /tmp/never']", "tags"),
        ("title: !!binary aGVsbG8=", "tags"),
        ("title: !own x", "tags"),
        ("a: " + "[" * 5000, "nested too deep"),
        ("a: " + "{b: " * 5000, "nested too deep"),
        ("? [a, b]\n: c", "a name before a colon must be a word"),
        ("title: \x00", "characters in it that YAML does not allow"),
        ("title: 9999-99-99", "“goal” is missing"),
        ("title: " + "9" * 10_000, "this number can't be read"),
        ("<<: {title: x}", "“title” is missing"),
        ("title: 1_000:59:59.9e999", "“goal” is missing"),
        ("%YAML 9.9\n---\nx: y", "this is no YAML"),
    ],
)
def test_hostile_yaml_is_one_sentence_at_once(source, words):
    before = time.perf_counter()
    assert words in fault_of(f"---\n{source}\n---\nx\n")
    assert time.perf_counter() - before < 1


def test_a_folder_of_ones_own_replaces_and_adds_lessons(tmp_path):
    (tmp_path / "05-first-cnn.md").write_text(LESSON)
    (tmp_path / "guess.md").write_text(LESSON)
    (tmp_path / "README.md").write_text("Not a lesson.")
    (tmp_path / "notes.txt").write_text("Not a lesson.")
    (tmp_path / ".hidden.md").write_text("Not a lesson.")
    own, course = read_course(), read_course(tmp_path)
    assert course.faults == ()
    names = [lesson.name for lesson in course.lessons]
    assert set(names) == {lesson.name for lesson in own.lessons} | {"guess"}
    assert names[-1] == "guess"  # it has no number
    assert course.lesson("first-cnn").title == "Guess"
    assert names.index("first-cnn") in (3, 4)  # beside the other lesson number 5


def test_a_faulty_file_costs_itself_only(tmp_path):
    faulty = {
        "02-first-cnn.md": change("page: browse", "page: brows").encode(),
        "Big Name.md": LESSON.encode(),
        "10-latin.md": LESSON.replace("Guess", "Käse").encode("latin-1"),
        "11-large.md": LESSON.encode() + b"x" * 70_000,
        "12-twin.md": LESSON.encode(),
        "13-twin.md": LESSON.encode(),
    }
    for name, content in faulty.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "14-link.md").symlink_to("/etc/passwd")
    course = read_course(tmp_path)
    names = [lesson.name for lesson in course.lessons]
    assert names == [*(lesson.name for lesson in read_course().lessons), "twin"]
    assert course.lesson("first-cnn") == read_course().lesson("first-cnn")
    faults = "\n".join(course.faults)
    assert len(course.faults) == 6
    for words in (
        f"{tmp_path.name}/02-first-cnn.md, line 15: “page” is 'brows' (do you mean “browse”?)",
        "/Big Name.md, line 1: a lesson's file has a name such as",
        "/10-latin.md, line 1: the file is no UTF-8 text",
        "/11-large.md, line 1: the file can't be read: it is larger than 64,000 bytes",
        "/13-twin.md, line 1: another file of this folder is the lesson twin",
        "/14-link.md, line 1: the file can't be read: it is a link",
    ):
        assert words in faults


def test_a_folder_that_is_missing_is_told(tmp_path):
    course = read_course(tmp_path / "nowhere")
    assert len(course.lessons) == len(read_course().lessons)
    assert "the folder of lessons can't be read" in course.faults[0]
    assert course.lesson("nowhere") is None
