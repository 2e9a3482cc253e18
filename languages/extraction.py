"""Every template that people read, and where it stands."""

import ast
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

from mnist_models.settings import PROJECT
from mnist_models.translation import BROWSERS, NAME

CODE = ("app.py", "pages", "ui", "mnist_models")
# The command line prints English.
ENGLISH_ONLY = ("mnist_models/__main__.py", "mnist_models/command_line/")
Key = tuple[str, str]  # template and plural, which is empty if there is no such form
_OF_ITSELF = {
    (NAME, ""): "the name of the language, in that language",
    (BROWSERS, ""): "what browsers that it is for call theirs",
}


def templates() -> dict[Key, list[str]]:
    """Where each template stands, in the order of the files."""
    found: dict[Key, list[str]] = {key: [where] for key, where in _OF_ITSELF.items()}
    for path in _files():
        name = str(path.relative_to(PROJECT))
        read = _in_python if path.suffix == ".py" else _in_html
        for key in read(path.read_text(encoding="utf-8")):
            places = found.setdefault(key, [])
            if name not in places:
                places.append(name)
    return found


def _files() -> Iterator[Path]:
    for top in CODE:
        path = PROJECT / top
        for file in [path] if path.is_file() else sorted(path.rglob("*.*")):
            name = str(file.relative_to(PROJECT))
            if file.suffix in (".py", ".html") and not name.startswith(ENGLISH_ONLY):
                yield file


def _in_python(source: str) -> Iterator[Key]:
    calls = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "t"
    ]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        forms = [a.value for a in call.args if isinstance(a, ast.Constant)]
        if forms and all(isinstance(form, str) for form in forms) and forms[0]:
            template, plural = (*map(str, forms), "")[:2]
            yield template, plural


def _in_html(source: str) -> Iterator[Key]:
    for call in Environment(autoescape=True).parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t":
            template, plural = (*(a.as_const() for a in call.args), "")[:2]
            yield template, plural
