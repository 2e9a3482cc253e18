"""The straightforward demo, which `benchmarks.serving` compares ours with.

A first version as most people would write it: TensorFlow in the page, the models loaded once, the
whole canvas shrunk to 28 × 28, and one `predict` per network. FOLDER is the one written by
`python -m mnist_models export RUN FOLDER`. Containers and canvas are named as in our app, so that
one script can use both.

    streamlit run benchmarks/apps/plain_app.py -- FOLDER
"""

import sys
from pathlib import Path

import numpy as np
import streamlit as st
import tensorflow as tf
from numpy.typing import NDArray
from PIL import Image
from streamlit_drawable_canvas import st_canvas


@st.cache_resource
def load_models(folder: str) -> tuple[tf.keras.Model, list[tf.keras.Model]]:
    """The single model, and the binary model of each digit."""
    load = tf.keras.models.load_model
    binary = sorted(Path(folder).glob("multi_*.keras"))
    return load(Path(folder) / "single.keras"), [load(path) for path in binary]


def show_verdict(key: str, title: str, proba: NDArray) -> None:
    """The most probable digit, and how probable it is."""
    with st.container(key=key, border=True):
        st.metric(title, str(proba.argmax()))
        st.caption(f"probability {proba.max():.1%}")


st.title("Draw a digit")
single, multi = load_models(sys.argv[1])
with st.container(key="draw_canvas"):
    canvas = st_canvas(
        stroke_width=16,
        stroke_color="#ffffff",
        background_color="#000000",
        width=280,
        height=280,
        return_image_data=True,
        key="canvas",
    )
if canvas.image_data is not None and canvas.json_data["objects"]:
    picture = Image.fromarray(canvas.image_data).convert("L").resize((28, 28))
    x = np.asarray(picture, np.float32)[np.newaxis] / 255
    left, right = st.columns(2)
    with left:
        show_verdict("single_verdict", "Single model", single.predict(x, verbose=0)[0])
    with right:
        yes = [model.predict(x, verbose=0)[0, 0] for model in multi]
        show_verdict("multi_verdict", "Ten binary models", np.array(yes))
