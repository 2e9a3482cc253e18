"""How it works: both approaches in pictures, and in the figures of the run that is looked at."""

from functools import partial

from ui.about.approaches import show_claims, show_example, show_inside, show_preparation
from ui.shared.current_run import current_run, pictures
from ui.shared.navigation import begin
from ui.widgets.controls import show_parts

begin(
    "How it works",
    "One network that chooses among ten digits, or ten networks that know one digit each: which "
    "reads better, and what does each cost?",
)
run = current_run()
show_parts(
    {
        "Two ways to read a digit": partial(show_example, run, pictures()),
        "Inside a network": partial(show_inside, run),
        "What each is said to be good for": show_claims,
        "From your drawing to an MNIST picture": show_preparation,
    },
    key="topic",
)
