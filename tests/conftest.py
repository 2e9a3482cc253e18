"""What the tests share: the real data, if they are here, and tiny data, runs and folders."""

import copy
import os

# Each of several processes that test side by side keeps to a core of its own. NumPy looks when it
# is imported; threads that wait for a busy core would take its time from the others.
if os.environ.get("PYTEST_XDIST_WORKER"):
    for threads in ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(threads, "1")

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import streamlit as st
from hypothesis import settings
from streamlit.testing.v1 import AppTest

from mnist_models.data.dataset import Dataset
from mnist_models.learning.approaches import APPROACHES, PAIR, Approach, scheme_of
from mnist_models.learning.recipes import RECIPES
from mnist_models.learning.sampling import pack_rows, stream, undersample
from mnist_models.learning.stack import Stack
from mnist_models.metrics.scores import evaluate
from mnist_models.pictures import PIXELS
from mnist_models.runs.publishing import publish
from mnist_models.runs.run import Run
from mnist_models.runs.upgrade import derived_arrays
from tests.helpers import pages

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# How long an example takes says what else the machine does, and which library comes with the first.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: those that wait for a browser leave theirs idle."""
    return (os.cpu_count() or 1) + 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With FAIL_ON_SKIP set a skipped test is a failure: everything it needs should be here."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("FAIL_ON_SKIP") and skipped:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A failed browser test is run once more, and the summary names it.

    A browser on a busy machine now and then misses a key or a frame; whatever fails twice is ours.
    """
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say why a browser test was run once more: what fails now and then may be a fault of ours."""
    for report in terminalreporter.stats.get("rerun", []):
        crash = getattr(report.longrepr, "reprcrash", None)
        reason = crash.message if crash else str(report.longrepr)
        terminalreporter.write_line(f"{report.nodeid} was run once more: {reason[:500]}")


def _data_file(variable: str) -> Path:
    path = os.environ.get(variable)
    if not path or not Path(path).is_file():
        pytest.skip(f"{variable} does not point at a file on this machine")
    return Path(path)


@pytest.fixture(scope="session")
def mnist_npz() -> Path:
    """The MNIST file, or the test is skipped."""
    return _data_file("MNIST_NPZ")


@pytest.fixture(scope="session")
def pen_digits_file() -> Path:
    """The pen strokes of real writers, or the test is skipped."""
    return _data_file("PEN_DIGITS")


@pytest.fixture(scope="session")
def chromium() -> str:
    """A Chromium's executable, or the test is skipped."""
    from tests.helpers.serving import find_chromium

    executable = find_chromium()
    if executable is None:
        pytest.skip("no Chromium on this machine")
    return executable


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator["Browser"]:
    """A headless Chromium.

    Of the module, since Playwright's event loop must not run beside the tests of other modules.
    """
    from tests.helpers.serving import open_browser

    with open_browser(chromium) as opened:
        yield opened


@pytest.fixture
def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty `trained/` folder of the test's own."""
    folder = tmp_path / "trained"
    folder.mkdir()
    monkeypatch.setenv("MNIST_TRAINED", str(folder))
    return folder


@pytest.fixture(autouse=True)
def static(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder instead of the one that browsers fetch files from."""
    folder = tmp_path_factory.mktemp("static")
    monkeypatch.setattr("ui.live.static_files.FOLDER", folder)
    return folder


@pytest.fixture(scope="session")
def tiny_dataset() -> Dataset:
    """320 and 100 pictures of ten "digits": a bright square at the digit's place, and noise."""
    rng = np.random.default_rng(7)

    def pictures(n: int) -> tuple[np.ndarray, np.ndarray]:
        labels = rng.permutation(np.arange(n) % 10).astype(np.uint8)
        images = rng.integers(0, 120, (n, 28, 28)).astype(np.uint8)
        for image, label in zip(images, labels, strict=True):
            row, column = divmod(int(label), 4)
            image[2 + 8 * row : 8 + 8 * row, 1 + 7 * column : 6 + 7 * column] += 100
        return images, labels

    return Dataset("sample", *pictures(320), *pictures(100))


@pytest.fixture(scope="session")
def make_stack() -> Callable[..., Stack]:
    """A function that makes a stack with random weights."""

    def make(
        approach: Approach,
        *,
        hidden: tuple[int, ...] = (8,),
        negative_slope: float = 0.1,
        classes: list[Any] | None = None,
        seed: int = 0,
    ) -> Stack:
        rng = np.random.default_rng(seed)
        labels = np.array(range(10) if classes is None else classes)
        members, outputs = scheme_of(approach).size(len(labels))
        sizes = (PIXELS, *hidden, outputs)
        return Stack(
            weights=tuple(
                rng.normal(0, 1 / np.sqrt(a), (members, a, b)).astype(np.float32)
                for a, b in pairwise(sizes)
            ),
            biases=tuple(rng.normal(0, 0.1, (members, b)).astype(np.float32) for b in sizes[1:]),
            classes_=labels,
            negative_slope=negative_slope,
            approach=approach,
        )

    return make


@pytest.fixture(scope="session")
def tiny_contents(tiny_dataset: Dataset, make_stack: Callable[..., Stack]) -> dict[str, Any]:
    """What `publish` needs for a run of untrained networks: `publish("name", **tiny_contents)`."""
    return _contents(PAIR, tiny_dataset, make_stack)


@pytest.fixture(scope="session")
def all_contents(tiny_dataset: Dataset, make_stack: Callable[..., Stack]) -> dict[str, Any]:
    """The same of every approach."""
    return _contents(APPROACHES, tiny_dataset, make_stack)


def _contents(
    approaches: Iterable[Approach], tiny_dataset: Dataset, make_stack: Callable[..., Stack]
) -> dict[str, Any]:
    stacks = {approach: make_stack(approach).rounded() for approach in approaches}
    proba: dict[str, np.ndarray] = {
        a: s.predict_proba(tiny_dataset.x_test) for a, s in stacks.items()
    }
    positive = [tiny_dataset.y_train == label for label in range(10)]
    chosen: dict[Approach, list[np.ndarray]] = {
        approach: [undersample(p, stream(0, k, "rows")) for k, p in enumerate(positive)]
        if approach == "multi"
        else [np.arange(320)] * stack.members
        for approach, stack in stacks.items()
    }
    entries = {
        approach: {
            "layers": list(stack.layers),
            "members": stack.members,
            "parameters": stack.parameters,
            "seconds": 0.1,
            "epochs": 2,
            "rows": [len(rows) for rows in chosen[approach]],
            "distinct_rows": len(np.unique(np.concatenate(chosen[approach]))),
            "metrics": {
                "train": _metrics(stack, tiny_dataset.x_train, tiny_dataset.y_train),
                "test": _metrics(stack, tiny_dataset.x_test, tiny_dataset.y_test),
            },
        }
        for approach, stack in stacks.items()
    }
    classes = np.arange(10)
    manifest = {
        "created": "2026-01-01T00:00:00+00:00",
        "fingerprint": "0" * 64,
        "named": False,
        "recipe": RECIPES["reference"].to_json(),
        "seed": 0,
        "dataset": {
            "name": tiny_dataset.name,
            "fingerprint": tiny_dataset.fingerprint,
            "train_rows": 320,
            "test_rows": 100,
        },
        "versions": {"python": "3.11.7", "numpy": "2", "tensorflow": "2", "keras": "3"},
        "classes": classes.tolist(),
        "approaches": entries,
    }
    rows = {approach: pack_rows(numbers, 320) for approach, numbers in chosen.items()}
    scores = {"labels": tiny_dataset.y_test, **proba}
    arrays = {"test_scores.npz": scores, **derived_arrays(manifest, scores), "rows.npz": rows}
    documents = {"history.json": {a: _history(s.members) for a, s in stacks.items()}}
    return {"manifest": manifest, "stacks": stacks, "arrays": arrays, "documents": documents}


@pytest.fixture
def tiny_run(trained: Path, tiny_contents: dict[str, Any]) -> Run:
    """The only run in `trained/`, as if shipped, called reference: both, hidden layers of 8."""
    shipped = {**tiny_contents["manifest"], "made_here": False}
    return publish("reference", **{**tiny_contents, "manifest": shipped})


@pytest.fixture
def half_contents(tiny_contents: dict[str, Any]) -> dict[str, Any]:
    """The same for `publish`, but of the single model alone."""
    manifest = copy.deepcopy(tiny_contents["manifest"])
    del manifest["approaches"]["multi"]
    stacks = {"single": tiny_contents["stacks"]["single"]}
    return {**tiny_contents, "manifest": manifest, "stacks": stacks}


@pytest.fixture
def open_page() -> Callable[..., AppTest]:
    """A function that runs a page: `open_page("compare", run="name")`; nothing is cached before."""
    st.cache_resource.clear()
    return pages.open_page


def _metrics(stack: Stack, x: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    proba = stack.predict_proba(x)
    return evaluate(proba, y, stack.classes_, one_vs_rest=stack.scheme.is_independent).to_json()


def _history(members: int) -> dict[str, list[Any]]:
    return {
        "loss": [0.7, 0.5],
        "accuracy": [0.5, 0.7],
        "member_loss": [[0.7] * members, [0.5] * members],
        "member_accuracy": [[0.5] * members, [0.7] * members],
        "val_loss": [0.8, 0.6],
        "val_accuracy": [0.4, 0.6],
    }
