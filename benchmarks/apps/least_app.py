"""The least that a Streamlit app with this canvas can do, which `benchmarks.serving` measures too.

It answers every stroke with the same digit: no models, no page around it. The time and memory it
takes are those of Streamlit, the canvas and the browser; no app built on them takes less.

    streamlit run benchmarks/apps/least_app.py
"""

import streamlit as st
from streamlit_drawable_canvas import st_canvas

st.title("Draw a digit")
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
if canvas.json_data and canvas.json_data["objects"]:
    for name in ("single", "multi"):
        with st.container(key=f"{name}_verdict"):
            st.metric(name, "1")
