"""What a browser needs for the map of one approach, as a file that it fetches once."""

import hashlib
import io
from functools import partial
from pathlib import Path

import numpy as np
import streamlit as st

from mnist_models.learning.approaches import Approach
from mnist_models.runs.run import Run
from ui.live.static_files import publish

_SCRIPT = Path(__file__).with_name("embedding.js").read_bytes()


def map_address(run: Run, approach: Approach) -> str | None:
    """The address of an approach's map; None where it cannot be published.

    It is the stored embedding, and for each test picture what it shows and what was answered, as
    places among the classes.

    Raises:
        KeyError: the run has no embedding of this approach.
        RunError: a file of the run is damaged.
    """
    sha256 = _sha256(run.version, approach, run)
    return publish(sha256, ".zip", partial(_contents, run, approach))


def script_address() -> str | None:
    """The address of the module that computes with it; None where it cannot be published."""
    return publish(hashlib.sha256(_SCRIPT).hexdigest(), ".js", lambda: _SCRIPT)


@st.cache_resource(max_entries=64, show_spinner=False)
def _sha256(version: str, approach: Approach, _run: Run) -> str:  # noqa: ARG001 - the cache's key
    return hashlib.sha256(_contents(_run, approach)).hexdigest()


def _contents(run: Run, approach: Approach) -> bytes:
    places = {label: place for place, label in enumerate(run.classes)}
    labels = [places[label] for label in run.test_scores["labels"].tolist()]
    file = io.BytesIO()
    np.savez_compressed(
        file,
        allow_pickle=False,
        labels=np.array(labels, np.int8),
        answers=run.test_scores[approach].argmax(axis=1).astype(np.int8),
        **run.embeddings[approach].to_arrays(),
    )
    return file.getvalue()
