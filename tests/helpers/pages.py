"""A page as visitors see it, with all that stands around it: what the tests of pages share."""

import json
import re
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from streamlit.testing.v1 import AppTest

# At each run of a page AppTest reads what all installed packages say of themselves, which takes
# most of the time; a server does it once.
with suppress(ImportError, AttributeError):
    from streamlit.components.v2 import manifest_scanner

    vars(manifest_scanner)["scan_component_manifests"] = cache(
        manifest_scanner.scan_component_manifests
    )

_ENTRY = Path(__file__).with_name("entry.py")
_UI = Path(__file__).parents[2] / "ui"
# The keys of all tables that are made on demand, read from the code, so that none is forgotten.
TABLES = tuple(
    sorted(
        key
        for path in _UI.rglob("*.py")
        for key in re.findall(r'key="(\w+_table)"', path.read_text("utf-8"))
    )
)


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
    components = [element.proto for element in page.get("bidi_component")]
    return [json.loads(each.json) for each in components if each.component_name == "cells"]


def dialog_title(page: AppTest) -> str:
    """The title of the dialog that is open above the page; empty if none is."""
    return "".join(dialog.proto.dialog.title for dialog in page.get("dialog"))


def picture_links(page: AppTest) -> list[Any]:
    """The links from test pictures to the page Draw, as they are sent to the browser."""
    links = [element.proto for element in page.get("page_link")]
    return [link for link in links if "test_picture=" in link.query_string]


def shown_tables(page: AppTest) -> list[pd.DataFrame]:
    """The tables of a page as people read them: their headings, and every cell as text."""
    tables = [_shown(element.proto, element.value) for element in page.dataframe]
    return [*tables, *(element.value.astype(str) for element in page.table)]


def _shown(proto: Any, values: pd.DataFrame) -> pd.DataFrame:
    """A cell is what a Styler wrote, else its value, or the placeholder where there is none."""
    written = proto.arrow_data.styler.display_values
    cells = pa.ipc.open_stream(written).read_pandas() if written else values
    shown = cells.astype(object).where(values.notna().to_numpy(), proto.placeholder or "None")
    labels = {name: entry.get("label") for name, entry in json.loads(proto.columns or "{}").items()}
    return shown.astype(str).set_axis([labels.get(name) or name for name in values], axis="columns")


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
