"""The page Compare, what both contenders cost: pictures seen, seconds, size, time per picture."""

import time
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from mnist_models.comparison.contenders import Contender, Duel
from mnist_models.evidence.experiments import Evidence, load_evidence
from mnist_models.evidence.training_studies import seeds_spread
from mnist_models.pictures import SIDE
from mnist_models.runs.run import RunError
from ui.widgets.contender_style import Look, Looks, looks
from ui.widgets.tables import show_table

_ABOUT_ACCURACY = (
    "From and to: the 95 % Wilson interval of the test accuracy. Seeds: the median of trainings "
    "with other random numbers and their range, where they were measured. A wide gap between train "
    "and test is a sign of overfitting."
)
_ABOUT_COST = (
    "Rows per epoch: training pictures that all networks together learn from in one pass. Seconds "
    "on the machine that trained the run, all networks at once; another machine takes another time."
)
_WHOLE = st.column_config.NumberColumn(format="localized")
_CALLS = 30


def show_cost(duel: Duel) -> None:
    """Train and test accuracy in full, then what each contender took and takes."""
    pair = looks(duel)
    accuracies = pd.DataFrame([_accuracies(look, load_evidence("seeds")) for look in pair])
    accuracies = accuracies.dropna(axis="columns", how="all")  # what was published for neither
    show_table(
        accuracies,
        file_name="accuracies.csv",
        alt="Accuracy of both contenders on test and training pictures, and as published",
        columns={c: st.column_config.NumberColumn(format="%.4f") for c in accuracies.columns[1:]},
    )
    st.caption(_ABOUT_ACCURACY)
    costs = pd.DataFrame([_costs(look) for look in pair])
    show_table(
        costs,
        file_name="costs.csv",
        alt="Networks, parameters, training rows, seconds and file size of both contenders",
        columns={
            **dict.fromkeys(costs.columns[1:], _WHOLE),
            "training seconds": st.column_config.NumberColumn(format="%.1f"),
        },
    )
    st.caption(_ABOUT_COST)
    if st.button("Time one picture on this server", key="time_picture"):
        st.markdown(_timing(pair))


def _accuracies(look: Look, seeds: Evidence | None) -> dict[str, Any]:
    run, approach = look.contender.run, look.contender.approach
    test, train = look.contender.metrics, run.metrics(approach, "train")
    published = run.published
    theirs = published.test.get(approach) if published else None
    spread = seeds_spread(seeds, run, approach)
    return {
        "contender": look.name,
        "test": test.accuracy,
        "from": test.accuracy_interval[0],
        "to": test.accuracy_interval[1],
        "published test": theirs,
        "difference": None if theirs is None else test.accuracy - theirs,
        "seeds": spread.median if spread else None,
        "lowest": spread.low if spread else None,
        "highest": spread.high if spread else None,
        "train": train.accuracy,
        "published train": published.train.get(approach) if published else None,
        "train − test": train.accuracy - test.accuracy,
    }


def _costs(look: Look) -> dict[str, Any]:
    run, approach = look.contender.run, look.contender.approach
    entry = run.manifest["approaches"][approach]
    file = run.manifest["files"].get(f"{approach}.npz")
    return {
        "contender": look.name,
        "networks": entry["members"],
        "parameters": entry["parameters"],
        "distinct training rows": entry["distinct_rows"],
        "rows per epoch": sum(entry["rows"]),
        "training seconds": entry["seconds"],
        "file, kB": file["bytes"] // 1000 if file else None,
    }


def _timing(pair: Looks) -> str:
    """A sentence with the time that each contender takes for one picture, here and now."""
    try:
        times = [f"{_milliseconds(look.contender):.2f} ms ({look.name})" for look in pair]
    except RunError as error:
        return str(error)
    return (
        f"One picture takes {' and '.join(times)}: the median of {_CALLS} calls, on a server that "
        "may be doing other work."
    )


def _milliseconds(contender: Contender) -> float:
    stack = contender.run.stack(contender.approach)
    picture = np.zeros((1, SIDE, SIDE), np.uint8)
    times = []
    for _ in range(_CALLS):
        started = time.perf_counter()
        stack.predict_proba(picture)
        times.append(time.perf_counter() - started)
    return 1000 * median(times)
