"""What a teacher writes is read as it is meant, and what cannot be meant is said with its line."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_models.settings import PROJECT
from mnist_models.translation import languages
from ui.tour.figures import FIGURES
from ui.tour.step_file import (
    FOLDER,
    GUESS,
    Guess,
    Names,
    Prose,
    StepError,
    Widget,
    parse_step,
    read_step,
    step_names,
    step_path,
)
from ui.tour.widgets import NAMES, WIDGETS

FEW = Names(("canvas", "teach", "matrix"), ("read", "share"), ("canvas", "teach"))
STEP = """
# A title

A paragraph of {read:,},
in two lines. {{Braces}} too.
<!-- for me
alone: {nonsense} -->
{{guess}}
What do
you think?
- One
* Two

{{ canvas }}
Right below it.
## What happened
You guessed *{guess}*.
"""


def test_a_step_has_a_title_text_widgets_and_a_guess() -> None:
    step = parse_step(STEP, "a.md", FEW)
    assert step.title == "A title"
    first, guess, canvas, below = step.parts
    assert isinstance(first, Prose)
    assert first.filled({"read": 1234}) == "A paragraph of 1,234,\nin two lines. {Braces} too."
    assert guess == Guess("What do you think?", ("One", "Two"))
    assert canvas == Widget("canvas")
    assert isinstance(below, Prose)
    assert below.fields == {GUESS}
    assert below.text.startswith("Right below it.\n## What happened")


def test_a_paragraph_without_its_figure_is_left_out() -> None:
    [paragraph] = parse_step("# T\n\n{read} and {share}", "a.md", FEW).parts
    assert isinstance(paragraph, Prose)
    assert paragraph.filled({"read": 0, "share": ""}) == "0 and "
    assert paragraph.filled({"read": 0, "share": None}) == ""


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("", 1, "begins with its title"),
        ("\n\nNo title", 3, "begins with its title"),
        (
            "# T\n\n{{canvass}}",
            3,
            "no widget “canvass”. There are canvas, guess, matrix, outcome, teach",
        ),
        ("# T\n{{matrix}}\n{{matrix}}", 3, "stands twice"),
        ("# T\n{{canvas}}\n\n\n{{teach}}", 5, "for canvas, teach"),
        ("# T\n\nA {reed} here", 3, "no field “reed”. There are guess, read, right, share"),
        ("# T\n\n{{guess}}\nWhich?\n- [x] One\n- [x] Two", 3, "One answer is right"),
        ("# T\n\nA {read.__class__} here", 3, "no field “read.__class__”"),
        ("# T\n\nA {read:>9999999} here", 3, "Braces stand around the name of a field"),
        ("# T\n\nA { here", 3, "Braces stand around the name of a field"),
        ("# T\n\nA {} here", 3, "Braces stand around the name of a field"),
        ("# T\n\n{{guess}}\nWhat?\n- One", 3, "at least two answers"),
        ("# T\n\n{{guess}}\n- One\n- Two", 3, "a question"),
        ("# T\n{{guess}}\nA?\n- 1\n- 2\n\n{{guess}}\nB?\n- 1\n- 2", 1, "one guess"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, line: int, why: str) -> None:
    with pytest.raises(StepError, match=re.escape(f"tour/en/1-a.md, line {line}: ")) as caught:
        parse_step(text, "tour/en/1-a.md", FEW)
    assert why in str(caught.value)


@given(st.text())
def test_any_text_is_a_step_or_refused(text: str) -> None:
    try:
        step = parse_step(text, "a.md", FEW)
    except StepError:
        return
    for part in step.parts:
        if isinstance(part, Prose):
            part.filled(dict.fromkeys((*FEW.fields, GUESS), 1))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1-a.md").write_bytes(b"# \xff\xfe")
    for name in ("1-a.md", "2-b.md"):
        with pytest.raises(StepError, match=f"{name} cannot be read"):
            read_step(tmp_path / name, FEW)


def test_the_steps_are_numbered_and_none_is_missing(tmp_path: Path) -> None:
    with pytest.raises(StepError, match="There are: –"):
        step_names(tmp_path)
    (tmp_path / "en").mkdir()
    for name in ("1-a.md", "3-c.md"):
        (tmp_path / "en" / name).touch()
    with pytest.raises(StepError, match=re.escape("There are: 1-a.md, 3-c.md")):
        step_names(tmp_path)
    (tmp_path / "en" / "2-b.md").touch()
    assert step_names(tmp_path) == ["1-a.md", "2-b.md", "3-c.md"]


def test_a_step_that_is_not_translated_is_there_in_english(tmp_path: Path) -> None:
    (tmp_path / "zh_TW").mkdir()
    (tmp_path / "zh_TW" / "1-a.md").touch()
    assert step_path("1-a.md", "zh-TW", tmp_path) == (tmp_path / "zh_TW" / "1-a.md", "")
    path, missing = step_path("2-b.md", "zh-TW", tmp_path)
    assert path == tmp_path / "en" / "2-b.md"
    assert missing == "2-b.md is missing, so this step is in English."


@pytest.mark.parametrize("language", languages())
def test_the_shipped_steps_are_the_same_in_every_language(language: str) -> None:
    names = step_names()
    folder = FOLDER / language.replace("-", "_")
    assert sorted(path.name for path in folder.glob("*")) == names
    for name in names:
        english, own = (read_step(FOLDER / tag / name, NAMES) for tag in ("en", folder.name))
        shapes = [[_shape(part) for part in step.parts] for step in (english, own)]
        assert shapes[0] == shapes[1], name


def _shape(part: object) -> object:
    """What has to be the same in a translation."""
    if isinstance(part, Prose):
        return part.fields
    return len(part.answers) if isinstance(part, Guess) else part


@pytest.mark.parametrize(("title", "names"), [("widget", WIDGETS), ("field", [GUESS, *FIGURES])])
def test_the_guide_lists_all_that_a_step_may_name(title: str, names: Iterable[str]) -> None:
    guide = (PROJECT / "docs" / "teaching.md").read_text(encoding="utf-8")
    rows = guide.split(f"\n| {title} |")[1].split("\n\n")[0].splitlines()[2:]
    listed = [name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])]
    assert sorted(listed) == sorted(names)


def test_the_example_of_the_guide_is_a_step() -> None:
    guide = (PROJECT / "docs" / "teaching.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```markdown\n(.*?)```", guide, re.DOTALL)
    assert parse_step(example, "example", NAMES).title == "The title of the step"
