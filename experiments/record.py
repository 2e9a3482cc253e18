"""A committee of ten dense networks of one hidden layer: python -m experiments.record

Meier et al. (2011) average 25 networks 784-800-10, which see the digits brought to several widths,
and misread 0.39 % of MNIST's test pictures. Ours has ten members of the same size: five see digits
as they were written and five set upright, none like another. All else is as in the recipe strong,
which held-out training pictures chose. A first committee, with a rate, batches and epochs of its
own, read 99.50 %; its test pictures were seen before strong's settings took their place, the views
were fixed before. All training pictures are learned from. Each member is kept as its training ends,
and only what is missing is trained. At the end the committee is scored and published as a run.
"""

import argparse
import hashlib
import json
import platform
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from mnist_models.data.dataset import Dataset
from mnist_models.data.download import cache_folder
from mnist_models.data.mnist import load_mnist
from mnist_models.formatting import interval_text
from mnist_models.learning.inputs import View, seen
from mnist_models.learning.recipes import RECIPES, Recipe
from mnist_models.learning.sampling import pack_rows
from mnist_models.learning.stack import Stack
from mnist_models.runs.evaluation import evaluate_stack
from mnist_models.runs.publishing import publish
from mnist_models.runs.run import Run

NAME = "record"
VIEWS = (
    View(),
    View(14, upright=True),
    View(20),
    View(upright=True),
    View(10),
    View(18, upright=True),
    View(16),
    View(12, upright=True),
    View(18),
    View(20, upright=True),
)


@dataclass(frozen=True, eq=False)
class Member:
    """One network of the committee, and how it came to be.

    Attributes:
        stack: of this one network.
        history: per epoch its `loss` and `accuracy` on distorted pictures.
        seconds: of its training.
    """

    stack: Stack
    history: dict[str, list[Any]]
    seconds: float


def recipe() -> Recipe:
    """How each member is trained: as in strong, with Meier's 800 units, on all pictures at once."""
    return replace(
        RECIPES["strong"],
        name=NAME,
        hidden=(800,),
        member_hidden=None,
        validation_split=0.0,
        refit=False,
    )


def fingerprint(data: Dataset, members: int = len(VIEWS)) -> str:
    """A hash of what decides the weights of so many, but the versions of the libraries."""
    views = [asdict(view) for view in VIEWS[:members]]
    said = json.dumps([recipe().settings(), views, data.fingerprint])
    return hashlib.sha256(said.encode()).hexdigest()


def train_member(number: int, data: Dataset) -> Member:
    """One member, with a seed of its own; trained unless it is kept.

    Args:
        number: from 0, of its view and its seed.
        data: all training pictures are learned from.
    """
    file = cache_folder() / NAME / fingerprint(data)[:16] / f"{number}.npz"
    if not file.exists():
        _train(number, data, file)
    facts = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    return Member(Stack.load(file), facts["history"], facts["seconds"])


def _train(number: int, data: Dataset, file: Path) -> None:
    from mnist_models.learning.training import fit  # TensorFlow, where it is done

    def tell(entry: dict[str, Any]) -> None:
        told = f"{entry['accuracy']:.4f} of the distorted pictures"
        print(f"Member {number}, epoch {entry['epoch']}: {told}", flush=True)

    pictures = seen(data.x_train, VIEWS[number])
    result = fit(recipe(), "single", pictures, data.y_train, seed=number, on_epoch=tell)
    file.parent.mkdir(parents=True, exist_ok=True)
    facts = {"seconds": result.seconds, "history": result.history}
    file.with_suffix(".json").write_text(json.dumps(facts), encoding="utf-8")
    partial = file.with_suffix(".part.npz")
    result.rounded().save(partial)
    partial.replace(file)


def committee(stacks: list[Stack]) -> Stack:
    """The networks as one stack, each with its view."""
    first = stacks[0]
    return replace(
        first,
        weights=tuple(map(np.concatenate, zip(*(s.weights for s in stacks), strict=True))),
        biases=tuple(map(np.concatenate, zip(*(s.biases for s in stacks), strict=True))),
        approach="committee",
        views=VIEWS[: len(stacks)],
    )


def publish_record(members: list[Member], data: Dataset, name: str) -> Run:
    """Score the committee and write it as a run.

    Raises:
        RunError: the name is taken, or there is no room for it.
        WriteError: it cannot be written.
    """
    from mnist_models.learning.program import VERSIONS

    stack = committee([member.stack for member in members])
    scored = evaluate_stack(stack, data)
    rows = len(data.y_train)
    entry = {
        "layers": list(stack.layers),
        "members": stack.members,
        "parameters": stack.parameters,
        "seconds": round(sum(member.seconds for member in members), 2),
        "epochs": recipe().epochs,
        "rows": [rows] * stack.members,
        "distinct_rows": rows,
        "metrics": {name: metrics.to_json() for name, metrics in scored.metrics.items()},
    }
    manifest = {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "fingerprint": fingerprint(data, len(members)),
        "named": True,
        "recipe": recipe().to_json(),
        "seed": 0,
        "dataset": {
            "name": data.name,
            "fingerprint": data.fingerprint,
            "train_rows": rows,
            "test_rows": len(data.y_test),
        },
        "versions": {"python": platform.python_version(), "numpy": np.__version__, **VERSIONS},
        "classes": stack.classes_.tolist(),
        "approaches": {"committee": entry},
    }
    arrays = {
        "test_scores.npz": {"labels": data.y_test, "committee": scored.test_proba},
        "rows.npz": {"committee": pack_rows([np.arange(rows)] * stack.members, rows)},
    }
    history = {"committee": _history([member.history for member in members])}
    return publish(name, manifest, {"committee": stack}, arrays, {"history.json": history})


def _history(members: list[dict[str, list[Any]]]) -> dict[str, list[Any]]:
    """Per epoch the means over the members and what each came to, as `training.Fit` has them."""
    found: dict[str, list[Any]] = {}
    for figure in ("loss", "accuracy"):
        epochs = list(zip(*(member[figure] for member in members), strict=True))
        found[figure] = [float(np.mean(each)) for each in epochs]
        found[f"member_{figure}"] = [list(each) for each in epochs]
    return found


def main() -> None:
    """Train the members that are missing, then publish the run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", default=NAME, help="of the run")
    parser.add_argument("--members", type=int, default=len(VIEWS), choices=range(1, len(VIEWS) + 1))
    options = parser.parse_args()
    data = load_mnist()
    members = [train_member(number, data) for number in range(options.members)]
    run = publish_record(members, data, options.name)
    metrics = run.metrics("committee")
    print(f"{run.name}: {interval_text(metrics.accuracy, metrics.accuracy_interval)}")


if __name__ == "__main__":
    main()
