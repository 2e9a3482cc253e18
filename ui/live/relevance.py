"""How ink is coloured by what it said for an answer, wherever that is computed."""

from mnist_models.text import t

# With white between them, on black: yellow and violet differ for every kind of colour blindness.
FOR, AGAINST = (245, 190, 0), (135, 85, 255)

MEANING = t(
    ":yellow[**Yellow**] ink spoke for the answer and against the runner-up, :violet[**violet**] "
    "ink the other way round, and white ink made little difference."
)
