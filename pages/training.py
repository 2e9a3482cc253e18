"""Training: how a run learned, compared with published results, and what helps or harms it."""

from functools import partial

from mnist_models.text import t
from ui.shared.current_run import current_run
from ui.shared.navigation import begin
from ui.training.epochs import show_epochs, show_mistakes
from ui.training.live_view import show_live_training
from ui.training.overfitting import show_overfitting
from ui.training.pen_widths import show_drawings
from ui.training.published import show_published
from ui.training.sampling import show_sampling
from ui.widgets.controls import show_parts

PARTS = {
    t("Epoch by epoch"): show_epochs,
    t("Mistakes"): show_mistakes,
    t("Published and ours"): show_published,
    t("Overfitting"): show_overfitting,
    t("Sampling"): show_sampling,
    t("Drawings"): show_drawings,
}


begin(t("Training"), t("How the networks learn, and what helps them."))
show_live_training()
run = current_run()
show_parts({title: partial(show, run) for title, show in PARTS.items()}, key="part")
