"""One click asks the models that were taught something else."""

from collections.abc import Callable
from typing import Any

from streamlit.testing.v1 import AppTest

from mnist_models.runs.publishing import publish
from mnist_models.runs.run import Run

OpenPage = Callable[..., AppTest]


def test_one_click_asks_models_that_know_mnist_only_and_another_goes_back(
    trained: Any, tiny_contents: dict[str, Any], open_page: OpenPage
) -> None:
    for name in ("pens", "strong"):
        publish(name, **tiny_contents)
    page = open_page("draw")
    assert any("pen digits of 30 people" in caption.value for caption in page.main.caption)
    page.button(key="other_teaching").click().run()
    assert page.query_params["run"] == "strong"
    assert any("only MNIST, as in most" in caption.value for caption in page.main.caption)
    page.button(key="other_teaching").click().run()
    assert page.query_params["run"] == "pens"
    assert any("pen digits of 30 people" in caption.value for caption in page.main.caption)


def test_where_there_is_nothing_else_to_ask_nothing_is_offered(
    tiny_run: Run, tiny_contents: dict[str, Any], open_page: OpenPage
) -> None:
    publish("strong", **tiny_contents)
    for name in ("reference", "strong"):
        keys = [button.key for button in open_page("draw", run=name).button]
        assert "other_teaching" not in keys
