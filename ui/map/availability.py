"""Which maps can be shown, and a sentence for each that cannot."""

from mnist_models.learning.approaches import NAMES, Approach
from mnist_models.runs.run import EMBEDDING, UNLISTED, Run, RunError
from mnist_models.text import Text, t
from ui.live.scripts import scripts
from ui.map.map_files import map_address, script_address


def map_or_reason(run: Run, approach: Approach) -> tuple[str, Text | None]:
    """The address of an approach's map, or an empty one and why there is none."""
    if run.name.startswith(UNLISTED) or "lesson" in run.manifest:
        return "", t("A run that was taught here has no map of the test pictures.")
    if not run.pair_with_weights:
        return "", _no_weights(run, approach)
    if EMBEDDING not in run.manifest["files"]:
        return "", t(
            "The run {run} was made before maps were stored with a run. This command adds one, "
            "where the pictures are that it learned from: "
            "`python -m mnist_models upgrade --map {run}`",
            run=run.name,
        )
    try:
        if approach not in run.with_weights:
            return "", _no_weights(run, approach)
        if approach not in run.embeddings:
            return "", t(
                "The hidden units of the {name} in the run {run} tell too little apart for a map.",
                name=NAMES[approach],
                run=run.label,
            )
        address = map_address(run, approach)
    except RunError as error:
        return "", error.text
    if not address or not scripts() or not script_address():
        return "", t(
            "The map cannot be shown, since this server cannot write to its folder static/. "
            "Whoever runs it can allow that."
        )
    return address, None


def _no_weights(run: Run, approach: Approach) -> Text:
    return t(
        "The run {run} has scores of the {name} but not its weights, so there is no map of it.",
        run=run.label,
        name=NAMES[approach],
    )
