"""The run that a visitor looks at; who may, shows it to everyone first or deletes it."""

import contextlib

import streamlit as st

from mnist_models.publishing import activate, delete_run
from mnist_models.recipes import DATASET_TITLES
from mnist_models.room import is_shipped
from mnist_models.runs import RunError, active_name, load_run, run_names
from ui.loading import choose_run, chosen_run_name
from ui.permission import attempt, may_retrain


def draw_run_choice() -> None:
    """Choose a run; the choice is the visitor's own."""
    try:
        names = run_names()
        shown = chosen_run_name()
    except RunError:
        return  # the page says what is wrong
    options = names if shown in names else [shown, *names]
    # Options and value come from outside the widget (address, new runs), so its key names both.
    name = st.selectbox(
        "Run",
        options,
        index=options.index(shown),
        help="A run is one training of both approaches. Your choice changes what you see, "
        "not what others see.",
        format_func=_label,
        key=f"run_choice_{shown}_{len(options)}",
    )
    if name != shown:
        choose_run(name)
        st.rerun()
    with contextlib.suppress(RunError):
        run = load_run(shown)
        rows, day = run.manifest["dataset"]["train_rows"], run.manifest["created"][:10]
        st.caption(f"Trained on {rows:,} pictures of {DATASET_TITLES[run.dataset]} on {day}.")
    if may_retrain() and shown in names:
        _offer_changes(shown)


def _offer_changes(name: str) -> None:
    """For everyone: show this run first, or delete one that was made here."""
    with st.container(key="run_changes", horizontal=True, gap="xsmall"):
        show = name != active_name() and st.button("Show it to all first", key="activate_run")
        delete = not is_shipped(name) and _ask_whether_to_delete(name)
    if show and attempt(lambda: activate(name)):
        st.rerun()
    if delete and attempt(lambda: delete_run(name)):
        choose_run(active_name())
        st.rerun()


def _ask_whether_to_delete(name: str) -> bool:
    with st.popover("Delete", key="delete_run"):
        st.markdown(f"Delete the run **{name}** for everyone?")
        return st.button("Delete it", type="primary", key="delete_run_now")


def _label(name: str) -> str:
    try:
        return load_run(name).label
    except RunError:
        return f"{name} (damaged)"
