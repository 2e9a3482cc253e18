"""The run that a visitor looks at, what is said when it changes, and cached runs and pictures."""

from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import streamlit as st

from mnist_models.data.dataset import Dataset
from mnist_models.data.download import DatasetError
from mnist_models.data.mnist import find_mnist, load_mnist
from mnist_models.data.sample import load_sample
from mnist_models.learning.approaches import Approach
from mnist_models.learning.recipes import DATASET_TITLES
from mnist_models.learning.stack import Stack
from mnist_models.runs.registry import active_name, load_run, run_names, unlisted_run_names
from mnist_models.runs.run import Run, RunError
from mnist_models.text import Text, t

_CHOICE, _ACTIVE = "_run", "_active_run"
_PAGE, _SHOWN = "_run_page", "_run_shown"  # the page drawn before, and its run
_BEFORE = "_run_before"  # the run that was left for the one shown, if not by its name


def chosen_run_name() -> str:
    """The run that this visitor looks at: `?run=`, the one chosen before, or the active one.

    Raises:
        RunError: there is no run.
    """
    asked = st.query_params.get("run") or st.session_state.get(_CHOICE)
    return asked or st.session_state.get(_ACTIVE) or active_name()


def choose_run(name: str) -> None:
    """Show this visitor the run that they named, on this page and the next ones.

    The address says which. Nothing is said about it, since the visitor has just said it.
    """
    switch_run(name)
    st.session_state[_SHOWN] = name
    st.session_state.pop(_BEFORE, None)


def switch_run(name: str) -> None:
    """Show this visitor another run as a part of what they asked for; the next page says so."""
    st.session_state[_CHOICE] = name
    st.query_params["run"] = name


def remember_choice(page: str) -> None:
    """Carry the choice from page to page, since Streamlit drops the parameters of the address.

    On the same page an address without a run is that of the browser's Back, which takes the first
    choice back. For visitors who have not chosen, the active run is looked up here, once per page:
    somebody may activate another run while the page is drawn, or between two strokes. If the run is
    not that of the page before, and the visitor has not named it, `say_run_change` will tell them.

    Args:
        page: the one that is drawn, by its address.
    """
    st.session_state.pop(_ACTIVE, None)
    with suppress(RunError):  # the page reports it
        st.session_state[_ACTIVE] = active_name()
    if asked := st.query_params.get("run"):
        st.session_state[_CHOICE] = asked
    elif page == st.session_state.get(_PAGE):
        st.session_state.pop(_CHOICE, None)
    elif chosen := st.session_state.get(_CHOICE):
        st.query_params["run"] = chosen
    st.session_state[_PAGE] = page
    _notice_change()


def _notice_change() -> None:
    try:
        shown = chosen_run_name()
    except RunError:
        return
    left = st.session_state.get(_SHOWN, shown)
    st.session_state[_SHOWN] = shown
    if left == shown:
        return
    if st.session_state.get(_BEFORE) == shown:
        del st.session_state[_BEFORE]  # they went back
    else:
        st.session_state[_BEFORE] = left


def say_run_change() -> None:
    """Tell a visitor, on every page until they have read it, that they look at another run now.

    For all that changes the run of the whole app beside what it was pressed for, a link included.
    """
    before = st.session_state.get(_BEFORE)
    shown = run_label(st.session_state[_SHOWN]) if before else ""
    if not before or not shown:
        return
    with st.container(
        key="run_changed", horizontal=True, vertical_alignment="center", gap="xsmall"
    ):
        st.markdown(t("You now look at the run **{run}**, here and on all pages.", run=shown))
        if label := run_label(before):
            st.button(
                t("Back to {run}", run=label),
                key="run_before",
                on_click=choose_run,
                args=(before,),
            )
        st.button(
            t("Close"),
            key="close_run_changed",
            type="tertiary",
            on_click=lambda: st.session_state.pop(_BEFORE, None),
        )


def current_run() -> Run:
    """The run that this visitor looks at; without one the page ends with a clear message."""
    if (run := find_current_run()) is None:
        st.stop()
    return run


def find_current_run() -> Run | None:
    """The same for a page that goes on; None if there is none, which it has said then."""
    name = None
    try:
        name = chosen_run_name()
        run = cached_run(name)
    except RunError as error:
        st.error(error.text, icon=":material/error:")
        _offer_another_run(name)
        return None
    if run.test_set != "mnist":
        st.warning(
            t(
                "The run {name} was trained on {data}, not on MNIST, so its figures are not MNIST "
                "results.",
                name=run.title,
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


def load_ahead(run: Run) -> None:
    """Load the networks of a run while its visitor is busy, for a quick answer later."""
    for approach in run.pair_with_weights:
        with suppress(RunError):  # the verdicts report it
            run.stack(approach)


@st.cache_resource(max_entries=8, show_spinner=False)
def _keep(path: str, version: str, _run: Run) -> Run:  # noqa: ARG001 - the cache's key
    return _run


_read: set[Hashable] = set()  # files that this process has in memory


@st.cache_resource(max_entries=1, show_spinner=False)
def _mnist(path: str, changed: float) -> Dataset:  # noqa: ARG001 - the cache's key
    return load_mnist(download=False)


@st.cache_resource(max_entries=1, show_spinner=False)
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
            with _waiting(t("Reading MNIST …"), file := (str(path), _changed(path))):
                return _mnist(*file)
        except DatasetError as error:
            st.warning(error.text, icon=":material/warning:")
    try:
        with _waiting(t("Preparing the sample …"), "sample"):
            return _sample()
    except DatasetError as error:
        st.error(error.text, icon=":material/error:")
        st.stop()


@contextmanager
def _waiting(text: Text, file: Hashable) -> Iterator[None]:
    """Say what takes long the first time; a spinner costs time at each rerun, seen or not."""
    if file in _read:
        yield
        return
    with st.spinner(text):
        yield
    _read.add(file)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0  # loading reports what is wrong


def _offer_another_run(failed: str | None) -> None:
    other = next((name for name in run_names() if name != failed and _is_sound(name)), None)
    if other and st.button(t("Show the run {name} instead", name=run_label(other)), type="primary"):
        choose_run(other)
        st.rerun()


def run_label(name: str) -> str:
    """What a run is called, damaged or not; empty if it is not there."""
    with suppress(RunError):
        return load_run(name).label
    with suppress(RunError):
        if name in (*run_names(), *unlisted_run_names()):
            return t("{run} (damaged)", run=name)
    return ""


def _is_sound(name: str) -> bool:
    try:
        cached_run(name).verify()
    except RunError:
        return False
    return True
