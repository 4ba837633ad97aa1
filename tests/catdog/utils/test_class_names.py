"""Which names mean the same class, and that neither order nor spelling ever swaps two classes."""

import unicodedata

import pytest

from catdog.utils.class_names import describe_mapping, find_class, is_same_class, is_swapped, map_classes, name_single

PETS = ("cats", "dogs")
DECOMPOSED = unicodedata.normalize("NFD", "Kätzchen")


def test_only_names_known_to_be_plurals_lose_their_s():
    assert [name_single(name) for name in ("cats", "dogs", "lens", "my cats")] == ["cat", "dog", "lens", "my cats"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        *[("cat", "cats"), ("Cats", "cats"), ("CATS", "cat"), (" dogs ", "dog"), ("TV", "TVs")],
        *[("fox", "foxes"), ("finch", "Finches"), ("bus", "buses"), ("horse", "horses"), ("potato", "potatoes")],
        *[("puppy", "Puppies"), ("wolf", "wolves"), ("knife", "knives")],
        *[("Katze", "Katzen"), ("Affe", "Affen"), ("Hund", "Hunde"), ("Fisch", "Fische")],
        *[(DECOMPOSED, "Kätzchen"), (DECOMPOSED, "KÄTZCHEN"), ("Straße", "STRASSE"), ("猫", "猫"), ("Кошки", "кошки")],
        *[("golden_retriever", "Golden Retrievers"), ("maine-coon", "maine coon"), ("con", "con_"), ("a?b", "a_b")],
    ],
)
def test_case_spelling_and_number_make_no_other_class(first, second):
    assert is_same_class(first, second)
    assert is_same_class(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        *[("cats", "dogs"), ("cats", "cars"), ("cub", "cube"), ("pin", "pine"), ("chick", "chicken")],
        *[("princess", "prince"), ("princess", "princes"), ("glass", "glas"), ("kit", "kitten")],
        *[("a", "as"), ("1", "1s"), ("x2", "x²"), ("C++", "C#"), ("cat", ""), ("cats", "cat s"), ("猫", "犬")],
    ],
)
def test_other_words_are_other_classes(first, second):
    assert not is_same_class(first, second)
    assert not is_same_class(second, first)


@pytest.mark.parametrize(
    ("written", "label"),
    [("cats", 0), ("Dog", 1), (" DOGS ", 1), ("horse", None), (None, None), ("", None), ("cat s", None)],
)
def test_a_label_finds_its_class(written, label):
    assert find_class(written, PETS) == label


@pytest.mark.parametrize(
    ("names", "mapping"),
    [
        (("Cats", "Dogs"), (0, 1)),
        (("Dog", "cat"), (1, 0)),
        (("cats", "horses"), None),
        (("cat", "Cats"), None),  # two names of one class
        (("cats",), None),
        (("cats", "dogs", "horses"), None),
    ],
)
def test_classes_are_mapped_by_name_one_to_one_or_not_at_all(names, mapping):
    assert map_classes(names, PETS) == mapping
    assert is_swapped(names, PETS) == (mapping == (1, 0))


def test_classes_that_fall_together_are_known_by_their_very_names_only():
    assert map_classes(("cat", "cats"), ("cat", "cats")) == (0, 1)
    assert map_classes(("cats", "cat"), ("cat", "cats")) == (1, 0)
    assert map_classes(("Cat", "dogs"), ("cat", "cats")) is None
    assert find_class("Cat", ("cat", "cats")) is None


def test_a_mapping_is_told_where_names_differ():
    assert describe_mapping(("Dogs", "Cats"), PETS) == "Dogs = dogs, Cats = cats"
    assert describe_mapping(PETS, PETS) == ""
    assert describe_mapping(("apples", "pears"), PETS) == ""
