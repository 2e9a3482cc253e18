"""The parameters of all addresses, and how long each of them lasts.

Whatever reads or writes another one is found by a test; a shared link holds these and no others, so
what mails and networks append to an address goes no further.
"""

from collections.abc import Mapping

from ui.shared.translation import LANGUAGE

RUN, PRESENT, HIDE = "run", "present", "hide"

# On every page: the language, the run that is looked at, larger type, and what is left out.
EVERYWHERE = (LANGUAGE, RUN, PRESENT, HIDE)
# By page, what it shows: an option, a tab, a picture, the cell of a matrix.
OF_PAGE: Mapping[str, tuple[str, ...]] = {
    "draw": ("source", "canvas", "digit", "test_picture", "see_inside"),
    "tour": ("step", "sampling", "live_figure", "pictures"),
    "my_drawings": (),
    "compare": (
        *("first", "second", "evidence", "digits", "figure", "sort", "question", "rule"),
        *("whose", "curves", "all_curves", "disturbance", "ladder"),
    ),
    "confusion": (
        *("first", "second", "matrices", "unit", "order", "diagonal", "pictures"),
    ),
    "new_class": ("teach_what",),
    "training": ("part", "curve", "remedy", "live_figure"),
    "data": ("set", "digit", "picture", "about"),
    "how_it_works": ("topic", "example"),
}  # fmt: skip
# Means something to one visitor on their way, and nothing to another.
PASSING = ("from",)
# Streamlit reads these itself: an app gets to know that they are there, and not what they are.
STREAMLITS = ("embed", "embed_options")


def shared_parameters(page: str, query: Mapping[str, str]) -> dict[str, str]:
    """What of an address belongs into a link to the same view, in one order.

    Args:
        page: the name of its script.
        query: the parameters of the address.
    """
    return {name: query[name] for name in (*OF_PAGE[page], *EVERYWHERE) if name in query}
