"""What a schema lets through, and how it names what it leaves out."""

import pytest

from catdog.utils.schema import ANY_OBJECT, TRUTH, list_of, number, one_of, sift, table_of, text, whole

NAN, INFINITE = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (number(0, 1), [0, 1, 0.5], [-0.1, 2, NAN, INFINITE, True, "0.5", 10**400, [0.5]]),
        (whole(1, 9), [1, 9], [0, 10, 1.0, True, "1", 10**400]),
        (text(3), ["", "ab\n", "äöü"], ["abcd", "\0", "\ud800", "\x1b", 3, b"a"]),
        (text(3, of_files=True), ["a\x01"], ["\0", "\udce9", "abcd"]),
        (one_of("a", "b"), ["a"], ["", "c", ["a"], 1]),
        (TRUTH, [True, False], [0, 1, "true"]),
        (ANY_OBJECT, [{}, {"a": 1}], [[], "a"]),
        (list_of(text(3), least=2, most=2), [["a", "b"]], [["a"], ["a", "a"], ["a", "b", "c"], [1, 2], "ab", [[], []]]),
        (table_of(text(1), whole(0, 9)), [{}, {"a": 1}], [{"ab": 1}, {"a": -1}, {"a": {}}, [1]]),
    ],
)
def test_a_kind_tells_what_fits_from_anything_else(kind, good, bad):
    assert [value for value in good if not kind.fits(value)] == []
    assert [value for value in bad if kind.fits(value)] == []


def test_what_fits_is_kept_and_the_rest_is_named_with_its_place():
    schema = {"count": whole(0, 9), "inner": {"share": number(0, 1), "deeper": {"name": text(9)}}}
    values = {"count": 5, "new": [1], "inner": {"share": 2.5, "deeper": {"name": ["x"]}}}
    kept, faults = sift(values, schema)
    assert kept == {"count": 5, "new": [1], "inner": {"deeper": {}}}
    assert faults == [
        "inner.share is 2.5, but must be a number from 0 to 1",
        "inner.deeper.name is a list, but must be text of up to 9 characters",
    ]


def test_null_counts_as_absent_and_an_object_must_be_one():
    assert sift({"inner": None}, {"inner": {}}) == ({}, [])
    assert sift({"inner": "x" * 99}, {"inner": {}})[1] == [f"inner is '{'x' * 40}…', but must be an object"]
