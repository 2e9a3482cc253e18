"""One module knows every parameter of an address, and the guide every one that teachers may use."""

import ast
import re
from collections.abc import Iterator

import pytest

from mnist_models.settings import PROJECT
from ui.shared.navigation import page_names
from ui.sharing.hiding import HIDEABLE, SELECTORS
from ui.sharing.parameters import EVERYWHERE, OF_PAGE, PASSING, STREAMLITS, shared_parameters

GUIDE = (PROJECT / "docs" / "teaching.md").read_text(encoding="utf-8")
FILES = [path for top in ("ui", "pages") for path in sorted((PROJECT / top).rglob("*.py"))]
_PLACES = {"pick": 2, "pick_any": 2, "open_tabs": 1}  # of the key among the arguments


def _constants(tree: ast.Module) -> dict[str, str]:
    """Texts that have a name in a module, also several at once."""
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
                for name, value in zip(names, values, strict=False):
                    if isinstance(name, ast.Name) and isinstance(value, ast.Constant):
                        found[name.id] = str(value.value)
    return found


def _keys(tree: ast.Module) -> Iterator[str]:
    """The parameters that a module reads or writes, as far as it names them."""
    named = _constants(tree)
    for node in ast.walk(tree):
        asked: list[ast.expr | None] = []
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "st.query_params":
            asked = [node.slice]
        elif isinstance(node, ast.Call):
            of = ast.unparse(node.func)
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            if of in ("st.query_params.get", "st.query_params.pop"):
                asked = [node.args[0]]
            elif of in _PLACES and len(node.args) > _PLACES[of]:
                asked = [node.args[_PLACES[of]]]
            elif of == "show_parts" or ast.unparse(given.get("bind", node)) == "'query-params'":
                asked = [given.get("key")]
            elif "parameter" in given:
                asked = [given["parameter"]]
        for each in asked:
            if isinstance(each, ast.Constant):
                yield str(each.value)
            elif isinstance(each, ast.Name) and each.id in named:
                yield named[each.id]


def test_every_parameter_of_the_code_is_known_and_no_other() -> None:
    sides = {"first", "second"}  # `current_duel` reads and writes both at once
    found = {key for path in FILES for key in _keys(ast.parse(path.read_text(encoding="utf-8")))}
    known = {*EVERYWHERE, *PASSING}.union(*OF_PAGE.values())
    assert found | sides | {"lang", "run", "present", "hide", "from"} == known


def test_the_parameters_of_a_page_are_those_of_a_page_that_there_is() -> None:
    assert list(OF_PAGE) == page_names()


def test_a_link_holds_what_is_seen_and_nothing_of_who_sees_it() -> None:
    query = {"utm_source": "mail", "from": "confusion/3/1?a=b", "run": "pens", "part": "Sampling",
             "source": "Upload", "embed": "true"}  # fmt: skip
    assert shared_parameters("training", query) == {"part": "Sampling", "run": "pens"}


def _table(title: str) -> list[str]:
    """The first cells of the table whose heading begins with this."""
    rows = GUIDE.split(f"\n| {title} |")[1].split("\n\n")[0].splitlines()[2:]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])]


@pytest.mark.parametrize(
    ("title", "names"),
    [("parameter", [*EVERYWHERE, STREAMLITS[0]]), ("name in `hide`", [*HIDEABLE])],
)
def test_the_guide_lists_them(title: str, names: list[str]) -> None:
    assert sorted(_table(title)) == sorted(names)


def test_what_can_be_hidden_is_in_the_page() -> None:
    assert list(HIDEABLE) == list(SELECTORS)
    code = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
    for selector in SELECTORS.values():
        for key in re.findall(r"\.st-key-(\w+)", selector):
            assert f'"{key}"' in code, key
