"""The shipped experiments on the pages, or how to run them."""

import streamlit as st

from mnist_models.evidence.experiments import Evidence, command, load_evidence
from mnist_models.text import t


def shipped(name: str) -> Evidence | None:
    """An experiment; if its file is missing or not JSON, None and a hint how to run it.

    The contents are not checked: the file is shipped with this code, and tested.

    Args:
        name: of `experiments/<name>.json`.
    """
    found = load_evidence(name)
    if not found:
        st.info(
            t(
                "This experiment has not been run, or its file is damaged. Run it with: "
                "`{command}`",
                command=command(name),
            )
        )
    return found


def say_it_is_the_same_for_all() -> None:
    """That an experiment is not about the two who are compared."""
    st.info(
        t("An experiment of its own: it is the same whichever two you compare above."),
        icon=":material/science:",
    )
