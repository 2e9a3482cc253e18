"""Data: what a picture is, number by number, and how many pictures there are of each digit."""

from functools import partial

import streamlit as st

from mnist_models.data.mnist import find_mnist
from mnist_models.text import Texts, t
from ui.about.class_counts import show_counts
from ui.about.numbers import show_input, show_numbers
from ui.about.picture_browser import choose_picture
from ui.shared.current_run import pictures
from ui.shared.mnist_download import offer_download
from ui.shared.navigation import begin
from ui.widgets.controls import show_parts

SOURCES = Texts(
    {
        "mnist": t(
            "The digits are **MNIST**'s: written by census employees and high-school students, "
            "prepared by Yann LeCun, Corinna Cortes and Christopher Burges "
            "([CC BY-SA 3.0](https://creativecommons.org/licenses/by-sa/3.0/))."
        ),
        "sample": t(
            "The digits are the **offline sample, not MNIST**: scikit-learn's 1,797 digits "
            "(8 × 8, by other writers), converted to MNIST's shape; by Ethem Alpaydin and Cenk "
            "Kaynak, UCI Machine Learning Repository "
            "([CC BY 4.0](https://creativecommons.org/licenses/by/4.0/))."
        ),
    }
)

begin(t("Data"), t("A picture is 28 × 28 numbers and a label that says which digit it shows."))
if find_mnist() is None:
    offer_download()
data = pictures()
st.caption(SOURCES[data.name])
picture, label = choose_picture(data)
show_parts(
    {
        t("The picture as numbers"): partial(show_numbers, picture),
        t("What the network gets"): partial(show_input, picture, label),
        t("How many of each digit"): partial(show_counts, data, label),
    },
    key="about",
)
