"""The two contenders that this visitor compares, named in the address."""

from typing import NoReturn

import streamlit as st

from mnist_models.comparison.contenders import Contender, Duel, contenders, contenders_of
from mnist_models.errors import ExpectedError
from mnist_models.runs.registry import active_name
from mnist_models.runs.run import Run
from mnist_models.text import Texts, t
from ui.shared.current_run import cached_run, current_run
from ui.shared.navigation import page_path

_SIDES = Texts({"first": t("Compare"), "second": t("with")})
_CHOICE_HEIGHT = 68  # pixels of a choice with its label: room for it before it is drawn
_CHOICE = "_duel"  # the run that was current when this visitor chose, and the chosen keys

KeyPair = tuple[str, str]


def choose_duel() -> Duel:
    """Draw the choice of two contenders; by default the two approaches of the visitor's run.

    Any other choice is in the address, as `?first=strong.single&second=reference.multi`, so that it
    can be shared as a link. If the two cannot be compared, the page ends with a clear message.
    """
    run = current_run()
    known = contenders() | {c.key: c for c in contenders_of(run)}
    pair = _asked(run, known) or _usual(run)
    with st.container(key="duel"):
        for column, (side, label), key in zip(st.columns(2), _SIDES.items(), pair, strict=True):
            st.session_state[f"duel_{side}"] = key  # the address decides, so Back works
            column.container(height=_CHOICE_HEIGHT, border=False).selectbox(
                label,
                known,
                format_func=lambda key: known[key].title,
                key=f"duel_{side}",
                on_change=_choose,
                args=(run.name,),
            )
    try:
        return Duel.of(*(_cached(known[key]) for key in pair))
    except ExpectedError as error:
        st.error(error.text, icon=":material/error:")
        st.stop()


def open_duel(first: Contender, second: Contender) -> NoReturn:
    """Go to Compare with these two; the run stays the one that the visitor has chosen."""
    pair = {side: each.key for side, each in zip(_SIDES, (first, second), strict=True)}
    chosen = {"run": run} if (run := st.query_params.get("run")) else {}
    st.switch_page(page_path("compare"), query_params=chosen | pair)


def _asked(run: Run, known: dict[str, Contender]) -> KeyPair | None:
    """The pair in the address or from an earlier page, unless another run was chosen since."""
    beside, earlier = st.session_state.get(_CHOICE, ("", None))
    usual = _usual(run)
    asked = tuple(st.query_params.get(side) for side in _SIDES)
    pair = (asked[0] or usual[0], asked[1] or usual[1]) if any(asked) else earlier
    if pair is None or (pair == earlier and beside != run.name):
        _forget()
        return None
    if not set(pair) <= known.keys():
        _forget()
        st.warning(
            t(
                "The link asks for a run or an approach that is not in trained/. Here is the "
                "default comparison instead."
            ),
            icon=":material/link_off:",
        )
        return None
    _keep(run.name, pair)
    return pair


def _usual(run: Run) -> KeyPair:
    """The pair of the run; if it has only one approach, that one and another of the active run."""
    own = contenders_of(run)[:2]
    if len(own) == 1:
        own += [
            c for c in contenders_of(cached_run(active_name())) if c.approach != own[0].approach
        ][:1]
    return own[0].key, own[-1].key


def _choose(run_name: str) -> None:
    first, second = (st.session_state[f"duel_{side}"] for side in _SIDES)
    _keep(run_name, (first, second))


def _keep(run_name: str, pair: KeyPair) -> None:
    st.session_state[_CHOICE] = (run_name, pair)
    st.query_params.update(zip(_SIDES, pair, strict=True))  # at once: one step of the history


def _forget() -> None:
    st.session_state.pop(_CHOICE, None)
    for side in _SIDES:
        st.query_params.pop(side, None)


def _cached(contender: Contender) -> Contender:
    """The same contender, of the cached run, whose arrays are read at most once."""
    return Contender(cached_run(contender.run.name), contender.approach)
