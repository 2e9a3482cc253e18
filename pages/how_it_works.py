"""How it works: both approaches in pictures and in the figures of the current run."""

from functools import partial

from mnist_models.text import t
from ui.about.approaches import show_claims, show_example, show_inside, show_preparation
from ui.shared.current_run import current_run, pictures
from ui.shared.navigation import begin
from ui.widgets.controls import show_parts

begin(
    t("How it works"),
    t(
        "One network that chooses among ten digits, or ten networks that know one digit each: "
        "which reads better, and what does each cost?"
    ),
)
run = current_run()
show_parts(
    {
        t("Two ways to read a digit"): partial(show_example, run, pictures()),
        t("Inside a network"): partial(show_inside, run),
        t("Claimed strengths"): show_claims,
        t("From your drawing to an MNIST picture"): show_preparation,
    },
    key="topic",
)
