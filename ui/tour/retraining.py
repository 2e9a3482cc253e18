"""Widgets of the tour about sampling: train with another one, or see a recorded training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from mnist_models.data.mnist import find_mnist
from mnist_models.evidence.networks.training_studies import table_by_strategy
from mnist_models.formatting import duration_text
from mnist_models.jobs.executor import executor
from mnist_models.jobs.job import Job, mark_of, wait_text
from mnist_models.learning.approaches import PAIR, TITLES, Approach
from mnist_models.learning.sampling import SAMPLING_TITLES, STRATEGIES
from mnist_models.pipeline.estimates import earlier_trainings, estimate
from mnist_models.pipeline.options import TrainingOptions
from mnist_models.runs.registry import run_names
from mnist_models.runs.run import Run, RunError
from mnist_models.settings import SettingsError
from mnist_models.text import Text, paragraph, t
from ui.shared.current_run import cached_run
from ui.shared.experiments import shipped
from ui.shared.permission import attempt, may_retrain
from ui.shared.visitor import presence, visitor
from ui.sidebar.current_training import EVERY_S, own_training, remember_order
from ui.training.live_view import show_live_training
from ui.widgets.charts import show_chart, version_of
from ui.widgets.controls import pick

REFERENCE = "reference"  # whose recipe is trained, with another sampling
_ORDERED = "_tour_training"
_SHOWN = "_tour_epoch"  # how many epochs of the recording are to be seen; absent: none yet
_EPOCH_S = 0.7  # for an epoch of a recorded training
_HEIGHT = 260  # of a curve, in pixels


def show_retraining(run: Run) -> None:
    """Another sampling, a training with it, and both curves; or a training that was recorded."""
    if reason := why_not():
        st.info(reason, icon=":material/play_circle:")
        _show_recording(run)
        return
    st.markdown(t("Choose a sampling, train, and watch both curves."))
    name = pick(t("Sampling"), STRATEGIES, "sampling", title=SAMPLING_TITLES)
    st.caption(
        t("{name}: {summary}.", name=SAMPLING_TITLES[name], summary=STRATEGIES[name].summary)
    )
    own = own_training()
    pressed = st.button(
        t("Train with this sampling"),
        icon=":material/model_training:",
        type="primary",
        key="tour_train",
        disabled=bool(own and own.is_unfinished),
    )
    _say_how_long(name)
    if pressed:
        _start(name)
    if own and own.place == "waiting":
        st.fragment(_draw_waiting, run_every=EVERY_S)(own.id)
    show_live_training()


def show_strategy_study(run: Run) -> None:
    """What each sampling came to when it was measured, with several seeds."""
    del run
    if found := shipped("sampling"):
        # charts take a second to import
        from ui.training.sampling import strategy_dots, strategy_list

        names = [row["strategy"] for row in table_by_strategy(found["runs"])]
        st.markdown(strategy_list(names))
        show_chart(
            lambda: strategy_dots(found["runs"]),
            *("strategies", version_of(found["runs"])),
            text=t("Test accuracy of each sampling strategy, a dot per seed"),
        )


def trained_run() -> str | None:
    """The name of the run that the visitor trained here last, if it is there."""
    ordered = st.session_state.get(_ORDERED)
    job = executor().follow(ordered) if ordered else None
    return job.latest.run if job and job.latest.run in run_names() else None


def why_not() -> Text | None:
    """Why nobody can train here now, and that there is a recording."""
    if not may_retrain():
        return t("Training is not open to you here, so a recorded one is played instead.")
    if reason := executor().refusal():
        return t("{reason} A recorded training is played instead.", reason=reason)
    return None


def _start(sampling: str) -> None:
    from mnist_models.pipeline.train_job import order_training  # the stages come with it

    asked = _options(sampling)
    if attempt(lambda: _remember(order_training(asked, mark_of(visitor()), presence()))):
        st.rerun()


def _remember(job_id: str) -> None:
    st.session_state[_ORDERED] = job_id
    remember_order(job_id)


def _say_how_long(sampling: str) -> None:
    try:
        seconds = estimate(_options(sampling).request(), earlier_trainings())
    except SettingsError as error:
        st.error(error.text, icon=":material/error:")
        return
    about = t("About {duration} on this machine.", duration=duration_text(seconds or 0))
    sample = t("MNIST is not on this machine, so it learns from the offline sample.")
    st.caption(paragraph(about if seconds else "", "" if find_mnist() else sample))


def _options(sampling: str) -> TrainingOptions:
    """The reference's recipe with this sampling, on what there is to learn from."""
    dataset = None if find_mnist() else "sample"
    return TrainingOptions(REFERENCE, dataset=dataset, sampling=sampling, again=True)


def _draw_waiting(job_id: str) -> None:
    job: Job | None = executor().follow(job_id)
    if job is None or job.place != "waiting":
        st.rerun()  # the whole page: it has its turn
    st.caption(wait_text(job))


@dataclass(frozen=True, eq=False)
class Recording:
    """The training of a shipped run, epoch by epoch.

    Attributes:
        run: that came of it.
        history: per approach, see `Run.history`.
    """

    run: Run
    history: Mapping[Approach, Mapping[str, Sequence[Any]]]

    @property
    def last(self) -> int:
        """How many epochs it took."""
        return max(len(figures["accuracy"]) for figures in self.history.values())

    def epochs(self, shown: int) -> list[dict[str, Any]]:
        """The first epochs as a training that runs tells them, see `Job.epochs`."""
        keys = ("accuracy", "val_accuracy", "loss", "val_loss")
        return [
            {"approach": approach, "stage": "fitting", "epoch": epoch + 1}
            | {key: figures[key][epoch] for key in keys if key in figures}
            for approach, figures in self.history.items()
            for epoch in range(min(shown, len(figures["accuracy"])))
        ]


def find_recording(run: Run) -> Recording | None:
    """That of the run, or of the first shipped one that held pictures out while it learned."""
    for name in dict.fromkeys([run.name, REFERENCE, *run_names()]):
        try:
            found = cached_run(name)
            history = {a: found.history[a] for a in PAIR if a in found.history}
        except RunError:
            continue
        if len(history) == len(PAIR) and all("val_accuracy" in h for h in history.values()):
            return Recording(found, history)
    return None


def _show_recording(run: Run) -> None:
    recording = find_recording(run)
    if recording is None:
        st.info(t("No run here has a recorded training of both approaches."))
        return
    shown = st.session_state.get(_SHOWN)
    st.button(
        t("Play the training") if shown is None else t("Play it again"),
        icon=":material/play_arrow:",
        type="primary",
        key="tour_play",
        on_click=lambda: st.session_state.update({_SHOWN: 0}),
    )
    if shown is not None:
        plays = shown < recording.last
        st.fragment(_play, run_every=_EPOCH_S if plays else None)(recording)


def _play(recording: Recording) -> None:
    last = recording.last
    shown = st.session_state[_SHOWN]
    if shown < last:
        st.session_state[_SHOWN] = shown = shown + 1
        if shown == last:
            st.rerun()  # the whole step: nothing moves any more
    st.progress(
        shown / last,
        text=t(
            "{run}: epoch {epoch} of {epochs}", run=recording.run.label, epoch=shown, epochs=last
        ),
    )
    from ui.sidebar.live_curves import live_chart  # charts take a second to import

    for column, approach in zip(st.columns(2, gap="medium"), PAIR, strict=True):
        epochs = [e for e in recording.epochs(shown) if e["approach"] == approach]
        with column, st.container(key=f"tour_curve_{approach}"):
            st.markdown(f"**{TITLES[approach]}**")
            show_chart(
                partial(live_chart, epochs, "accuracy", last, _HEIGHT, low=_lowest(recording)),
                *("recording", recording.run.version, approach, str(shown)),
                text=t("Accuracy per epoch so far: {approach}", approach=TITLES[approach]),
            )
    st.caption(
        t(
            "Solid: on the training pictures; for the ten models each one's own question, mean of "
            "the ten. Dashed: on pictures that were held out, which of ten digits it is."
        )
    )


def _lowest(recording: Recording) -> float:
    values = [
        value
        for figures in recording.history.values()
        for key in ("accuracy", "val_accuracy")
        for value in figures[key]
    ]
    return max(0.0, int(min(values) * 20) / 20)
