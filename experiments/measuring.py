"""Independent trainings of an experiment: one after another here, or at once on a cluster.

The job that measures one of them is python -m experiments.measuring JOB. It calls the function
`measure_one` of the experiment's module, with arguments and a result that JSON can hold.
"""

import importlib
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mnist_models.data.loading import data_versions
from mnist_models.errors import ExpectedError
from mnist_models.jobs.cluster.parcels import Elsewhere
from mnist_models.jobs.job import Order, forget_files
from mnist_models.jobs.progress import Event, OnEvent
from mnist_models.jobs.worker import main
from mnist_models.text import Text, t

if TYPE_CHECKING:
    from mnist_models.jobs.cluster.distribution import Cluster

Arguments = dict[str, Any]

_RESULT = "result.json"
_EVERY_S = 0.5
_GONE = t("The files of this training are gone.")


def measured(
    module: str, tasks: Sequence[Arguments], scheduler: str = "", *, dataset: str = "mnist"
) -> Iterator[Any]:
    """What `measure_one` of a module says of each task, in their order.

    Args:
        module: of the experiment.
        tasks: the arguments of each, as JSON can hold them.
        scheduler: the address of a cluster that does them; without, they are done here, in turn.
        dataset: what they learn from, which workers must have the same of, see `data_versions`.

    Raises:
        ExpectedError: one could not be done; the others are ended.
    """
    if not scheduler:
        measure_one = importlib.import_module(module).measure_one
        yield from (measure_one(**arguments) for arguments in tasks)
        return
    from mnist_models.jobs.cluster.distribution import Cluster

    cluster = Cluster(scheduler)
    job_ids = [cluster.begin(_order(module, arguments, dataset)) for arguments in tasks]
    try:
        for job_id in job_ids:
            yield _result(cluster, job_id)
    finally:
        for job_id in job_ids:
            _end(cluster, job_id)


def measure(request: dict[str, Any], folder: Path, tell: OnEvent) -> None:
    """The work: measure one, and leave the result in the job's folder."""
    tell(Event("training"))
    result = importlib.import_module(request["module"]).measure_one(**request["arguments"])
    (folder / _RESULT).write_text(json.dumps(result), encoding="utf-8")


ELSEWHERE = Elsewhere(versions=lambda request: data_versions(request["dataset"]))


def _order(module: str, arguments: Arguments, dataset: str) -> Order:
    return Order(
        work="experiments.measuring",
        kind="experiment",
        title=t("{experiment}, one training", experiment=module),
        request={"module": module, "arguments": arguments, "dataset": dataset},
        keeps=True,
    )


def _result(cluster: "Cluster", job_id: str) -> Any:
    while (job := cluster.follow(job_id)) and job.is_unfinished:
        time.sleep(_EVERY_S)
    if job is None or job.latest.stage != "done":
        raise ExpectedError(Text.from_json(Text.to_json(job.latest.message if job else _GONE)))
    return json.loads((cluster.collect(job_id) / _RESULT).read_text(encoding="utf-8"))


def _end(cluster: "Cluster", job_id: str) -> None:
    cluster.cancel(job_id)
    while (job := cluster.follow(job_id)) and job.is_unfinished:
        time.sleep(_EVERY_S)
    forget_files(job_id)


if __name__ == "__main__":
    sys.exit(main(measure))
