"""The sidebar: which run is shown, and training a new one."""

import contextlib
import time

import streamlit as st

from mnist_models.data import find_mnist
from mnist_models.jobs import Busy, Job, cancel_job, current_job, start_job
from mnist_models.recipes import DATASET_TITLES, RECIPES, TITLES
from mnist_models.runs import RunError, load_run, run_names
from ui.loading import choose_run, chosen_run_name, may_retrain, remember_choice

_STAGES = {
    "starting": "Starting",
    "loading": "Loading the data",
    "importing": "Starting TensorFlow (about ten seconds)",
    "training": "Training",
    "refitting": "Training once more, with the held-out pictures",
    "scoring": "Scoring on the training and test pictures",
    "publishing": "Publishing",
}
_SEEN = "_job_seen"  # the job whose end this visitor has dismissed
_VISIT_BEGAN = "_visit_began"


def draw_sidebar() -> None:
    """Draw the sidebar once; `ui.page.begin` calls it for every page."""
    st.session_state.setdefault(_VISIT_BEGAN, time.time())
    remember_choice()
    with st.sidebar:
        _draw_run_choice()
        job = current_job()
        running = bool(job and job.running)
        if job and (running or _is_news(job)):
            with st.container(key="train_progress"):
                st.fragment(_draw_job, run_every=1.0 if running else None)(running)
        if may_retrain() and not running:
            _draw_retraining()


def _draw_run_choice() -> None:
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


def _label(name: str) -> str:
    try:
        return load_run(name).label
    except RunError:
        return f"{name} (damaged)"


def _draw_retraining() -> None:
    with st.expander("Training settings", icon=":material/tune:"):
        has_mnist = find_mnist() is not None
        recipe = st.selectbox("Recipe", list(RECIPES), key="train_recipe")
        st.caption(RECIPES[recipe].summary)
        dataset = st.radio(
            "Pictures",
            ("mnist", "sample"),
            index=0 if has_mnist else 1,
            format_func=lambda name: {
                "mnist": "MNIST" if has_mnist else "MNIST (downloads 11 MB first)",
                "sample": "offline sample of 1,797 digits",
            }[name],
            key="train_dataset",
        )
        epochs = st.slider(
            "Epochs",
            1,
            max(30, RECIPES[recipe].epochs),
            RECIPES[recipe].epochs,
            key=f"train_epochs_{recipe}",  # each recipe begins with its own number
            help="How many times each network sees its training pictures.",
        )
        seed = st.number_input(
            "Seed",
            0,
            9999,
            0,
            key="train_seed",
            help="Decides everything random. The same seed gives the same weights again.",
        )
    with st.container(key="retrain"):
        pressed = st.button("Retrain both", icon=":material/model_training:", width="stretch")
    if pressed:
        _start(recipe, dataset, epochs, int(seed))


def _start(recipe: str, dataset: str, epochs: int, seed: int) -> None:
    # Whoever presses the button wants to watch it learn, and not to be shown an equal run.
    arguments = ["--again", "--recipe", recipe, "--dataset", dataset]
    arguments += ["--epochs", str(epochs), "--seed", str(seed)]
    try:
        start_job(arguments)
    except Busy:
        st.toast("A training is running already; you can watch it here.")
    except RunError as error:
        st.error(str(error), icon=":material/error:")
        return
    st.rerun()


def _draw_job(was_running: bool) -> None:
    job = current_job()
    if job is None:
        return
    if was_running and not job.running:
        st.rerun()  # the whole page: the new run is there to choose, and nothing polls any more
    if job.running:
        _draw_running(job)
    else:
        _draw_ended(job)


def _draw_running(job: Job) -> None:
    stage = _STAGES.get(job.latest.stage, job.latest.stage)
    st.markdown(f"**Training {job.title}**")
    share = job.latest.share if job.latest.stage == "loading" else job.share
    st.progress(share or 0.0, text=f"{stage} …")
    if job.epochs:
        epoch = job.epochs[-1]
        line = f"{TITLES[epoch['approach']]}, epoch {epoch['epoch']}: "
        line += f"training accuracy {epoch['accuracy']:.3f}"
        line += f", validation {epoch['val_accuracy']:.3f}" if "val_accuracy" in epoch else ""
        st.caption(line)
    with st.container(key="cancel_training"):
        if may_retrain() and st.button("Cancel", icon=":material/stop:", width="stretch"):
            cancel_job()
            st.toast("Cancelling …")


def _draw_ended(job: Job) -> None:
    event = job.latest
    if event.stage in ("done", "found"):
        st.success(event.message, icon=":material/check_circle:")
        if st.button("Look at it", type="primary", width="stretch", key="look_at_new_run"):
            choose_run(event.run)
            _dismiss(job)
    elif event.stage == "cancelled":
        st.info(event.message, icon=":material/stop_circle:")
    else:
        st.error(event.message, icon=":material/error:")
    if st.button("Close", width="stretch", key="close_job"):
        _dismiss(job)


def _dismiss(job: Job) -> None:
    st.session_state[_SEEN] = (job.pid, job.started)
    st.rerun()


def _is_news(job: Job) -> bool:
    """Whether this visitor should see how the last job ended: once, and not days later."""
    if st.session_state.get(_SEEN) == (job.pid, job.started):
        return False
    return st.session_state[_VISIT_BEGAN] <= job.ended
