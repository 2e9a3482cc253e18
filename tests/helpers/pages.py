"""A page as visitors see it, with all that stands around it: what the tests of pages share."""

import json
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

_ENTRY = Path(__file__).with_name("entry.py")


def app_page(name: str) -> AppTest:
    """The page with this name, not run yet."""
    page = AppTest.from_file(str(_ENTRY), default_timeout=60)
    return page.switch_page(f"../../pages/{name}.py")


def open_page(name: str, **query: str) -> AppTest:
    """The page with this name after its first run, with these parameters in its address."""
    page = app_page(name)
    for key, value in query.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    return page


def shown_cells(page: AppTest) -> list[dict[str, Any]]:
    """What `widgets.cells.show_cells` sends to the browser, for each set of cells on the page."""
    return [json.loads(element.proto.json) for element in page.get("bidi_component")]


def run_in_sidebar(page: AppTest) -> str:
    """The name of the run that the sidebar says is shown."""
    return run_named(page.sidebar.expander[0].label)


def run_named(label: str) -> str:
    """The name in what the sidebar says of a run, like "Run: pens (trained on the sample)"."""
    return label.removeprefix("Run: ").split()[0]


def choose_run(page: AppTest, name: str) -> None:
    """Open the sidebar's list of runs, and choose one."""
    page.session_state[f"runs_of_{run_in_sidebar(page)}"] = True
    page.run()
    page.sidebar.radio[0].set_value(name).run()
