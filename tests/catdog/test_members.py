"""Who is on the list of members."""

import pytest

from catdog.errors import AccessError
from catdog.members import is_member


@pytest.fixture
def members(tmp_path):
    """A list of one person and one domain."""
    file = tmp_path / "members.txt"
    file.write_text("# the class\n\nAnna@School.example   # teaches\n@club.example\n@\n", encoding="utf-8")
    return file


@pytest.mark.parametrize("email", ["anna@school.example", " ANNA@school.EXAMPLE ", "anybody@club.example"])
def test_whose_address_or_domain_is_listed_is_a_member(members, email):
    assert is_member(members, email)


@pytest.mark.parametrize(
    "email",
    [
        "",
        "@",
        "anna",
        "ben@school.example",
        "@school.example",
        "@club.example",
        "anna@school.example.evil",
        "x@sub.club.example",
        "# the class",
        "club.example",
    ],
)
def test_nobody_else_is(members, email):
    assert not is_member(members, email)


def test_a_change_of_the_list_holds_at_once(members):
    members.write_text("ben@school.example\n", encoding="utf-8")
    assert is_member(members, "ben@school.example")
    assert not is_member(members, "anna@school.example")


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_list_that_can_not_be_read_lets_nobody_in_and_says_so(tmp_path, content):
    file = tmp_path / "members.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(AccessError, match="nobody may change"):
        is_member(file, "anna@school.example")
