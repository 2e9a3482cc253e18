"""Green says "right", so nothing is green but an answer that is known to be right."""

import ast
import colorsys
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mnist_models.settings import PROJECT

# Where something may be green, and why.
ALLOWED = {
    "ui/draw/verdicts.py: success": "both read what the label of the test picture says",
}
_HUES = (70, 185)  # degrees: from yellow-green to teal
_NAMED = re.compile(r":green(?:-background|-badge)?\[|^green$|(?<![\w-])green(?=\s*[;}])")
_HEX = re.compile(r"#[0-9a-fA-F]{6}\b")


def greens(path: Path) -> Iterator[str]:
    """Every element and colour of a file that a browser would show in green."""
    source = path.read_text(encoding="utf-8")
    yield from (colour for colour in _HEX.findall(source) if _is_green(colour))
    if path.suffix != ".py":
        yield from _NAMED.findall(source)
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in ("success", "balloons"):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if _NAMED.search(node.value):
                yield node.value
        elif isinstance(node, ast.Call):
            yield from _green_arguments(node)


def _green_arguments(call: ast.Call) -> Iterator[str]:
    """Elements that are green by default: a metric that grew, a status that is complete."""
    given = {keyword.arg for keyword in call.keywords}
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if (name == "metric" and "delta" in given and "delta_color" not in given) or name == "status":
        yield name


def _is_green(colour: str) -> bool:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    return _HUES[0] < hue * 360 < _HUES[1] and saturation > 0.15


def test_nothing_is_green_but_what_is_known_to_be_right() -> None:
    found = {
        f"{path.relative_to(PROJECT)}: {green}"
        for folder in ("ui", "pages", ".streamlit")
        for path in sorted((PROJECT / folder).rglob("*"))
        if path.suffix in (".py", ".css", ".js", ".svg", ".toml") and path.is_file()
        for green in greens(path)
    }
    assert found == set(ALLOWED)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", 'st.success("Done.")'),
        ("a.py", 'say(f":green[{sign}] yes")'),
        ("a.py", 'COLOUR = "#12936f"'),
        ("a.py", 'TINT = "green"'),
        ("a.py", 'st.metric("Pictures", 3, delta=1)'),
        ("a.py", 'st.status("Training")'),
        ("a.css", ".right {color: green}"),
        ("a.css", ".right {color: #2e7d32}"),
    ],
)
def test_green_is_found(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert list(greens(tmp_path / name))
