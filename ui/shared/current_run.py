"""Cached loaders: runs by the hash of their contents, data sets by name."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import streamlit as st

from mnist_models.data.dataset import Dataset
from mnist_models.data.download import DatasetError
from mnist_models.data.mnist import find_mnist, load_mnist
from mnist_models.data.sample import load_sample
from mnist_models.learning.approaches import Approach
from mnist_models.learning.recipes import DATASET_TITLES
from mnist_models.learning.stack import Stack
from mnist_models.runs.registry import active_name, load_run, run_names
from mnist_models.runs.run import Run, RunError
from mnist_models.text import t

_CHOICE, _ACTIVE = "_run", "_active_run"


def chosen_run_name() -> str:
    """The run that this visitor looks at: `?run=`, the one chosen before, or the active one.

    Raises:
        RunError: there is no run.
    """
    asked = st.query_params.get("run") or st.session_state.get(_CHOICE)
    return asked or st.session_state.get(_ACTIVE) or active_name()


def choose_run(name: str) -> None:
    """Show this visitor a run on this page and the next ones; the address says which."""
    st.session_state[_CHOICE] = name
    st.query_params["run"] = name


def remember_choice() -> None:
    """Carry the choice from page to page, since Streamlit drops the parameters of the address.

    For visitors who have not chosen, the active run is looked up here, once per page: somebody may
    activate another run while the page is drawn, or between two strokes.
    """
    st.session_state.pop(_ACTIVE, None)
    with suppress(RunError):  # the page reports it
        st.session_state[_ACTIVE] = active_name()
    if asked := st.query_params.get("run"):
        st.session_state[_CHOICE] = asked
    elif chosen := st.session_state.get(_CHOICE):
        st.query_params["run"] = chosen


def current_run() -> Run:
    """The run that this visitor looks at; without one the page ends with a clear message."""
    name = None
    try:
        name = chosen_run_name()
        run = cached_run(name)
    except RunError as error:
        st.error(error.text, icon=":material/error:")
        _offer_another_run(name)
        st.stop()
    if run.test_set != "mnist":
        st.warning(
            t(
                "The run {name} was trained on {data}, not on MNIST, so its figures are not MNIST "
                "results.",
                name=run.name,
                data=DATASET_TITLES[run.dataset],
            ),
            icon=":material/science:",
        )
    return run


def cached_run(name: str) -> Run:
    """A run whose manifest is read now and whose arrays are read at most once.

    Raises:
        RunError: it cannot be loaded.
    """
    run = load_run(name)
    return _keep(str(run.path), run.version, run)


def sound_stacks(run: Run, approaches: Iterable[Approach]) -> dict[Approach, Stack]:
    """The networks of these approaches; the page says why one of them is left out."""
    stacks: dict[Approach, Stack] = {}
    for approach in approaches:
        try:
            stacks[approach] = run.stack(approach)
        except RunError as error:
            st.warning(error.text, icon=":material/warning:")
    return stacks


@st.cache_resource(max_entries=8, show_spinner=False)
def _keep(path: str, version: str, _run: Run) -> Run:  # noqa: ARG001 - the cache's key
    return _run


@st.cache_resource(max_entries=1, show_spinner=t("Reading MNIST …"))
def _mnist(path: str, changed: float) -> Dataset:  # noqa: ARG001 - the cache's key
    return load_mnist(download=False)


@st.cache_resource(max_entries=1, show_spinner=t("Preparing the sample …"))
def _sample() -> Dataset:
    return load_sample()


def pictures(name: str = "mnist") -> Dataset:
    """MNIST if it is asked for and on this machine, else the sample, which needs no download.

    If MNIST is damaged, the page says so and shows the sample instead; without either, the page
    ends with a clear message.
    """
    path = find_mnist() if name == "mnist" else None
    if path is not None:
        try:
            return _mnist(str(path), _changed(path))
        except DatasetError as error:
            st.warning(error.text, icon=":material/warning:")
    try:
        return _sample()
    except DatasetError as error:
        st.error(error.text, icon=":material/error:")
        st.stop()


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0  # loading reports what is wrong


def _offer_another_run(failed: str | None) -> None:
    other = next((name for name in run_names() if name != failed and _is_sound(name)), None)
    if other and st.button(t("Show the run {name} instead", name=other), type="primary"):
        choose_run(other)
        st.rerun()


def _is_sound(name: str) -> bool:
    try:
        cached_run(name).verify()
    except RunError:
        return False
    return True
