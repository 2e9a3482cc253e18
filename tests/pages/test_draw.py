"""The page Draw, as far as no hand is needed; drawing itself is in tests/browser."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from streamlit.components.v2.bidi_component import serialization
from streamlit.testing.v1 import AppTest

from mnist_models.learning.stack import Stack
from mnist_models.preprocessing.rasterise import render
from mnist_models.robustness.attribution import Reason, explain
from mnist_models.runs.publishing import publish
from mnist_models.runs.run import Run
from ui.draw import canvas
from ui.draw.sources import may_have_camera
from ui.draw.verdicts import Probas, probability_bars
from ui.inside.attribution import AGAINST, FOR, tint

OpenPage = Callable[..., AppTest]


def test_an_empty_canvas_has_no_verdict(tiny_run: Run, open_page: OpenPage) -> None:
    page = open_page("draw")
    assert [metric.value for metric in page.metric] == ["–", "–"]


def test_what_a_component_is_given_is_a_table_as_before(tiny_run: Run, open_page: OpenPage) -> None:
    """The page keeps Streamlit from importing pandas for the canvas' dicts, and changes no more."""
    open_page("draw")
    assert serialization.is_dataframe_like({"digit": pd.Series([1, 2])})
    assert serialization.is_dataframe_like(pd.DataFrame({"digit": [1, 2]}))
    assert not serialization.is_dataframe_like({"objects": [{"type": "path"}]})
    assert not serialization.is_dataframe_like(["0", "1"])


def test_a_test_picture_gets_the_verdicts_of_the_models(
    tiny_run: Run, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without MNIST on the machine the pictures are the sample's, and the page says so."""
    from mnist_models.data.sample import load_sample

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


def _show(
    proba_multi: list[float],
    truth: int | None = None,
    proba_single: list[float] | None = None,
    is_dot: bool = False,
    shapes: int = 1,
) -> None:
    import dataclasses

    import numpy as np

    from mnist_models.preprocessing.to_mnist import to_mnist_steps
    from mnist_models.runs.registry import load_run
    from ui.draw.verdicts import show_verdicts

    class Fixed:
        def __init__(self, proba: list[float]) -> None:
            self.proba = np.array([proba])

        def predict_proba(self, images: np.ndarray) -> np.ndarray:
            return self.proba

    run = load_run()
    fixed = {"single": proba_single or [0.991] + [0.001] * 9, "multi": proba_multi}
    run.__dict__["_stacks"] = {approach: Fixed(proba) for approach, proba in fixed.items()}
    steps = to_mnist_steps(np.eye(40, dtype=np.uint8) * 255)
    steps = dataclasses.replace(steps, is_dot=is_dot, shapes=shapes)
    show_verdicts(run, np.zeros((28, 28), dtype=np.uint8), truth, steps=steps)


@pytest.mark.parametrize(
    ("proba", "digit", "sign", "detail", "agreement"),
    [
        ([0.99] + [0.1] * 9, "0", "=", "9 of 10 say no, only 0 says yes", "Both read 0."),
        (
            [0.1, 0.9, 0.8] + [0.1] * 7,
            "1",
            "≠",
            "8 of 10 say no, 1 and 2 both say yes",
            "They disagree",
        ),
        (
            [0.7, 0.6] + [0.1] * 7 + [0.5],
            "0",
            "=",
            "7 of 10 say no, 0, 1 and 9 say yes",
            "Perhaps 0: that is what both read, but not with certainty.",
        ),
        (
            [0.6] + [0.9] * 8 + [0.2],
            "1",
            "≠",
            "1 of 10 says no, 0, 1, 2, 3, 4, 5, 6, 7 and 8 say yes",
            "They disagree",
        ),
        ([0.9] * 10, "0", "=", "all 10 say yes", "The 10 models are unsure: 0 has 90.0 %, 1 has"),
        (
            [0.4] + [0.2] * 9,
            "?",
            "?",
            "none says yes: **not one of my digits**",
            "None of the 10 binary models says yes",
        ),
        ([0.5] + [0.2] * 9, "0", "=", "9 of 10 say no, only 0 says yes", "Perhaps 0:"),
    ],
)
def test_verdicts_say_who_says_yes_and_whether_they_agree(
    tiny_run: Run, proba: list[float], digit: str, sign: str, detail: str, agreement: str
) -> None:
    page = AppTest.from_function(_show, kwargs={"proba_multi": proba}, default_timeout=30).run()
    assert not page.exception
    assert [metric.value for metric in page.metric] == ["0", digit]
    assert [c.value for c in page.caption] == ["probability 99.1 %", detail]
    assert [m.value for m in page.markdown] == [sign]
    assert agreement in [*page.info, *page.warning][0].value
    assert not page.success  # nobody knows whether it is right


@pytest.mark.parametrize(
    ("truth", "box", "sentence"),
    [
        (None, "info", "Both read 0."),
        (0, "success", "Both read 0, which is right."),
        (3, "error", "Both read 0, which is wrong."),
    ],
)
def test_green_is_for_what_is_known_to_be_right(
    truth: int | None, box: str, sentence: str, tiny_run: Run
) -> None:
    values = {"proba_multi": [0.99] + [0.1] * 9, "truth": truth}
    page = AppTest.from_function(_show, kwargs=values, default_timeout=30).run()
    boxes = {each: [e.value for e in getattr(page, each)] for each in ("info", "success", "error")}
    assert boxes == {**{each: [] for each in boxes}, box: [sentence]}


_YES_0, _NO = [0.99] + [0.01] * 9, [0.1] * 10
_WAVERS = [0.6, 0.35] + [0.005] * 8


@pytest.mark.parametrize(
    ("values", "said", "doubted"),
    [
        (
            {"proba_multi": _YES_0, "proba_single": _WAVERS},
            "Perhaps 0: that is what both read, but not with certainty. The single model is "
            "unsure: 0 has 60.0 %, 1 has 35.0 %. Try it again, larger and clearer.",
            ["?", ""],
        ),
        (
            {"proba_multi": [0.9, 0.8] + [0.1] * 8, "proba_single": _WAVERS},
            "The 10 models are unsure: 0 has 90.0 %, 1 has 80.0 %.",
            ["?", "?"],
        ),
        (
            {"proba_multi": [0.01] * 3 + [0.99] + [0.01] * 6, "proba_single": _WAVERS},
            "They disagree: the single model reads 0, the 10 models read 3. The single model is "
            "unsure: 0 has 60.0 %",
            ["?", ""],
        ),
        (
            {"proba_multi": _YES_0, "is_dot": True},
            "This is too little to read: a dot or a blot, and no line. Show one digit that fills",
            ["?", "?"],
        ),
        (
            {"proba_multi": _YES_0, "shapes": 2},
            "There are 2 separate shapes here, and only one digit is read at a time: the answers "
            "take them for one. Draw one digit alone",
            ["?", "?"],
        ),
        (
            {"proba_multi": _NO, "proba_single": _WAVERS},
            "The single model has to choose and says 0. If it is a digit, draw it larger",
            ["?", ""],
        ),
    ],
)
def test_what_nobody_should_rely_on_has_its_own_sentence_and_a_question_mark(
    values: dict[str, Any], said: str, doubted: list[str], tiny_run: Run
) -> None:
    page = AppTest.from_function(_show, kwargs=values, default_timeout=30).run()
    assert not page.exception
    [box] = page.warning
    assert said in box.value
    assert [metric.delta for metric in page.metric] == doubted
    assert not page.success
    assert not page.info


def test_a_known_digit_is_not_to_be_drawn_again(tiny_run: Run) -> None:
    values = {"proba_multi": _YES_0, "proba_single": _WAVERS, "truth": 0}
    page = AppTest.from_function(_show, kwargs=values, default_timeout=30).run()
    [box] = page.success
    assert "which is right. The single model is unsure" in box.value
    assert "Try it again" not in box.value


def test_the_bars_show_each_probability_on_one_scale_and_say_it_to_those_who_cannot_see() -> None:
    probas: Probas = {"single": np.array([0.25, 0.75]), "multi": np.array([0.004, 0.996])}
    text = probability_bars(probas, ["3", "<b>"])
    assert re.findall(r"width:([\d.]+)%", text) == ["25.00", "0.40", "75.00", "99.60"]
    assert re.findall(r"<span>([^<]*%)</span>", text) == ["25 %", "&lt; 1 %", "75 %", "&gt; 99 %"]
    assert "<b>" not in text
    assert "Single model: 3 25%, &lt;b&gt; 75%." in text
    assert "Multi-model: 3 0%, &lt;b&gt; 100%." in text
    alone = probability_bars({"single": probas["single"]}, ["3", "8"])
    assert "binary model" not in alone


def test_ink_is_yellow_where_it_spoke_for_the_answer_and_white_where_it_did_not_matter() -> None:
    image = np.zeros((28, 28), np.uint8)
    relevance = np.zeros((28, 28), np.float32)
    image[0, :4] = 255, 255, 255, 51
    relevance[0, :3] = 4, -2, 0
    picture = tint(image, relevance)
    assert picture[0, 0].tolist() == list(FOR)  # the strongest has the full colour
    np.testing.assert_allclose(picture[0, 1], [(255 + c) / 2 for c in AGAINST], atol=0.6)
    assert picture[0, 2].tolist() == [255, 255, 255]
    assert picture[0, 3].tolist() == [51, 51, 51]
    assert (picture[1:] == 0).all()
    assert (tint(image, np.zeros_like(relevance))[0, 0] == 255).all()


def test_the_steps_are_numbered_pictures_that_tell_what_became_of_the_pen() -> None:
    def show(pen_before: float, pen_after: float) -> None:
        import dataclasses

        import numpy as np
        import streamlit as st

        from mnist_models.preprocessing.to_mnist import to_mnist_steps
        from ui.draw.preprocessing_steps import show_steps

        drawing = np.zeros((280, 280), np.uint8)
        drawing[60:220, 130:150] = 255
        steps = to_mnist_steps(drawing)
        st.session_state["steps"] = True
        changed = dataclasses.replace(steps, pen_before=pen_before, pen_after=pen_after)
        show_steps(changed, drawing)

    def text_of(pen_before: float, pen_after: float) -> str:
        pens = {"pen_before": pen_before, "pen_after": pen_after}
        page = AppTest.from_function(show, kwargs=pens, default_timeout=30).run()
        assert not page.exception
        return page.get("html")[0].proto.body

    thickened = text_of(1.25, 2.5)
    assert re.findall(r"<figcaption>(\d)\.", thickened) == ["1", "2", "3", "4", "5"]
    assert thickened.count("src='data:image/png;base64,") == 5
    assert "1. the ink: what stands out from the background" in thickened
    assert "lines 1.2 pixels wide in the box: changed to 2.5" in thickened
    assert re.search(r"box of 20 × 20: \d+ × 20 pixels", thickened)
    assert "2.5 pixels wide in the box: left as they are" in text_of(2.5, 2.5)


def _png(side: int, pen: float) -> bytes:
    """A canvas as a browser sends it."""
    picture = render([np.array([[80, 40], [200, 240]], np.float32)], box=280, canvas=side, pen=pen)
    file = io.BytesIO()
    Image.fromarray(np.dstack([picture] * 3 + [np.full_like(picture, 255)])).save(file, "PNG")
    return file.getvalue()


def test_which_pen_draws_makes_no_difference_and_the_steps_say_so(
    tiny_run: Run, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = []
    for pen in (8, 24):
        strokes = [{"path": [["M", 80, 40], ["L", 200, 240]], "strokeWidth": pen}]
        drawing = canvas._Drawing(_png(280, pen), strokes)
        monkeypatch.setattr(canvas, "_ask_canvas", lambda *_, drawing=drawing: drawing)
        page = open_page("draw")
        page.session_state["steps"] = True
        page.run()
        assert not page.exception
        bodies = [element.proto.body for element in page.get("html")]
        (steps,) = (body for body in bodies if "class='v-steps'" in body)
        drawn, *others = re.findall(r"src='([^']+)'", steps)
        said.append(([metric.value for metric in page.metric], others, drawn))
    assert [re.sub("<.*?>", "", text) for text in re.findall(r"<figcaption>(.*?)<", steps)] == [
        "1. what you drew",
        "2. your strokes, scaled to 13 × 20 pixels and drawn with a pen 2.5 pixels wide, as wide "
        "as MNIST&#x27;s",
        "3. centre of mass moved to the middle of 28 × 28",
    ]
    (thin, thin_steps, thin_drawn), (thick, thick_steps, thick_drawn) = said
    assert thin == thick != ["–", "–"]
    assert thin_steps == thick_steps
    assert thin_drawn != thick_drawn


def test_the_reasons_are_worked_out_only_while_they_are_open(
    tiny_run: Run, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Stack] = []

    def noted(stack: Stack, image: np.ndarray) -> Reason:
        asked.append(stack)
        return explain(stack, image)

    monkeypatch.setattr("ui.inside.attribution.explain", noted)
    page = open_page("draw")
    page.segmented_control[0].set_value("Test picture").run()
    assert not asked
    page.session_state["why"] = True
    page.run()
    assert not page.exception
    assert len(asked) == 2
    assert "$x_i" in " ".join(c.value for c in page.caption)


def test_a_run_without_the_multi_model_says_how_to_train_it(
    trained: Path, tiny_contents: dict[str, Any]
) -> None:
    stacks = {"single": tiny_contents["stacks"]["single"]}
    publish("reference", **{**tiny_contents, "stacks": stacks})

    def show() -> None:
        import numpy as np

        from mnist_models.runs.registry import load_run
        from ui.draw.verdicts import show_verdicts

        show_verdicts(load_run(), np.zeros((28, 28), dtype=np.uint8))

    page = AppTest.from_function(show, default_timeout=30).run()
    assert not page.exception
    assert "--approach multi" in page.warning[0].value
    assert page.metric[0].value != "–"
    assert page.metric[1].value == "–"


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://digits.example/", True),
        ("http://localhost:8501/?source=Photo", True),
        ("http://127.0.0.1:8501/", True),
        ("http://[::1]:8501/", True),
        ("http://192.168.1.20:8501/", False),
        ("http://localhost.example/", False),
        ("", True),  # nothing is known of it: then nothing is said
    ],
)
def test_where_a_browser_gives_no_camera_is_known(url: str, may: bool) -> None:
    assert may_have_camera(url) is may
