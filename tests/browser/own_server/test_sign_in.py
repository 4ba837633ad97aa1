"""Signing in with a real OpenID Connect provider on this machine: who may look, who may change, and what runs note."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from catdog.runs import list_runs
from catdog.settings import CLASS_LIMITS
from tests.browser.provider import Provider
from tests.browser.server import NOWHERE
from tests.browser.visitor import drawn, main

pytestmark = pytest.mark.browser

ANNA = {"email": "Anna@school.example", "email_verified": True, "name": "Anna"}


@pytest.fixture
def provider() -> Iterator[Provider]:
    """Where people sign in; nobody until the test says who."""
    provider = Provider()
    yield provider
    provider.stop()


@pytest.fixture
def guarded(start, provider: Provider, tmp_path: Path):
    """A server on which people sign in, and on which Anna is the only member."""
    secrets, members = tmp_path / "secrets.toml", tmp_path / "members.txt"
    secrets.write_text(provider.secrets(), encoding="utf-8")
    members.write_text("anna@school.example  # teaches\n", encoding="utf-8")
    return start(NOWHERE, ("--secrets.files", str(secrets)), members=members, limits=CLASS_LIMITS)


def sign_in(window: Page, provider: Provider, claims: dict) -> None:
    """Sign in as this person."""
    provider.claims = claims
    window.get_by_role("button", name="Sign in").click()
    expect(window.get_by_role("button", name="Sign out")).to_be_visible()
    drawn(window)


def test_everyone_sees_but_only_members_change_and_a_run_notes_who(guarded, visitors, provider):
    visitor = visitors(guarded.address)
    visitor.also = (provider.address,)
    window = visitor.visit("train", epochs=1, share=20)
    start = main(window).get_by_role("button", name="Start training")
    expect(start).to_be_disabled()

    sign_in(window, provider, {"email": "ben@school.example", "email_verified": True})
    expect(window.get_by_text("is not on the list of members").first).to_be_visible()
    visitor.go(window, "train", epochs=1, share=20)
    expect(start).to_be_disabled()
    window.get_by_role("button", name="Sign out").click()
    expect(window.get_by_role("button", name="Sign in")).to_be_visible()

    sign_in(window, provider, ANNA)
    expect(window.get_by_text(re.compile(r"anna.?@school\.example")).first).to_be_visible()
    expect(window.locator("a[href^='mailto:']")).to_have_count(0)
    visitor.go(window, "train", epochs=1, share=20)
    expect(main(window).get_by_text("0 of 20 runs of yours wait or train.")).to_be_visible()
    guarded.train_lightly()
    start.click()
    expect(window.locator("[class*='st-key-active-'], [class*='st-key-run-']")).to_have_count(1)
    [run] = list_runs(guarded.settings)
    assert [(act.what, act.by) for act in run.audit_log] == [("started", "anna@school.example")]
