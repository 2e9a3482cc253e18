"""Training: how a run learned, beside what others published, and what helps it or harms it."""

from functools import partial

from ui.shared.current_run import current_run
from ui.shared.navigation import begin
from ui.training.epochs import show_epochs, show_mistakes
from ui.training.overfitting import show_overfitting
from ui.training.pen_widths import show_drawings
from ui.training.published import show_published
from ui.training.sampling import show_sampling
from ui.widgets.controls import show_parts

PARTS = {
    "Epoch by epoch": show_epochs,
    "Mistakes": show_mistakes,
    "Published and ours": show_published,
    "Overfitting": show_overfitting,
    "Sampling": show_sampling,
    "Drawings": show_drawings,
}


begin("Training", "How the networks learn, and what helps them.")
run = current_run()
show_parts({title: partial(show, run) for title, show in PARTS.items()}, key="part")
