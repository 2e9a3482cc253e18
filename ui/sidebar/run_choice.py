"""The run that a visitor looks at; who may, shows it to everyone first or deletes it."""

import streamlit as st

from mnist_models.formatting import commas, percent_text
from mnist_models.learning.approaches import NAMES
from mnist_models.learning.recipes import DATASET_TITLES
from mnist_models.learning.sampling import SAMPLING_TITLES, STRATEGIES
from mnist_models.runs.label import differences
from mnist_models.runs.publishing import activate, delete_run
from mnist_models.runs.quota import is_shipped
from mnist_models.runs.registry import active_name, load_run, run_names
from mnist_models.runs.run import Run, RunError
from mnist_models.text import Text, Texts, paragraph, t
from ui.shared.current_run import choose_run, chosen_run_name, run_label, switch_run
from ui.shared.permission import attempt, may_retrain

_SHORT: Texts[str] = Texts([*NAMES.items(), ("single", t("single")), ("multi", t("multi"))])


def draw_run_choice() -> None:
    """Choose a run; the choice is the visitor's own."""
    try:
        names, shown = run_names(), chosen_run_name()
    except RunError:
        return  # the page says what is wrong
    try:
        run = load_run(shown)
    except RunError:  # that too
        run = None
    with st.container(key="run_choice"):
        section = st.expander(
            t("Run: {run}", run=run.label) if run else t("Choose a run"),
            key=f"runs_of_{run.name if run else ''}",  # another run closes it
            on_change="rerun",  # until it is open the browser need not load a list
        )
        if section.open:
            with section:
                _choose_from(names, run.name if run else None)
    if run:
        st.caption(
            t(
                "Trained on {count:,} picture of {data} on {day}.",
                "Trained on {count:,} pictures of {data} on {day}.",
                count=run.manifest["dataset"]["train_rows"],
                data=DATASET_TITLES[run.dataset],
                day=run.manifest["created"][:10],
            ),
            help=paragraph(
                t("A run is one training of both approaches, and all that came of it."),
                t(
                    "This one was trained by the recipe {recipe}. A recipe is a named set of "
                    "settings.",
                    recipe=_recipe_text(run),
                ),
                _sampling_text(run),
            ),
        )
    if may_retrain() and shown in names:
        _offer_changes(shown)


def _choose_from(names: list[str], shown: str | None) -> None:
    if shown and shown not in names:  # a lesson that was kept is in no list
        names = [shown, *names]
    name = st.radio(
        t("Run"),
        names,
        index=names.index(shown) if shown else None,
        help=t(
            "A run is one training of both approaches. Below its name is its accuracy on test "
            "pictures. Your choice changes what you see, not what others see."
        ),
        format_func=run_label,
        captions=[_accuracies(name) for name in names],
        key=f"run_choice_{len(names)}",  # the options come from outside the widget
    )
    if name and name != shown:
        choose_run(name)
        st.rerun()


def _offer_changes(name: str) -> None:
    """For everyone: show this run first, or delete one that was made here."""
    with st.container(key="run_changes", horizontal=True, gap="xsmall"):
        show = name != active_name() and ask_whether_to_activate(name, key="activate_run")
        delete = not is_shipped(name) and _ask_whether_to_delete(name)
    if show and attempt(lambda: activate(name)):
        st.rerun()
    if delete and attempt(lambda: delete_run(name)):
        switch_run(active_name())
        st.rerun()


def ask_whether_to_activate(name: str, *, key: str) -> bool:
    """A button that opens a question, since it changes what everyone sees; whether it was answered.

    Args:
        name: of the run.
        key: of the button that answers; that of the question begins with "ask_".
    """
    with st.popover(t("Make it the default"), key=f"ask_{key}"):
        question = t(
            "Show the run **{run}** to everyone who has not chosen one?", run=run_label(name)
        )
        st.markdown(question)
        return st.button(t("Show it to everyone"), type="primary", key=key)


def _ask_whether_to_delete(name: str) -> bool:
    with st.popover(t("Delete"), key="delete_run"):
        st.markdown(t("Delete the run **{run}** for everyone?", run=run_label(name)))
        return st.button(t("Delete it"), type="primary", key="delete_run_now")


def _accuracies(name: str) -> str:
    try:
        run = load_run(name)
    except RunError:
        return ""
    shown = run.pair or run.approaches  # the others stand on Compare
    texts = [f"{_SHORT[a]} {percent_text(run.metrics(a).accuracy)}" for a in shown]
    if run.made_here:
        texts.append(t("made here on {day}", day=run.manifest["created"][:10]))
    return commas(texts)


def _sampling_text(run: Run) -> Text:
    """What the word for its sampling means, which may stand among what differs from the recipe."""
    name = run.manifest["recipe"]["sampling"]
    if "multi" not in run.approaches or name not in STRATEGIES:  # of another version
        return t("")
    return t(
        "What each binary model learned from was chosen by the sampling *{name}*: {summary}.",
        name=SAMPLING_TITLES[name],
        summary=STRATEGIES[name].summary,
    )


def _recipe_text(run: Run) -> str:
    """Its recipe, and what differs from it: the label of a run that somebody named has neither."""
    recipe = run.manifest["recipe"]
    changed = differences(recipe, run.manifest.get("seed"), run.approaches)
    return commas([recipe["name"], *changed])
