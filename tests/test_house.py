"""The house holds: who imports whom is what ARCHITECTURE.md says, in every file of every folder."""

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from mnist_models.settings import PROJECT

GROUND = {"text", "translation", "errors", "settings", "pictures", "formatting", "atomic_files"}
DOORS = {"__init__", "__main__"}  # what stands above the rooms of mnist_models
# What no module is called: words of ours for things that the field has words for.
GONE = set(
    """truth keeping asking shelf live trial taught view ways room outlook endings promise words
    looks shades ink picking parts answer why versus child tutor fairness""".split()  # noqa: SIM905
)
Table = dict[str, dict[str, set[str]]]  # per package, per room: the rooms that it may import


def read_table(text: str) -> Table:
    """The table of ARCHITECTURE.md."""
    block = next(b for b in re.findall(r"```\n(.*?)```", text, re.DOTALL) if "→ –" in b)
    table: Table = {}
    for line in block.splitlines():
        if not line.startswith(" "):
            package = table.setdefault(line, {})
            continue
        room, allowed = line.split("→", 1)
        names = re.split(r"\s{2,}", allowed.strip())[0].split()
        package[room.strip()] = {name for name in names if name != "–"}
    return table


TABLE = read_table((PROJECT / "ARCHITECTURE.md").read_text(encoding="utf-8"))


def imported_modules(path: Path) -> Iterator[str]:
    """What a file imports, anywhere in it: `a.b` and `a.b.c` for `from a.b import c`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(module: str) -> str:
    """ "jobs" of mnist_models.jobs.lock, "frame" of ui.frame, "" of a package itself."""
    return [*module.split("."), ""][1]


def wrong_imports(root: Path, table: Table) -> list[str]:
    """A line for every import that the table forbids, and every file that has no place in it."""
    found = []
    for package, rooms in table.items():
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            room = parts[1]
            if room in DOORS:
                continue
            ground = package == "mnist_models" and room in GROUND
            if room not in rooms and not ground:
                found.append(f"{'.'.join(parts)} has no room in the table")
                continue
            allowed = GROUND if ground else {room, *rooms[room], *GROUND}
            for module in imported_modules(path):
                other = room_of(module)
                if module.startswith(f"{package}.") and other not in allowed:
                    found.append(f"{'.'.join(parts)} imports {module}")
    return found


def test_every_import_is_one_that_the_table_allows() -> None:
    assert wrong_imports(PROJECT, TABLE) == []


def test_the_table_names_every_folder_and_no_other() -> None:
    for package, rooms in TABLE.items():
        folders = {p.parent.name for p in (PROJECT / package).glob("*/__init__.py")}
        assert folders == set(rooms) - {"frame"}


def test_the_table_has_no_circle() -> None:
    for rooms in TABLE.values():
        assert list(TopologicalSorter(rooms).static_order())  # which a circle would not have


def test_no_modules_import_each_other_in_a_circle() -> None:
    modules = {
        ".".join(path.relative_to(PROJECT).with_suffix("").parts): path
        for package in TABLE
        for path in (PROJECT / package).rglob("*.py")
        if path.stem not in DOORS
    }
    graph = {name: set(imported_modules(path)) & set(modules) for name, path in modules.items()}
    assert len(list(TopologicalSorter(graph).static_order())) == len(modules)


@pytest.mark.parametrize(
    ("file", "line", "complaint"),
    [
        ("mnist_models/metrics/scores.py", "import mnist_models.runs.run", "imports mnist_models."),
        ("mnist_models/jobs/lock.py", "from mnist_models.runs import run", "imports mnist_models."),
        ("mnist_models/errors.py", "from mnist_models.data import mnist", "imports mnist_models."),
        ("ui/widgets/charts.py", "def f():\n    from ui.shared import x", "imports ui.shared"),
        ("ui/draw/canvas.py", "from ui import frame", "imports ui.frame"),
        ("mnist_models/words.py", "", "has no room"),
        ("ui/new_room/part.py", "", "has no room"),
    ],
)
def test_a_wrong_import_is_found(file: str, line: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(line, encoding="utf-8")
    assert any(complaint in found for found in wrong_imports(tmp_path, TABLE))


FOLDERS = sorted(
    path.parent for package in TABLE for path in (PROJECT / package).glob("*/**/__init__.py")
)
MODULES = sorted(path for top in (*TABLE, "pages") for path in (PROJECT / top).rglob("*.py"))


def _name(path: Path) -> str:
    return str(path.relative_to(PROJECT))


@pytest.mark.parametrize("folder", FOLDERS, ids=_name)
def test_a_folder_has_few_modules_and_names_each(folder: Path) -> None:
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert 4 <= len(modules) <= 9
    about = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
    assert [name for name in sorted(modules) if f"`{name}`" not in about] == []


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_no_module_is_long_or_has_a_name_that_says_nothing(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines < 60 if path.parent.name == "pages" else lines <= 300
    assert path.stem not in GONE
