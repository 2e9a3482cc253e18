"""Cached loaders: runs by the hash of their contents, data by name."""

import os

import streamlit as st

from mnist_models.data import Dataset, DatasetError, find_mnist, load_mnist, load_sample
from mnist_models.runs import Run, RunError, active_name, load_run, run_names

_CHOICE = "_run"


def chosen_run_name() -> str:
    """The run that this visitor looks at: `?run=`, or what was chosen before, or the active one.

    Raises:
        RunError: there is no run at all.
    """
    asked = st.query_params.get("run") or st.session_state.get(_CHOICE)
    return asked or active_name()


def choose_run(name: str) -> None:
    """Let this visitor look at a run, on this page and the next ones; the address says which."""
    st.session_state[_CHOICE] = name
    st.query_params["run"] = name


def remember_choice() -> None:
    """Carry the choice from page to page: Streamlit drops the address' parameters on the way."""
    if asked := st.query_params.get("run"):
        st.session_state[_CHOICE] = asked
    elif chosen := st.session_state.get(_CHOICE):
        st.query_params["run"] = chosen


def current_run() -> Run:
    """The run that this visitor looks at; without it the page ends with a clear message."""
    try:
        name = chosen_run_name()
        return cached_run(name)
    except RunError as error:
        st.error(str(error), icon=":material/error:")
        _offer_other_runs()
        st.stop()


def cached_run(name: str) -> Run:
    """A run, its manifest read now, its arrays at most once.

    Raises:
        RunError: it cannot be had.
    """
    run = load_run(name)
    return _keep(str(run.path), run.version, run)


@st.cache_resource(max_entries=8, show_spinner=False)
def _keep(path: str, version: str, _run: Run) -> Run:  # noqa: ARG001 - they are the cache's key
    return _run


@st.cache_resource(max_entries=1, show_spinner="Reading MNIST …")
def _mnist(path: str, changed: float) -> Dataset:  # noqa: ARG001 - they are the cache's key
    return load_mnist(download=False)


@st.cache_resource(max_entries=1, show_spinner="Preparing the sample …")
def _sample() -> Dataset:
    return load_sample()


def pictures() -> Dataset:
    """MNIST where it is on this machine, else the sample that needs no download.

    A damaged MNIST is said on the page, and the sample stands in for it; without either the page
    ends with a clear message.
    """
    path = find_mnist()
    if path is not None:
        try:
            return _mnist(str(path), path.stat().st_mtime if path.exists() else 0)
        except DatasetError as error:
            st.warning(str(error), icon=":material/warning:")
    try:
        return _sample()
    except DatasetError as error:
        st.error(str(error), icon=":material/error:")
        st.stop()


def may_retrain() -> bool:
    """Whether visitors may train: `MNIST_RETRAIN=off` forbids it, for public deployments."""
    return os.environ.get("MNIST_RETRAIN", "on").lower() not in ("off", "0", "no", "false")


def _offer_other_runs() -> None:
    others = [name for name in run_names() if name != st.session_state.get(_CHOICE)]
    if others and st.button(f"Show the run {others[0]} instead", type="primary"):
        choose_run(others[0])
        st.rerun()
