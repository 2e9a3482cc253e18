"""The shipped experiments on the pages, or how to make them."""

import streamlit as st

from mnist_models.evidence.experiments import Evidence, command, load_evidence


def shipped(name: str) -> Evidence | None:
    """An experiment; where it is absent or no JSON None, after a sentence that says what makes it.

    What a file of this version holds is not checked: it is shipped with this code, and tested.

    Args:
        name: of `experiments/<name>.json`.
    """
    found = load_evidence(name)
    if not found:
        st.info(f"Not measured, or damaged. Make it with: `{command(name)}`")
    return found
