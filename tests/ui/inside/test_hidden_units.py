"""Where a browser cannot compute the hidden units, a sentence says why and what to do."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mnist_models.learning.stack import Stack
from mnist_models.runs.publishing import publish
from mnist_models.runs.run import Run

OpenPage = Callable[..., AppTest]


def _chosen(open_page: OpenPage) -> str:
    page = open_page("draw")
    page.segmented_control(key="see_inside").set_value("Hidden units").run()
    assert not page.exception
    return " ".join(element.value for element in (*page.markdown, *page.caption))


def test_the_section_explains_itself(tiny_run: Run, open_page: OpenPage) -> None:
    text = _chosen(open_page)
    assert "Press one to see its sum" in text
    assert "spoke for the answer" in text
    assert "hidden layers" not in text  # there is one


def test_without_files_to_fetch_it_says_what_to_do(
    tiny_run: Run, open_page: OpenPage, static: Path
) -> None:
    static.rmdir()
    assert "Try another run" in _chosen(open_page)


@pytest.mark.parametrize(
    ("hidden", "said"), [((6, 5), "have 2 hidden layers"), ((), "have no hidden units")]
)
def test_networks_of_other_depths_are_explained(
    hidden: tuple[int, ...],
    said: str,
    open_page: OpenPage,
    make_stack: Callable[..., Stack],
    tiny_contents: dict[str, Any],
    trained: Path,
) -> None:
    stacks = {a: make_stack(a, hidden=hidden).rounded() for a in ("single", "multi")}
    entries = {
        approach: {
            **tiny_contents["manifest"]["approaches"][approach],
            "layers": list(stack.layers),
            "parameters": stack.parameters,
        }
        for approach, stack in stacks.items()
    }
    manifest = {**tiny_contents["manifest"], "approaches": entries}
    publish("reference", **{**tiny_contents, "manifest": manifest, "stacks": stacks})
    assert said in _chosen(open_page)
