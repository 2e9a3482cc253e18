"""An empty Streamlit page with one chart, which `benchmarks.pages` compares ours with.

There are two of them, so that one can be opened from the other.

    streamlit run benchmarks/apps/empty_app.py
"""

import pandas as pd
import streamlit as st


def draw_chart() -> None:
    """The only element on both pages."""
    frame = pd.DataFrame({"model": ["single", "multi"], "accuracy": [97.5, 97.0]})
    st.bar_chart(frame, x="model", y="accuracy")


page = st.navigation(
    [st.Page(draw_chart, title=title, url_path=title.lower()) for title in ("Empty", "Other")]
)
st.title(page.title, anchor=False)
page.run()
