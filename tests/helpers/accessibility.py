"""What axe-core finds wrong with a page, but for what is not ours to mend."""

import time
from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page

from tests.helpers.serving import settle

# Findings that are not ours, by rule: part of the element's HTML, and why it is as it is.
NOT_OURS = {
    "presentation-role-conflict": {
        'data-testid="stFileUploaderDropzone"': "Streamlit names the area that files are dropped "
        "on, which has a button of its own, and says that it is for looks only.",
    },
}
_OPTIONS = {
    "resultTypes": ["violations"],
    "preload": False,  # no style sheet comes from another server
    "rules": {"target-size": {"enabled": True}},  # WCAG 2.2, which axe does not ask for by itself
}
_PATIENCE_S = 5  # a page is compared again until what fades in or out has done so


Seen = Page | Frame  # what is looked at: a page, or ours within a page of another site


def expect_accessible(page: Seen) -> None:
    """No finding of any impact that is ours, once the page has come to rest."""
    settle(page)
    deadline = time.monotonic() + _PATIENCE_S
    while found := list(_findings(page)):
        if time.monotonic() > deadline:
            raise AssertionError(f"{page.url}\n" + "\n".join(found))
        page.wait_for_timeout(300)


def _findings(page: Seen) -> Iterator[str]:
    """One line per element that breaks a rule."""
    for violation in Axe().run(page, options=_OPTIONS).response["violations"]:
        for node in violation["nodes"]:
            if not any(part in node["html"] for part in NOT_OURS.get(violation["id"], ())):
                why = " ".join(node["failureSummary"].split())
                yield f"{violation['id']} ({node['impact']}): {node['html'][:200]} {why}"
