"""What axe-core finds on every page: nothing that WCAG 2.1 AA forbids, and headings in order."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from pages.components.course import OVERVIEW, PAGES
from tests.browser.visitor import drawn, main

pytestmark = pytest.mark.browser

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
PARAMETERS = {"predict": {"sample": 7}, "evaluate": {"details": "Curves"}}  # so that each page has its charts
OPTIONS = {
    "runOnly": {"type": "tag", "values": WCAG},
    "rules": {"heading-order": {"enabled": True}, "page-has-heading-one": {"enabled": True}},
    "resultTypes": ["violations"],
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_a_rule_of_wcag(visitor, trained, scheme):
    window, problems = visitor.visit(scheme=scheme), []
    for name, *_ in PAGES:
        visitor.go(window, "" if name == OVERVIEW else name, **PARAMETERS.get(name, {}))
        if name in ("compare", "evaluate", "explore", "predict"):
            main(window).locator(".js-plotly-plot").first.wait_for()
            drawn(window)
        results = Axe().run(window, options=OPTIONS)
        problems += [f"{name}: {line}" for line in describe(results.response["violations"])]
    assert problems == []


def describe(violations: list[dict]) -> list[str]:
    """Return a line for each place where a rule is broken: the rule, what is there, and why that breaks it."""
    return [
        f"{violation['id']}: {node['html'][:150]} {node['failureSummary'][:300]}"
        for violation in violations
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize(("name", "title"), [("", "Overview"), ("compare", "Compare")])
def test_a_tab_has_its_pages_title_and_the_way_on(visitor, name, title):
    window = visitor.visit(name)
    assert window.title() == f"{title} · Cats and Dogs"
    steps = main(window).get_by_role("link", name="Page")
    if not name:
        assert steps.count() == 0
        return
    steps.click()
    main(window).get_by_role("heading", name="Evaluate", level=1).wait_for()
