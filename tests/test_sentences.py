"""Text for people goes through `t`, as whole sentences: on every page, in every error.

What it cannot see: a single word in small letters, and a text that an f-string puts into another.
"""

import ast
import builtins
import re
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from mnist_models.settings import PROJECT

# What looks like text and is none: where it stands, and what it is.
EXCEPTIONS: dict[str, tuple[str, str]] = {
    "left out": ("", "a kind of lesson, as it is stored"),
    "Found": ("mnist_models/__init__.py", "a name of the contract"),
    "Run": ("mnist_models/__init__.py", "a name of the contract"),
    "English": ("mnist_models/translation.py", "the key of a language's name"),
    ".SEGMENT DIGIT": ("mnist_models/data/pen_digits.py", "a line of UNIPEN files"),
    **dict.fromkeys(
        ("Digits", "Latin", "Greek", "Korean", "Sanskrit", "Tagalog", "Balinese"),
        ("mnist_models/data/characters.py", "a folder of Omniglot's, or like one"),
    ),
    "multi from the start": ("mnist_models/evidence", "a key of the experiment's file"),
    "pen digits": ("mnist_models/evidence", "a key of the experiment's file"),
    "as drawn": ("mnist_models/evidence", "a key of the experiment's file"),
    "big and centred": ("mnist_models/evidence", "a key of the experiment's file"),
    "0, 0, 0 px pen": ("mnist_models/evidence", "a key of the experiment's file"),
    "runs of 0": ("mnist_models/jobs/job.py", "what a secret is hashed with"),
    "cannot allocate memory": ("mnist_models/jobs/interruption.py", "as the system says it"),
    "failed to map segment": ("mnist_models/jobs/interruption.py", "as the system says it"),
    "time limit": ("mnist_models/jobs/interruption.py", "names a thread"),
    "old and new": ("mnist_models/incremental/updates.py", "names a random stream"),
}
CHECKED = ("app.py", "pages", "ui", "mnist_models")
# The command line prints English.
NOT_CHECKED = ("mnist_models/__main__.py", "mnist_models/command_line/")
# What these arguments hold is never read by people.
_NOT_READ = {"key", "icon", "width", "type", "format", "shortcut", "domain", "range"}
_LOGGER = re.compile(r"(getLogger\(.*\)|_LOG|logger)$")
_LOG = {"debug", "info", "warning", "error", "exception"}  # of a logger: for who runs the site
_TWO_WORDS = re.compile(r"[^\W\d_]{2,}[.,;:!?…”)]*\s+[“(]*[^\W\d_]+")
_CAPITAL = re.compile(r"[A-Z][a-z]+\W*$")


def is_text(literal: str) -> bool:
    """Whether people read it: two words beside each other, or one with a capital letter."""
    return bool(_TWO_WORDS.search(_without_tags(literal)) or _CAPITAL.match(literal.strip()))


def _without_tags(literal: str) -> str:
    """HTML without its tags and what they hold, whole or begun; CSS without its rules."""
    return re.sub(r"<[^>]*(>|$)|^[^<>]*>|\{[^}]*\}|:material/\w+:", "|", literal)


class _Finder(ast.NodeVisitor):
    """Collects the faults of one file as (line, what)."""

    def __init__(self, exceptions: Collection[str]) -> None:
        self.found: list[tuple[int, str]] = []
        self.used: set[str] = set()
        self._exceptions = exceptions

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if (
            isinstance(node.func, ast.Attribute)
            and node.func.attr in _LOG
            and _LOGGER.search(ast.unparse(node.func.value))
        ):
            return
        self.visit(node.func)
        for k, argument in enumerate(node.args):
            if name == "t" and k < 2:
                self._check_template(argument)
            else:
                self.visit(argument)
        for keyword in node.keywords:
            if keyword.arg not in _NOT_READ:
                self.visit(keyword.value)
        joins = isinstance(node.func, ast.Attribute) and node.func.attr == "join"
        if joins and any(map(_is_sentence, _parts(node.args[0]))):
            self._fault(node, "sentences are joined: use paragraph() or a template")

    def visit_Raise(self, node: ast.Raise) -> None:
        """Python's own errors are for programmers."""
        error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if not (isinstance(error, ast.Name) and hasattr(builtins, error.id)):
            self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Annotations hold no text."""
        for part in (node.args, *node.body, *node.decorator_list):
            self.visit(part)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if isinstance(node.op, ast.Add) and (_is_sentence(node.left) or _is_sentence(node.right)):
            self._fault(node, "a sentence is glued with +")
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.op, ast.Add) and _is_sentence(node.value):
            self._fault(node, "a sentence is glued with +=")
        self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        whole = "".join(
            str(part.value) if isinstance(part, ast.Constant) else "0" for part in node.values
        )
        if is_text(whole):
            self._literal(node, whole)
        values = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        if sum(map(_is_sentence, values)) > 1:
            self._fault(node, "sentences stand in an f-string: use paragraph() or a template")
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and is_text(node.value):
            self._literal(node, node.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> None:
        """Annotations hold no text."""

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)  # what stands in brackets is a key or a type

    def _check_template(self, node: ast.expr) -> None:
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            self._fault(node, "a template is no plain literal")

    def _literal(self, node: ast.AST, text: str) -> None:
        if text in self._exceptions:
            self.used.add(text)
        else:
            self._fault(node, f"{text[:60]!r} does not go through t()")

    def _fault(self, node: ast.AST, what: str) -> None:
        self.found.append((getattr(node, "lineno", 0), what))


def _is_sentence(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in ("t", "paragraph")
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and is_text(node.value)


def _parts(argument: ast.expr) -> list[ast.expr]:
    """What is joined."""
    if isinstance(argument, ast.List | ast.Tuple):
        return argument.elts
    return [argument.elt] if isinstance(argument, ast.GeneratorExp | ast.ListComp) else []


def faults(source: str, exceptions: Collection[str] = ()) -> list[tuple[int, str]]:
    """Every text of a file that is no template, and everything that glues sentences."""
    finder = _Finder(exceptions)
    finder.visit(ast.parse(source))
    return sorted(finder.found)


def exceptions_of(path: Path) -> list[str]:
    """What a file may hold besides."""
    name = str(path.relative_to(PROJECT))
    return [text for text, (where, _) in EXCEPTIONS.items() if name.startswith(where)]


def checked_files() -> Iterator[Path]:
    for name in CHECKED:
        path = PROJECT / name
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            if not str(file.relative_to(PROJECT)).startswith(NOT_CHECKED):
                yield file


@pytest.mark.parametrize(
    "path", [pytest.param(p, id=str(p.relative_to(PROJECT))) for p in checked_files()]
)
def test_text_goes_through_one_function(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8"), exceptions_of(path)) == []


def test_no_exception_is_left_that_is_not_needed() -> None:
    used: set[str] = set()
    for path in checked_files():
        finder = _Finder(exceptions_of(path))
        finder.visit(ast.parse(path.read_text(encoding="utf-8")))
        used |= finder.used
    assert used == set(EXCEPTIONS)


@pytest.mark.parametrize(
    "line",
    [
        'st.write("Draw a digit.")',
        'st.button("Undo")',
        'st.button(label="Undo", key="undo")',
        'st.write(f"Of {n} digits {m} are read.")',
        'st.write(t(f"Of {n} digits"))',
        'st.write(t("All is read.") + more)',
        'text += t("All is read.")',
        'st.write(" ".join([t("All is read."), t("None is.")]))',
        "st.write(t(template))",
        'TITLES = {"single": "Single model"}',
        'st.html(f"<b class=x>All is read.</b>")',
        'st.button("Undo!")',
        "st.write(f\"{t('All is read.')} {t('None is.')}\")",
        'catalogue.info("Draw one now")',
        'raise RunError("The run is gone.")',
        'raise RunError(t("The run is gone.") + hint)',
    ],
)
def test_text_that_does_not_go_through_it_is_found(line: str) -> None:
    assert faults(line)


@pytest.mark.parametrize(
    "line",
    [
        'st.write(t("Of {n} digits", n=3))',
        'st.button(t("Undo"), key="Undo it", icon=":material/undo:")',
        "st.html(f\"<div class='a b' style='--rows: {n}'>{text}</div>\")",
        'frame["Recall of all"]',
        '"""A docstring of words."""',
        'x: Literal["one model"] = chosen',
        'raise ValueError("not what it should be")',
        'logging.getLogger(__name__).warning("Nobody can sign in: %s", error)',
        'def f(x: "Run") -> "Run": return x',
        'st.html("".join(f"<b>{text}</b>" for text in texts))',
        'st.write(paragraph(t("One."), t("Two.")))',
    ],
)
def test_what_people_do_not_read_is_left_alone(line: str) -> None:
    assert faults(line) == []
