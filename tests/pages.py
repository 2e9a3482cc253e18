"""A page as visitors see it, with all that stands around it: what the tests of pages share."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

PROJECT = Path(__file__).resolve().parent.parent
_ENTRY = Path(__file__).with_name("entry.py")


def app_page(name: str) -> AppTest:
    """The page with this name, not run yet."""
    page = AppTest.from_file(str(_ENTRY), default_timeout=60)
    return page.switch_page(f"../pages/{name}.py")
