"""Tour: a few steps, each a question, a guess, something to try, and what happened."""

from mnist_models.text import t
from ui.shared.navigation import begin
from ui.tour.step_page import show_tour

begin(t("Tour"))
show_tour()
