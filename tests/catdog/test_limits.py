"""How much each person may have: what the variables mean, and how an hour's bytes are counted."""

import pytest

from catdog.errors import UsageError
from catdog.limits import IN_A_CLASS, Allowance, Limits, limits_of


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_one_person_alone_has_no_limits_and_a_class_has_some():
    assert limits_of({}) == Limits() == Limits(0, 0, 0)
    assert limits_of({"CATDOG_MEMBERS": "/members.txt"}) == IN_A_CLASS
    assert min(IN_A_CLASS.runs, IN_A_CLASS.upload, IN_A_CLASS.stored) > 0


def test_every_limit_can_be_set_and_0_means_none():
    values = {"CATDOG_LIMIT_RUNS": "3", "CATDOG_LIMIT_UPLOAD": "10", "CATDOG_LIMIT_STORED": "20"}
    assert limits_of(values) == Limits(3, 10_000_000, 20_000_000)
    assert limits_of({"CATDOG_MEMBERS": "/members.txt", "CATDOG_LIMIT_RUNS": "0"}).runs == 0
    assert limits_of(limits_of(values).environment()) == limits_of(values)


def test_a_child_process_reads_the_same_limits_however_large_they_are():
    large = limits_of({"CATDOG_LIMIT_UPLOAD": "123456789", "CATDOG_LIMIT_STORED": "1234567"})
    assert limits_of(large.environment()) == large


@pytest.mark.parametrize("text", ["-1", "many", "1.5", " ", "9" * 10, "٣"])
def test_what_is_no_whole_number_is_refused(text):
    with pytest.raises(UsageError, match="CATDOG_LIMIT_UPLOAD"):
        limits_of({"CATDOG_LIMIT_UPLOAD": text})


def test_what_is_too_much_is_not_counted_and_each_person_is_counted_alone():
    allowance = Allowance(100, clock=Clock())
    assert allowance.take("anna", 60)
    assert not allowance.take("anna", 41)
    assert allowance.left("anna") == 40
    assert allowance.take("anna", 40)
    assert allowance.left("anna") == 0
    assert allowance.take("ben", 100)
    assert not allowance.take("carl", 101)


def test_after_an_hour_there_is_room_again_and_the_wait_is_told_before():
    clock = Clock()
    allowance = Allowance(100, clock=clock)
    allowance.take("anna", 70)
    clock.now += 600
    allowance.take("anna", 30)
    assert allowance.wait("anna", 1) == 3000
    assert allowance.wait("anna", 71) == 3600
    assert allowance.wait("anna", 1_000) == 3600
    clock.now += 3000
    assert allowance.left("anna") == 70
    assert allowance.wait("anna", 1) == 0
    clock.now += 600
    assert allowance.left("anna") == 100


def test_without_a_limit_anything_goes():
    allowance = Allowance(0)
    assert allowance.take("anna", 10**15)
    assert allowance.left("anna") is None
