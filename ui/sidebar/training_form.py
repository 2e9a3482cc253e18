"""What a visitor chooses about a training, and the button that starts it."""

from dataclasses import replace
from typing import Any

import streamlit as st

from mnist_models.data.mnist import find_mnist
from mnist_models.formatting import commas, duration_text
from mnist_models.jobs.executor import executor
from mnist_models.jobs.job import mark_of
from mnist_models.learning.approaches import APPROACHES, NAMES, PAIR, TITLES
from mnist_models.learning.recipes import DATASET_TITLES, RECIPES
from mnist_models.learning.sampling import SAMPLING_TITLES, STRATEGIES
from mnist_models.pipeline.estimates import earlier_trainings, estimate
from mnist_models.pipeline.options import CHOICES, Choice, TrainingOptions, usual
from mnist_models.pipeline.request import Request
from mnist_models.runs.label import differences
from mnist_models.settings import SettingsError, limits
from mnist_models.text import Text, Texts, paragraph, t, translated
from ui.shared.permission import attempt
from ui.shared.visitor import presence, visitor
from ui.sidebar.current_training import remember_order

_CHOICES = "_choices"
_APPROACHES: Texts[str] = Texts(
    [("both", t("Both")), *TITLES.items(), ("all", t("All {count}", count=len(APPROACHES)))]
)
_TRAINED: Texts[str] = Texts(
    [("both", t("both approaches")), *NAMES.items(), ("all", t("all approaches"))]
)
# A button that trains for an hour is no toy: sliders end here, the command line goes further.
_EPOCHS, _HIDDEN = 100, (16, 32, 64, 128, 256, 512, 800, 1024, 2048)


def offer_retraining() -> None:
    """The settings, closed to begin with, how long it will take, and the button."""
    if reason := executor().refusal():
        _refuse(reason)
        return
    try:
        choices = _choose()
        request = choices.request()
        seconds = estimate(request, earlier_trainings())
    except SettingsError as error:
        st.error(error.text, icon=":material/error:")
        return
    pressed = _button()
    st.caption(
        paragraph(_told(choices), _changed(request), _how_long(seconds)),
        help=t(
            "A recipe is a named set of settings, which you can change above. In an epoch a "
            "network sees all of its training pictures once."
        ),
    )
    if pressed:
        _start(choices)


def _refuse(reason: Text) -> None:
    _button(disabled=True)
    st.caption(reason)


def _button(*, disabled: bool = False) -> bool:
    icon = ":material/model_training:"
    return st.button(t("Retrain"), icon=icon, width="stretch", disabled=disabled, key="retrain")


def _choose() -> TrainingOptions:
    """The choices so far, changed by the widgets while the visitor has them open.

    Raises:
        SettingsError: the limits of this machine are no numbers.
    """
    so_far = st.session_state.setdefault(_CHOICES, _first_choice()).within_limits()
    section = st.expander(
        t("Training settings"),
        icon=":material/tune:",
        key="train_settings",
        on_change="rerun",  # until it is open the browser need not load the widgets
    )
    if not section.open:
        return so_far
    with section:
        st.session_state[_CHOICES] = _draw_widgets(so_far)
    return st.session_state[_CHOICES]


def _first_choice() -> TrainingOptions:
    return TrainingOptions(dataset=None if find_mnist() else "sample")


def _draw_widgets(so_far: TrainingOptions) -> TrainingOptions:
    recipe = st.selectbox(
        t("Recipe"),
        list(RECIPES),
        index=list(RECIPES).index(so_far.recipe),
        key="train_recipe",
        help=t("A named set of all settings. You can change some of them below."),
    )
    st.caption(translated(RECIPES[recipe].summary))
    if recipe != so_far.recipe:  # its own settings to begin with
        so_far = TrainingOptions(
            recipe, so_far.approach, so_far.dataset and "sample", seed=so_far.seed
        ).within_limits()
    approach: Choice = st.selectbox(
        t("Train"),
        CHOICES,
        index=CHOICES.index(so_far.approach),
        format_func=_APPROACHES.__getitem__,
        key="train_approach",
    )
    if approach in APPROACHES:
        st.caption(translated(APPROACHES[approach].summary))
    changed = replace(so_far, approach=approach, dataset=_draw_pictures(recipe, so_far))
    changed = replace(changed, **_draw_numbers(recipe, so_far))
    return replace(
        changed,
        seed=int(
            st.number_input(
                t("Seed"), 0, 9999, so_far.seed, key="train_seed",
                help=t("Decides everything random. The same seed gives the same weights again."),
            )
        ),
        name=st.text_input(
            t("Name"), so_far.name, max_chars=40, key="train_name",
            placeholder=t("from the recipe"),
            help=t("A name for the new run: small letters, digits, dots and dashes."),
        ).strip(),
    )  # fmt: skip


def _draw_pictures(recipe: str, so_far: TrainingOptions) -> str | None:
    """What to learn from; None is what the recipe is meant for."""
    has_mnist = find_mnist() is not None
    titles = {
        "mnist": t("MNIST") if has_mnist else t("MNIST (downloads 11 MB first)"),
        "pens": t("MNIST and pen digits (takes minutes to prepare)"),
        "sample": t("offline sample of 1,797 digits"),
    }
    meant = RECIPES[recipe].dataset
    chosen = st.radio(
        t("Pictures"),
        (meant, "sample"),
        index=0 if so_far.dataset is None else 1,
        format_func=titles.__getitem__,
        key=f"train_dataset_{meant}",
        help=t("Training on the sample takes seconds, but gives no MNIST results."),
    )
    return None if chosen == meant else chosen


def _draw_numbers(recipe: str, so_far: TrainingOptions) -> dict[str, Any]:
    """The settings that a recipe has an opinion on; None where that stays."""
    allowed, meant = limits(), usual(RECIPES[recipe])
    now = {name: value if (value := getattr(so_far, name)) is not None else meant[name]
           for name in meant}  # fmt: skip
    most = int(min(allowed.epochs.high, max(_EPOCHS, meant["epochs"])))
    widths = sorted({h for h in (*_HIDDEN, now["hidden"]) if h in allowed.hidden})
    chosen: dict[str, Any] = {
        # Where there is nothing to choose, Streamlit has no slider.
        "epochs": now["epochs"] if most == 1 else st.slider(
            t("Epochs"), 1, most, min(most, now["epochs"]), key=f"train_epochs_{recipe}",
            help=t("How many times each network sees its training pictures."),
        ),
        "hidden": now["hidden"] if len(widths) == 1 else st.select_slider(
            t("Hidden units"), widths, now["hidden"], key=f"train_hidden_{recipe}",
            help=t("In each hidden layer of each network. More learn more, and take longer."),
        ),
        "dropout": st.slider(
            t("Dropout"), 0.0, allowed.dropout.high, float(now["dropout"]), 0.05,
            key=f"train_dropout_{recipe}",
            help=t("Share of hidden units switched off in each step, to prevent overfitting."),
        ),
        "sampling": _draw_sampling(recipe, now["sampling"]),
        "distortions": st.slider(
            t("Distortions"), 0.0, 1.0, float(now["distortions"]), 0.25,
            key=f"train_distortions_{recipe}",
            help=t(
                "How far pictures are moved, turned and bent, differently in each epoch. More "
                "takes longer and learns better."
            ),
        ),
    }  # fmt: skip
    # A recipe's own layers may differ between the approaches: untouched, they stay.
    return {name: None if value == meant[name] else value for name, value in chosen.items()}


def _draw_sampling(recipe: str, now: str) -> str:
    """A strategy by its name, and what that means."""
    name = st.selectbox(
        t("Sampling"),
        list(STRATEGIES),
        list(STRATEGIES).index(now),
        format_func=SAMPLING_TITLES.__getitem__,
        key=f"train_sampling_{recipe}",
        help=t("Which pictures each of the ten binary models learns from."),
    )
    st.caption(
        t("{name}: {summary}.", name=SAMPLING_TITLES[name], summary=STRATEGIES[name].summary)
    )
    return name


def _told(choices: TrainingOptions) -> Text:
    recipe = RECIPES[choices.recipe]
    dataset = choices.dataset or recipe.dataset
    return t(
        "Trains {approaches} by the recipe *{recipe}*: {epochs}, {data}.",
        approaches=_TRAINED[choices.approach],
        recipe=choices.recipe,
        epochs=t("{count} epoch", "{count} epochs", count=choices.epochs or recipe.epochs),
        data=DATASET_TITLES.get(dataset, dataset),
    )


def _changed(request: Request) -> Text | str:
    """What else than the epochs, which are told anyway, differs from the recipe."""
    settings = request.recipe.to_json() | {"epochs": RECIPES[request.recipe.name].epochs}
    changed = differences(settings, request.seed, PAIR)
    return t("Changed: {settings}.", settings=commas(changed)) if changed else ""


def _how_long(seconds: float | None) -> Text:
    if seconds is None:
        return t("A time estimate appears after the first training.")
    return t("About {duration} on this machine.", duration=duration_text(seconds))


def _start(choices: TrainingOptions) -> None:
    from mnist_models.pipeline.train_job import order_training  # the stages come with it

    # Whoever presses the button wants to watch it learn, and not to be shown an equal run.
    asked = replace(choices, again=True)
    if attempt(lambda: remember_order(order_training(asked, mark_of(visitor()), presence()))):
        st.rerun()
