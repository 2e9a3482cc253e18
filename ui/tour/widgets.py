"""The widgets that a step of the tour may name. They are the parts of other pages.

`docs/teaching.md` lists them with what they do; a test holds the list to this one.
"""

from collections.abc import Callable, Mapping

from mnist_models.runs.run import Run
from ui.tour.drawing import show_canvas, show_empty_canvas, show_no_digits
from ui.tour.figures import FIGURES
from ui.tour.mistakes import offer_doubtful, show_maps_of_both, show_matrix, show_you_against
from ui.tour.new_symbol import show_many_classes, show_teaching
from ui.tour.pixels import show_numbers_of_drawing, show_row_of_drawing, show_shuffled
from ui.tour.retraining import show_retraining, show_strategy_study
from ui.tour.step_file import Names

WIDGETS: Mapping[str, Callable[[Run], None]] = {
    "canvas": show_canvas,
    "empty_canvas": show_empty_canvas,
    "no_digit": show_no_digits,
    "numbers": show_numbers_of_drawing,
    "row": show_row_of_drawing,
    "shuffled": show_shuffled,
    "retrain": show_retraining,
    "sampling": show_strategy_study,
    "matrix": show_matrix,
    "map": show_maps_of_both,
    "doubtful": offer_doubtful,
    "you_against_the_models": show_you_against,
    "teach": show_teaching,
    "many_classes": show_many_classes,
}
_WITH_CANVAS = ("canvas", "empty_canvas", "teach")  # which is there once on a page

NAMES = Names(WIDGETS, FIGURES, _WITH_CANVAS)
