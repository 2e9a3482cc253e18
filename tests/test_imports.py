"""Who imports whom: app.py → pages → ui → mnist_models, and TensorFlow in two modules only."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = sorted((ROOT / "mnist_models").rglob("*.py"))
UI = sorted((ROOT / "ui").rglob("*.py"))
PAGES = sorted((ROOT / "pages").rglob("*.py"))
APP = [ROOT / "app.py"] if (ROOT / "app.py").is_file() else []
WEB = [*APP, *UI, *PAGES]
SLOW = {"tensorflow", "keras", "sklearn", "scipy"}


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


each = pytest.mark.parametrize
MODULES_WITH_TENSORFLOW = (
    "mnist_models.learning.program",
    "mnist_models.runs.keras_export",
)
MODULES_THAT_TRAIN = (
    *MODULES_WITH_TENSORFLOW,
    "mnist_models.learning.training",
    "mnist_models.incremental.updates",
)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _imports(node: ast.AST) -> Iterator[str]:
    """The modules imported anywhere in a file: `a.b` for `from a import b`."""
    for part in ast.walk(node):
        if isinstance(part, ast.Import):
            yield from (alias.name for alias in part.names)
        elif isinstance(part, ast.ImportFrom):
            yield from (f"{part.module}.{alias.name}" for alias in part.names)
        elif isinstance(part, ast.Call) and "import" in ast.unparse(part.func):
            arguments = [a.value for a in part.args if isinstance(a, ast.Constant)]
            yield from (a for a in arguments if isinstance(a, str))


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _packages(path: Path) -> set[str]:
    return {module.split(".")[0] for module in _imports(_tree(path))}


def _is_for_types_only(part: ast.AST) -> bool:
    return isinstance(part, ast.If) and ast.unparse(part.test) == "TYPE_CHECKING"


def _imports_on_loading(path: Path) -> set[str]:
    """What the file imports when it is imported itself: not what its functions do when called."""
    tree = _tree(path)
    for part in ast.walk(tree):
        is_function = isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)
        if is_function or _is_for_types_only(part):
            part.body = []  # type: ignore[attr-defined]
    return set(_imports(tree))


def test_the_rules_below_see_every_kind_of_import() -> None:
    text = """
import a.b as c
from d import e
def f():
    import g
    h = importlib.import_module("i.j")
    __import__("k")
"""
    assert set(_imports(ast.parse(text))) == {"a.b", "d.e", "g", "i.j", "k"}


@each("path", PACKAGE, ids=_name)
def test_the_package_imports_neither_streamlit_nor_what_shows_it(path: Path) -> None:
    assert not _packages(path) & {"streamlit", "altair", "ui", "pages", "app"}


@each("path", [p for p in PACKAGE if _module(p) not in MODULES_WITH_TENSORFLOW], ids=_name)
def test_only_few_modules_import_tensorflow(path: Path) -> None:
    assert not _packages(path) & {"tensorflow", "keras", "tf_keras"}


@each("path", [p for p in PACKAGE if _module(p) not in MODULES_THAT_TRAIN], ids=_name)
def test_what_trains_is_not_loaded_before_there_is_work(path: Path) -> None:
    assert not any(m.startswith(MODULES_THAT_TRAIN) for m in _imports_on_loading(path))


@each("module", MODULES_WITH_TENSORFLOW)
def test_those_modules_are_there_and_import_it(module: str) -> None:
    path = ROOT / Path(*module.split(".")).with_suffix(".py")
    assert _packages(path) & {"tensorflow", "keras"}


@each("path", WEB, ids=_name)
def test_what_the_web_process_imports_names_no_tensorflow(path: Path) -> None:
    assert not _packages(path) & {"tensorflow", "keras", "tf_keras"}
    assert not {m for m in _imports(_tree(path)) if m.startswith(MODULES_THAT_TRAIN)}


@each("path", WEB, ids=_name)
def test_pages_leave_scikit_learn_and_scipy_until_they_are_needed(path: Path) -> None:
    assert not {m.split(".")[0] for m in _imports_on_loading(path)} & SLOW


@each("path", UI, ids=_name)
def test_ui_never_imports_pages(path: Path) -> None:
    assert not _packages(path) & {"pages", "app"}


@each("path", PAGES, ids=_name)
def test_pages_import_neither_each_other_nor_the_app(path: Path) -> None:
    assert not _packages(path) & {"pages", "app"}


@each("path", [*PACKAGE, *WEB], ids=_name)
def test_no_file_imports_relatively_or_unpickles(path: Path) -> None:
    nodes = [n for n in ast.walk(_tree(path)) if isinstance(n, ast.ImportFrom)]
    assert all(node.level == 0 for node in nodes)
    assert not _packages(path) & {"pickle", "cloudpickle", "dill", "joblib"}


def _loaded_after(statements: str) -> set[str]:
    """The top-level modules that a fresh process has loaded after these statements."""
    code = f"{statements}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return {name.split(".")[0] for name in json.loads(result.stdout)}


def test_importing_the_package_loads_nothing_slow() -> None:
    modules = [module for p in PACKAGE if (module := _module(p)) not in MODULES_THAT_TRAIN]
    assert {"mnist_models.__main__", "mnist_models.pipeline.train_run"} <= set(modules)
    statements = "\n".join(f"import {module}" for module in modules)
    assert not _loaded_after(statements) & {*SLOW, "streamlit", "pandas", "matplotlib"}


def test_answering_a_drawing_loads_nothing_slow(tiny_run: object) -> None:
    loaded = _loaded_after("""
import numpy as np
from mnist_models import load_run, to_mnist
picture = np.zeros((280, 280), np.uint8)
picture[60:220, 130:150] = 255
run = load_run()
images = to_mnist(picture)[np.newaxis]
for approach in run.approaches:
    assert run.stack(approach).predict_proba(images).shape == (1, 10)
    run.metrics(approach)
assert run.curves("multi")
from mnist_models.comparison.contenders import Duel, contenders_of
Duel.of(*contenders_of(run)).paired
from mnist_models.jobs.executor import latest_job
latest_job("training")
""")
    assert "numpy" in loaded
    assert not loaded & SLOW


def test_the_sample_loads_without_importing_scikit_learn() -> None:
    loaded = _loaded_after("from mnist_models.data.sample import load_sample; load_sample()")
    assert not loaded & SLOW


def test_the_database_library_waits_until_a_drawing_is_kept() -> None:
    loaded = _loaded_after("\n".join(f"import {_module(path)}" for path in UI))
    assert "streamlit" in loaded
    assert not loaded & {*SLOW, "sqlalchemy"}


def test_the_first_page_does_not_wait_for_the_charting_library(tiny_run: object) -> None:
    page = str(ROOT / "app.py")
    loaded = _loaded_after(f"""
from streamlit.testing.v1 import AppTest
assert not AppTest.from_file({page!r}, default_timeout=60).run().exception
""")
    assert "streamlit" in loaded
    assert "altair" not in loaded


def test_what_is_drawn_needs_none_of_what_reads_pictures(tiny_run: object) -> None:
    """Neither a first visit, nor a digit or a number on the canvas."""
    page = str(ROOT / "app.py")
    loaded = _loaded_after(f"""
from streamlit.testing.v1 import AppTest
for canvas in ("", "number"):
    app = AppTest.from_file({page!r}, default_timeout=60)
    app.query_params["canvas"] = canvas
    assert not app.run().exception
import numpy as np
from mnist_models.drawings.number import reader_of
from mnist_models.runs.registry import load_run
from mnist_models.segmentation.stroke_groups import group_strokes
strokes = [np.array([[x, 40], [x, 200]], np.float32) for x in (20, 90)]
assert len(reader_of(group_strokes(strokes), 280, 280)(load_run().single)) == 2
""")
    assert "streamlit_drawable_canvas" in loaded
    assert not loaded & {*SLOW, "cv2", "pyvips", "pandas", "pyarrow"}
