"""catdog.access: who is on the list of members, and how an hour's bytes are counted."""

import pytest

from catdog.access import Allowance, Owned, SignOuts, is_member
from catdog.errors import AccessError


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
def test_nobody_else_is_a_member(members, email):
    assert not is_member(members, email)


def test_a_change_of_the_list_holds_at_once(members):
    members.write_text("ben@school.example\n", encoding="utf-8")
    assert is_member(members, "ben@school.example")
    assert not is_member(members, "anna@school.example")


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_list_that_cannot_be_read_lets_nobody_in_and_says_so(tmp_path, content):
    file = tmp_path / "members.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(AccessError, match="nobody may change"):
        is_member(file, "anna@school.example")


@pytest.mark.parametrize("content", ["", "\n# nobody yet\n", "@\n"])
def test_a_list_without_an_address_lets_nobody_in_and_says_so(members, content):
    members.write_text(content, encoding="utf-8")
    with pytest.raises(AccessError, match=r"has no address, so nobody may change anything: .*"):
        is_member(members, "anna@school.example")


def test_what_somebody_started_is_theirs_and_the_owners(members):
    run = Owned("The run model1", "ben@school.example")
    for owners, by in ((None, "ben@school.example"), (members, "anna@school.example"), (None, ""), (members, "")):
        run.check(owners, by)
    for owners, by in ((None, "anna@school.example"), (members, "carl@school.example")):
        with pytest.raises(AccessError, match=r"^The run model1 is not yours: ask whoever started .* or an owner"):
            run.check(owners, by)


def test_what_nobody_is_noted_for_is_the_owners_alone(members):
    Owned("The run model1", "").check(members, "anna@school.example")
    with pytest.raises(AccessError, match="is not yours"):
        Owned("The run model1", "").check(members, "ben@school.example")


def test_a_list_of_owners_that_is_lost_makes_nobody_an_owner(tmp_path):
    own, others = Owned("The run a", "ben@school.example"), Owned("The run b", "anna@school.example")
    own.check(tmp_path / "gone.txt", "ben@school.example")
    with pytest.raises(AccessError, match=r"list of owners .* can't be read, so nobody counts as one.*CATDOG_OWNERS"):
        others.check(tmp_path / "gone.txt", "ben@school.example")


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_too_much_is_not_counted_and_each_person_counts_alone():
    allowance = Allowance(100, clock=Clock())
    assert allowance.take("anna", 60)
    assert not allowance.take("anna", 41)
    assert allowance.left("anna") == 40
    assert allowance.take("anna", 40)
    assert allowance.left("anna") == 0
    assert allowance.take("ben", 100)
    assert not allowance.take("carl", 101)


def test_an_hour_later_there_is_room_and_wait_says_when():
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


def test_what_is_given_back_may_be_used_again():
    clock = Clock()
    allowance = Allowance(100, clock=clock)
    allowance.take("anna", 40)
    clock.now += 600
    for _ in range(50):  # an upload in pieces
        assert allowance.take("anna", 1)
    allowance.give_back("anna", 45)
    assert allowance.left("anna") == 55
    allowance.give_back("anna", 10)
    assert allowance.left("anna") == 65
    clock.now += 3000
    assert allowance.left("anna") == 100
    allowance.give_back("anna", 5)
    assert allowance.left("anna") == 100


def test_a_sign_in_that_has_ended_is_told_by_its_cookie_whatever_else_the_browser_sends():
    ended = SignOuts()
    ended.add({"_streamlit_user": "signed-1", "theme": "dark"})
    assert ended.has({"_streamlit_user": "signed-1"})
    assert ended.has({"_streamlit_user": "signed-1", "_streamlit_user_1": "junk"})
    assert not ended.has({"_streamlit_user": "signed-2"})
    ended.add({})
    assert not ended.has({})
    assert not ended.has({"other": "x"})


def test_the_oldest_ends_of_sign_ins_are_forgotten(monkeypatch):
    monkeypatch.setattr("catdog.access.MAX_SIGN_OUTS", 2)
    ended = SignOuts()
    for number in range(3):
        ended.add({"_streamlit_user": f"signed-{number}"})
    assert [ended.has({"_streamlit_user": f"signed-{number}"}) for number in range(3)] == [False, True, True]
