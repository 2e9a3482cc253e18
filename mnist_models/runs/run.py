"""One run: its files, read and checked.

A run is a folder whose files never change once they are there:

    single.npz, multi.npz   the stacks (see `stack`); an approach may be absent, and others of
                            `approaches` may be there
    test_scores.npz         labels (n,) and per approach (n, K) probabilities of the test pictures
    curves.npz              ROC and precision-recall curves of yes-or-no members, from these scores;
                            older runs have none until `upgrade` adds it
    embedding.npz           the test pictures as points, see `embedding`; older runs have none until
                            `upgrade --map` adds it
    rows.npz                which training rows each member learned from
    history.json            per approach the figures of each epoch
    run.json                everything else, and the sha256 of every other file

The name of the active run stands in `trained/active`.
"""

import hashlib
import io
import json
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from mnist_models.data.dataset import TEST_SETS
from mnist_models.embedding.arrays import embeddings_in
from mnist_models.embedding.projection import Embedding
from mnist_models.errors import ExpectedError
from mnist_models.learning.approaches import APPROACHES, PAIR, Approach, scheme_of
from mnist_models.learning.recipes import RECIPES, Published
from mnist_models.learning.sampling import unpack_rows
from mnist_models.learning.stack import Stack
from mnist_models.metrics.scores import Metrics
from mnist_models.runs.label import run_title
from mnist_models.runs.manifest import damaged, no_weights
from mnist_models.text import t

if TYPE_CHECKING:
    from mnist_models.metrics.roc import Curves

# How the names of runs begin that visitors taught and kept: not listed, found by name only.
UNLISTED = "own-"
CURVES, EMBEDDING = "curves.npz", "embedding.npz"


class RunError(ExpectedError):
    """A run is absent or damaged, or there is no room for it; the message says what to do."""


@dataclass(frozen=True)
class Run:
    """One run; its arrays are read, and checked against the manifest, when first asked for.

    Attributes:
        path: the run's folder.
        manifest: the contents of run.json, the same object wherever they are equal: not to be
            changed.
        version: sha256 of run.json, which names the sha256 of all files: the same version means
            the same contents.
    """

    path: Path
    manifest: dict[str, Any] = field(compare=False)  # its hash, the version, stands for it
    version: str

    @property
    def name(self) -> str:
        """The name of the run's folder."""
        return self.path.name

    @property
    def dataset(self) -> str:
        """What it learned from, a name in `data.dataset.DATASETS`."""
        return self.manifest["dataset"]["name"]

    @property
    def made_here(self) -> bool:
        """Whether it was trained here; a shipped run's manifest does not say so."""
        return bool(self.manifest.get("made_here"))

    @property
    def test_set(self) -> str:
        """Whose test pictures it is judged on: "mnist" or "sample"."""
        return TEST_SETS.get(self.dataset, self.dataset)

    @property
    def classes(self) -> list[Any]:
        """The K class labels."""
        return self.manifest["classes"]

    @property
    def approaches(self) -> tuple[Approach, ...]:
        """The approaches that were trained and scored, the pair first."""
        return tuple(a for a in APPROACHES if a in self.manifest["approaches"])

    @property
    def pair(self) -> tuple[Approach, ...]:
        """Those among them that pages show beside each other: both, one, or none of the pair."""
        return tuple(a for a in PAIR if a in self.manifest["approaches"])

    @property
    def with_weights(self) -> tuple[Approach, ...]:
        """The approaches whose networks are in the run, and not only their scores."""
        return tuple(a for a in self.approaches if f"{a}.npz" in self.manifest["files"])

    @property
    def pair_with_weights(self) -> tuple[Approach, ...]:
        """Those of the pair whose networks are in the run."""
        return tuple(a for a in self.pair if a in self.with_weights)

    @property
    def label(self) -> str:
        """What people read in place of the name, which is an address.

        Its recipe and what differs from it, if it was made here and nobody named it; it says so if
        the run was trained on the sample.
        """
        if self.name.startswith(UNLISTED):
            return t("{name} (taught here)", name=self.name.split("-", 2)[-1])
        if self.test_set == "mnist":
            return self.title
        return t("{name} (trained on the sample)", name=self.title)

    @property
    def title(self) -> str:
        """The same for where it is said anyway what it was trained on."""
        return run_title(self.name, self.manifest)

    @property
    def published(self) -> Published | None:
        """What was published for this run's recipe: for runs on MNIST only, with its settings."""
        own = self.manifest["recipe"]
        recipe = RECIPES.get(own["name"])  # an old run's may be gone
        is_usual = recipe is not None and self.dataset == "mnist" and own == recipe.to_json()
        return recipe.published if recipe and is_usual else None

    def weights_hash(self, approach: Approach) -> str | None:
        """The sha256 of an approach's networks, if they are there; files added do not change it."""
        file = self.manifest["files"].get(f"{approach}.npz")
        return file["sha256"] if file else None

    def weights_file(self, approach: Approach) -> bytes:
        """The file of an approach's networks, as `Stack.load` reads it.

        Raises:
            RunError: this run has none, or it is damaged.
        """
        return self._bytes(f"{approach}.npz")

    @property
    def single(self) -> Stack:
        """The single model; raises as `stack` does."""
        return self.stack("single")

    @property
    def multi(self) -> Stack:
        """The multi-model; raises as `stack` does."""
        return self.stack("multi")

    @cached_property
    def test_scores(self) -> dict[str, NDArray]:
        """`labels` (n,) and per approach (n, K) float32 probabilities of the test pictures.

        Raises:
            RunError: the file is damaged.
        """
        return self._arrays("test_scores.npz")

    @property
    def has_curves(self) -> bool:
        """Whether curves are stored with it; `upgrade` adds them to an older run."""
        return CURVES in self.manifest["files"]

    def curves(self, approach: Approach) -> "Curves | None":
        """The curves of an approach whose members answer yes or no; None where none are stored.

        Raises:
            RunError: the file is damaged.
        """
        from mnist_models.metrics.roc import curves_in  # for one tab of one page

        return curves_in(self._curves, approach)

    @cached_property
    def _curves(self) -> dict[str, NDArray]:
        return self._arrays(CURVES) if self.has_curves else {}

    @cached_property
    def embeddings(self) -> dict[str, Embedding]:
        """By approach where the test pictures are on its map; empty where none is stored.

        Raises:
            RunError: the file is damaged.
        """
        try:
            stored = self._arrays(EMBEDDING) if EMBEDDING in self.manifest["files"] else {}
            made = embeddings_in(stored)
            for approach, embedding in made.items():
                entry = self.manifest["approaches"][approach]
                units = entry["members"] * entry["layers"][-2]
                embedding.check_size(units, len(self.test_scores["labels"]))
            return made
        except (LookupError, TypeError, ValueError) as error:
            raise RunError(damaged(self.path / EMBEDDING)) from error

    @cached_property
    def history(self) -> dict[Approach, dict[str, list[Any]]]:
        """Per approach the figures of each epoch, see `training.Fit`.

        Raises:
            RunError: the file is damaged.
        """
        try:
            return json.loads(self._bytes("history.json"))
        except ValueError as error:
            raise RunError(damaged(self.path / "history.json")) from error

    def rows_seen(self, approach: Approach) -> NDArray[np.bool_]:
        """Which training rows each member learned from, (M, train rows): the record to audit.

        Raises:
            RunError: the file is damaged.
        """
        packed = self._arrays("rows.npz")[approach]
        return unpack_rows(packed, self.manifest["dataset"]["train_rows"])

    def approach(self, name: str) -> Stack:
        """As `stack`, for any name; ApproachError if there is no such approach."""
        scheme_of(name)
        return self.stack(cast(Approach, name))

    def stack(self, approach: Approach) -> Stack:
        """The networks of an approach.

        Raises:
            RunError: this run has none, or its file is damaged.
        """
        if approach not in self._stacks:
            self._stacks[approach] = self._stack(approach)
        return self._stacks[approach]

    @cached_property
    def _stacks(self) -> dict[Approach, Stack]:
        return {}

    def metrics(self, approach: Approach, rows: str = "test") -> Metrics:
        """The stored metrics of an approach on the "train" or "test" rows.

        Raises:
            RunError: the manifest does not have them.
        """
        with suppress(KeyError):
            return Metrics.from_json(self.manifest["approaches"][approach]["metrics"][rows])
        raise RunError(damaged(self.path / "run.json"))

    def verify(self) -> None:
        """Check every file against the manifest.

        Raises:
            RunError: a file is absent or differs; the message names it.
        """
        for name in self.manifest["files"]:
            self._bytes(name)

    def _stack(self, approach: Approach) -> Stack:
        name = f"{approach}.npz"
        if name not in self.manifest["files"]:
            raise RunError(no_weights(self.name, self.manifest, approach))
        with suppress(ValueError):
            stack = Stack.load(io.BytesIO(self._bytes(name)))
            if stack.members == self.manifest["approaches"][approach]["members"]:
                return stack
        raise RunError(damaged(self.path / name))

    def _arrays(self, name: str) -> dict[str, NDArray]:
        try:
            with np.load(io.BytesIO(self._bytes(name)), allow_pickle=False) as file:
                return {key: file[key] for key in file.files}
        except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise RunError(damaged(self.path / name)) from error

    def _bytes(self, name: str) -> bytes:
        path = self.path / name
        try:
            contents = path.read_bytes()
            expected = self.manifest["files"][name]["sha256"]
        except (OSError, KeyError, TypeError) as error:
            raise RunError(damaged(path)) from error
        if hashlib.sha256(contents).hexdigest() != expected:
            raise RunError(damaged(path))
        return contents
