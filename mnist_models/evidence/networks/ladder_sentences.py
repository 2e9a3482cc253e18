"""What makes the difference between one network and ten: the ladder in sentences."""

from collections.abc import Mapping, Sequence

from mnist_models.evidence.networks.ladder import TITLES, Rung, Step, causes_of
from mnist_models.formatting import change_text, interval_text, p_value_text, semicolons
from mnist_models.text import Text, Texts, paragraph, t

_CAUSES = Texts(
    {
        "loss": t("the loss alone"),
        "separation": t("a network of its own for each question"),
        "rows": t("leaving pictures out"),
        "numbers": t("ten that know all digits in place of one"),
    }
)


def ladder_headline(ladders: Mapping[str, Sequence[Rung]]) -> Text:
    """Which change makes the largest difference, with equal widths and with equal parameters."""
    width, parameters = (_largest(ladders.get(equal, ())) for equal in ("width", "parameters"))
    if width and parameters:
        return t(
            "What makes the largest difference is {cause}, {change}, where all networks are "
            "equally wide; where all together have the parameters of one, it is {other}, {less}.",
            cause=_CAUSES[width[0]],
            change=change_text(width[1].difference.median),
            other=_CAUSES[parameters[0]],
            less=change_text(parameters[1].difference.median),
        )
    if width:
        return t(
            "What makes the largest difference is {cause}, {change}, where all networks are "
            "equally wide; where all together have the parameters of one, nothing is certain.",
            cause=_CAUSES[width[0]],
            change=change_text(width[1].difference.median),
        )
    return t("No change makes a difference that chance could not make.")


def strong_sentence(rungs: Sequence[Rung]) -> Text:
    """How well networks read that were trained as well as we can, the best first; none: empty.

    Args:
        rungs: of the ladder "strong".
    """
    ranked = sorted(rungs, key=lambda rung: -rung.accuracy.median)
    found = [
        t(
            "{networks} {accuracy}",
            networks=TITLES[rung.key],
            accuracy=interval_text(rung.accuracy.median, rung.interval),
        )
        for rung in ranked
    ]
    if not found:
        return paragraph()
    return t("Trained as well as we can, by the recipe strong: {found}.", found=semicolons(found))


def cause_sentences(rungs: Sequence[Rung]) -> list[Text]:
    """What each of the possible causes changes, whether with every seed, and what may be chance.

    Args:
        rungs: of one ladder.
    """
    return [
        t(
            "From *{before}* to *{after}*, {cause}: {change}, {certain} (largest p {p}).",
            cause=_CAUSES[name],
            before=TITLES[step.before.key],
            after=TITLES[step.after.key],
            change=step.difference.text(change_text),
            certain=t("with every seed") if step.is_certain else t("which may be chance"),
            p=p_value_text(step.p),
        )
        for name, step in causes_of(rungs).items()
    ]


def _largest(rungs: Sequence[Rung]) -> tuple[str, Step] | None:
    certain = {name: step for name, step in causes_of(rungs).items() if step.is_certain}
    if not certain:
        return None
    return max(certain.items(), key=lambda item: abs(item[1].difference.median))
