"""Training: how a run learned, beside what others published, and what helps it or harms it."""

from functools import partial

from ui.drawings import show_drawings
from ui.epochs import show_epochs, show_mistakes
from ui.loading import current_run
from ui.overfitting import show_overfitting
from ui.page import begin
from ui.parts import show_parts
from ui.published import show_published
from ui.sampling import show_sampling

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
