"""The page Tour: a question, a guess, then something to try, and what happened."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_models.pipeline.options import TrainingOptions
from mnist_models.runs.run import Run
from mnist_models.settings import PROJECT
from tests.helpers.pages import open_page, shown_cells
from ui.tour import step_file
from ui.tour.step_file import step_names
from ui.tour.widgets import WIDGETS

STEPS = range(1, len(step_names()) + 1)


def visit_step(step: int, **query: str) -> AppTest:
    return open_page("tour", step=str(step), **query)


def guess(page: AppTest, step: int, answer: int = 0) -> None:
    page.radio(key=f"tour_guess_{step}").set_value(answer).run()
    if "tour_outcome" in [button.key for button in page.button]:
        assert "## What happened" not in said(page)
        page.button(key="tour_outcome").click().run()
    assert not page.exception


def said(page: AppTest) -> str:
    return "\n".join(each.value for each in page.main.markdown)


@pytest.fixture
def write_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A function that puts steps of its own in the place of the shipped ones."""
    monkeypatch.setattr(step_file, "FOLDER", tmp_path / "tour")

    def write(language: str, *texts: str) -> None:
        folder = tmp_path / "tour" / language
        folder.mkdir(parents=True)
        for number, text in enumerate(texts, 1):
            (folder / f"{number}-step.md").write_text(text, encoding="utf-8")

    return write


@pytest.mark.parametrize("step", STEPS)
def test_who_guesses_is_told_what_happened(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the shipped runs, without the right to train."""
    monkeypatch.delenv("MNIST_TRAINED", raising=False)
    monkeypatch.setenv("MNIST_RETRAIN", "off")
    page = visit_step(step)
    assert "## What happened" not in said(page)
    assert f"Step {step} of {len(STEPS)}" in [caption.value for caption in page.caption]
    guess(page, step)
    assert "## What happened" in said(page)
    answer = page.radio(key=f"tour_guess_{step}").options[0]
    assert f"You guessed: *{answer}*" in said(page)
    assert not page.error


def test_every_widget_is_on_some_step(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(
        (PROJECT / "tour" / "en" / name).read_text(encoding="utf-8") for name in step_names()
    )
    assert [name for name in WIDGETS if f"{{{{{name}}}}}" not in text] == []


def test_next_and_back_are_in_the_address(tiny_run: Run) -> None:
    page = open_page("tour")
    page.button(key="tour_next").click().run()
    assert page.query_params["step"] in ("2", ["2"])
    page.button(key="tour_next").click().run()
    assert "Step 3 of 6" in [caption.value for caption in page.caption]
    page.button(key="tour_back").click().run()
    page.button(key="tour_back").click().run()
    assert "step" not in page.query_params
    assert "tour_back" not in [button.key for button in page.button]


@pytest.mark.parametrize("step", STEPS)
def test_a_step_of_a_run_that_knows_little_has_no_gaps(step: int, tiny_run: Run) -> None:
    """It has no map, no experiment, and other pictures."""
    page = visit_step(step)
    guess(page, step)
    assert "None" not in said(page)
    assert "{" not in said(page)


def test_a_run_of_one_approach_says_what_it_lacks(
    trained: Path, half_contents: dict[str, object]
) -> None:
    from mnist_models.runs.publishing import publish

    publish("half", **half_contents)  # type: ignore[arg-type]
    for step in STEPS:
        guess(visit_step(step), step)
    page = visit_step(5)
    guess(page, 5)
    assert any("has one approach here" in info.value for info in page.info)


def test_a_click_on_a_cell_is_a_link_to_its_pictures(tiny_run: Run) -> None:
    page = visit_step(5, pictures="first.0.0")
    guess(page, 5)
    assert len(shown_cells(page)) == 2
    assert page.get("dialog")


def test_a_recorded_training_is_played_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MNIST_TRAINED", raising=False)
    monkeypatch.setenv("MNIST_RETRAIN", "off")
    page = visit_step(4)
    guess(page, 4)
    assert not page.get("progress")
    page.button(key="tour_play").click().run()
    for _ in range(12):
        page.run()
    [bar] = page.get("progress")
    assert bar.proto.value == 100
    assert "epoch 10 of 10" in bar.proto.text
    assert len(page.get("vega_lite_chart")) == 3  # two curves, and the study


def test_who_may_train_chooses_a_sampling(tiny_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    ordered: list[TrainingOptions] = []

    def order(options: TrainingOptions, *_: object) -> str:
        ordered.append(options)
        return "nothing"

    monkeypatch.setattr("mnist_models.pipeline.train_job.order_training", order)
    page = visit_step(4, sampling="all")
    guess(page, 4)
    page.button(key="tour_train").click().run()
    [options] = ordered
    assert (options.recipe, options.sampling, options.again) == ("reference", "all", True)


def test_where_nothing_can_train_the_reason_is_said(
    tiny_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_models.jobs.here.Here.refusal", lambda _: "No TensorFlow.")
    page = visit_step(4)
    guess(page, 4)
    assert any("No TensorFlow. A recorded training" in info.value for info in page.info)
    assert "tour_train" not in [button.key for button in page.button]


def test_what_is_wrong_with_a_file_is_said_on_the_page(
    tiny_run: Run, write_steps: Callable[..., None]
) -> None:
    write_steps("en", "# Fine\n\nText.", "# Not fine\n\n{{canvass}}")
    page = visit_step(2)
    [error] = page.error
    assert error.value.startswith("2-step.md, line 3: There is no widget “canvass”.")
    assert "Text." in said(visit_step(1))


def test_a_step_without_a_translation_is_in_english(
    tiny_run: Run, write_steps: Callable[..., None]
) -> None:
    write_steps("en", "# One\n\nFirst.", "# Two\n\nSecond.")
    write_steps("zh_TW", "# 一\n\n第一。")
    assert "第一。" in said(visit_step(1, lang="zh-TW"))
    page = visit_step(2, lang="zh-TW")
    assert "Second." in said(page)
    assert any("2-step.md" in caption.value for caption in page.caption)


def test_without_any_step_the_page_says_so(
    tiny_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step_file, "FOLDER", tmp_path)
    [error] = open_page("tour").error
    assert "are to begin with 1-, 2-" in error.value


def test_an_empty_draw_suggests_the_tour_first(tiny_run: Run) -> None:
    page = open_page("draw")
    links = [link.proto.page for link in page.get("page_link")]
    assert "tour" in links
