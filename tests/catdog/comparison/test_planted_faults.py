"""The diagnosis is held to stored trainings of which it is known what is wrong with them."""

import pytest

from benchmarks.planted_faults import HALVES, HISTORIES, decide_stored, judge, read_manifest, report
from benchmarks.plants import list_plants
from catdog.comparison import Verdict
from catdog.settings import PROJECT


@pytest.fixture(scope="module")
def rows():
    return judge(read_manifest())


def test_there_are_sixty_trainings_and_each_history_belongs_to_one(rows):
    assert len(rows) >= 60
    assert {row["name"] for row in rows} == {path.stem for path in HISTORIES.glob("*.csv")}
    planted = {row["name"]: row for row in rows if row["fault"] != "full-size run"}
    assert {plant.name: plant.half for plant in list_plants()} == {name: row["half"] for name, row in planted.items()}


def test_what_is_right_was_decided_in_words_that_exist(rows):
    assert {verdict for row in rows for verdict in row["right"]} <= set(map(str, Verdict))
    assert all(row["right"] and row["because"] for row in rows)


def test_what_is_right_follows_from_what_was_planted_and_from_the_twin(rows):
    stored = {row["name"]: {"right": row["right"], "because": row["because"]} for row in rows}
    for plant in list_plants():
        assert decide_stored(plant) == stored[plant.name]


@pytest.mark.parametrize("half", HALVES)
def test_nine_of_ten_are_named_right_in_each_half(rows, half):
    members = [row for row in rows if row["half"] == half]
    wrong = [f"{row['name']}: {row['verdict']}, not {row['right']}" for row in members if not row["correct"]]
    assert len(wrong) <= 0.1 * len(members), wrong


def test_no_healthy_training_raises_a_false_alarm(rows):
    assert sum(row["fault"] == "healthy" for row in rows) >= 10
    assert [f"{row['name']}: {row['verdict']}" for row in rows if row["alarm"]] == []


def test_the_tables_in_the_documentation_are_those_of_today(rows):
    text = (PROJECT / "docs" / "training.md").read_text(encoding="utf-8")
    assert report(rows) in text
