"""Killed with SIGKILL at whatever moment, a training does no harm.

Here at each step of writing, and at a few moments of real jobs; `python -m benchmarks.kills` does
so at 50 random ones.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.kills import harm, kill, start
from mnist_models.jobs.executor import latest_job
from mnist_models.jobs.job import Job
from mnist_models.runs.publishing import activate, delete_run, publish
from mnist_models.runs.registry import load_run, run_names
from mnist_models.runs.run import Run

ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")


@pytest.fixture
def versions(tiny_run: Run, tiny_contents: dict[str, Any]) -> dict[str, str]:
    """Three runs whose contents differ, by name."""
    versions = {tiny_run.name: tiny_run.version}
    for seed, name in enumerate(("other", "next")):
        manifest = {**tiny_contents["manifest"], "seed": seed + 1}
        contents = {**tiny_contents, "manifest": manifest}
        versions[name] = publish(name, **contents).version
    return versions


def _deaths(action: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.helpers.dying", action]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    states = [json.loads(line) for line in done.stdout.splitlines()]
    assert [s["survived"] for s in states] == [False] * (len(states) - 1) + [True]
    for state in states:
        seen = {key: state[key] for key in ("runs", "active", "upgraded")}
        assert state["cleaned"] == {**seen, "hidden": []}
        assert len(state["hidden"]) <= 1
    return states


def test_whoever_dies_publishing_leaves_the_new_run_whole_or_not_at_all(
    versions: dict[str, str],
) -> None:
    delete_run("next")
    states = _deaths("publish")
    assert len(states) > 20
    published = ["next" in state["runs"] for state in states]
    assert published == sorted(published)
    assert published[-1]
    assert any(state["hidden"] for state in states)
    assert {tuple(state["active"]) for state in states} == {("reference", versions["reference"])}


def test_whoever_dies_choosing_a_run_has_chosen_it_or_not(versions: dict[str, str]) -> None:
    states = _deaths("activate")
    active = [tuple(state["active"]) for state in states]
    assert set(active) == {(n, versions[n]) for n in ("reference", "other")}
    assert active == sorted(active, reverse=True)  # once chosen, it stays
    assert all(len(state["runs"]) == 3 for state in states)


def test_whoever_dies_deleting_a_run_leaves_it_whole_or_not_at_all(
    versions: dict[str, str],
) -> None:
    """It is the active one, and no other takes its place but the default."""
    states = _deaths("delete")
    there = ["next" in state["runs"] for state in states]
    assert there == sorted(there, reverse=True)
    assert (there[0], there[-1]) == (True, False)
    assert any(state["hidden"] for state in states)
    assert {state["active"][0] for state in states} == {"next", "reference"}
    assert all(state["active"][0] == "reference" for state in states if "next" not in state["runs"])


@pytest.mark.matrix  # takes long
def test_whoever_dies_upgrading_a_run_leaves_it_as_it_was_or_upgraded(
    versions: dict[str, str],
) -> None:
    """Sound in either case, as all runs are after each death, and there at every moment."""
    delete_run("next")
    others = load_run("reference")
    publish(
        "next",
        {**others.manifest, "name": "next"},
        {"single": others.single, "multi": others.multi},
        {"test_scores.npz": others.test_scores},
        {},
    )
    states = _deaths("upgrade")
    assert len(states) > 10
    upgraded = ["next" in state["upgraded"] for state in states]
    assert upgraded == sorted(upgraded)
    assert (upgraded[0], upgraded[-1]) == (False, True)
    assert all("next" in state["runs"] for state in states)
    assert any(state["hidden"] for state in states)
    assert {tuple(state["active"]) for state in states} == {("reference", versions["reference"])}


MOMENTS: dict[str, Callable[[Job], bool]] = {
    "importing": lambda job: job.latest.stage == "importing",
    "training": lambda job: bool(job.epochs),
    "publishing": lambda job: job.latest.stage in ("publishing", "done"),
}


@pytest.mark.matrix  # takes long
def test_a_job_that_is_killed_does_no_harm_and_the_next_one_starts(
    tiny_run: Run, tiny_contents: dict[str, Any], trained: Path
) -> None:
    activate("reference")
    for expected, moment in MOMENTS.items():
        stage = kill(start(), moment)
        assert stage in (expected, "refitting", "done")
        assert harm("reference") == []
        job = latest_job("training")
        assert job is not None
        assert job.latest.stage in ("failed", "done")
        assert load_run() == tiny_run
    if "killed" not in run_names():
        kill(start(), lambda job: job.latest.stage == "done")
        assert harm("reference") == []
    load_run("killed").verify()
    assert [path.name for path in trained.glob(".*")] == [".jobs"]
