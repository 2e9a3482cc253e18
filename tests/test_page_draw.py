"""The page Draw, as far as no hand is needed; drawing itself is in test_browser.py."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mnist_models.publishing import publish
from mnist_models.runs import Run

OpenPage = Callable[..., AppTest]


def test_an_empty_canvas_has_no_verdict(tiny_run: Run, open_page: OpenPage) -> None:
    page = open_page("draw")
    assert [metric.value for metric in page.metric] == ["–", "–"]


def test_a_test_picture_gets_the_verdicts_of_the_models(
    tiny_run: Run, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without MNIST on the machine the pictures are the sample's, and the page says so."""
    from mnist_models.data import load_sample

    monkeypatch.delenv("MNIST_NPZ", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    page = open_page("draw")
    page.segmented_control[0].set_value("Test picture").run()
    page.number_input(key="test_picture").set_value(7).run()
    assert not page.exception
    sample = load_sample()
    picture = sample.x_test[7:8]
    expected = [str(tiny_run.stack(a).predict(picture)[0]) for a in tiny_run.approaches]
    assert [metric.value for metric in page.metric] == expected
    text = " ".join(e.value for e in (*page.markdown, *page.caption))
    assert f"**{sample.y_test[7]}**" in text
    assert "scikit-learn's digits" in text


def _show(proba_multi: list[float]) -> None:
    import numpy as np

    from mnist_models.runs import load_run
    from ui.verdicts import show_verdicts

    class Fixed:
        def __init__(self, proba: list[float]) -> None:
            self.proba = np.array([proba])

        def predict_proba(self, images: np.ndarray) -> np.ndarray:
            return self.proba

    run = load_run()
    run.__dict__["single"] = Fixed([0.91] + [0.01] * 9)
    run.__dict__["multi"] = Fixed(proba_multi)
    show_verdicts(run, np.zeros((28, 28), dtype=np.uint8))


@pytest.mark.parametrize(
    ("proba", "digit", "detail", "agreement"),
    [
        ([0.9] + [0.1] * 9, "0", "1 of 10 says yes: 0", "Both read a 0."),
        ([0.1, 0.9, 0.8] + [0.1] * 7, "1", "2 of 10 say yes: 1 and 2", "They disagree"),
        (
            [0.1, 0.1, 0.4] + [0.2] * 7,
            "2",
            "none of 10 says yes",
            "None of the 10 binary models says yes",
        ),
        ([0.5] + [0.2] * 9, "0", "1 of 10 says yes: 0", "Both read a 0."),
    ],
)
def test_verdicts_say_who_says_yes_and_whether_they_agree(
    tiny_run: Run, proba: list[float], digit: str, detail: str, agreement: str
) -> None:
    page = AppTest.from_function(_show, kwargs={"proba_multi": proba}, default_timeout=30).run()
    assert not page.exception
    assert [metric.value for metric in page.metric] == ["0", digit]
    assert [c.value for c in page.caption] == ["probability 91.0 %", detail]
    assert agreement in [*page.success, *page.warning][0].value


def test_a_run_without_the_multi_model_says_how_to_train_it(
    trained: Path, tiny_contents: dict[str, Any]
) -> None:
    stacks = {"single": tiny_contents["stacks"]["single"]}
    publish("reference", **{**tiny_contents, "stacks": stacks})

    def show() -> None:
        import numpy as np

        from mnist_models.runs import load_run
        from ui.verdicts import show_verdicts

        show_verdicts(load_run(), np.zeros((28, 28), dtype=np.uint8))

    page = AppTest.from_function(show, default_timeout=30).run()
    assert not page.exception
    assert "--approach multi" in page.warning[0].value
    assert page.metric[0].value != "–"
    assert page.metric[1].value == "–"
