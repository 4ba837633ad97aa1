"""What axe-core finds on a page: where it breaks a rule of WCAG 2.1 AA, and headings out of order."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
OPTIONS = {
    "light": {
        "runOnly": {"type": "tag", "values": WCAG},
        "rules": {"heading-order": {"enabled": True}, "page-has-heading-one": {"enabled": True}},
        "resultTypes": ["violations"],
    },
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]},
}


def find_violations(window: Page, scheme: str = "light") -> list[str]:
    """Return a line for each place where a rule is broken: the rule, what is there, and why that breaks it."""
    results = Axe().run(window, options=OPTIONS[scheme])
    return [
        f"{violation['id']}: {node['html'][:150]} {node['failureSummary'][:300]}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]
