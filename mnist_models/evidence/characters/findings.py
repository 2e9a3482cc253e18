"""Sentences on 252 classes, computed from the figures."""

from mnist_models.evidence.characters.additions import added
from mnist_models.evidence.characters.trainings import CONTENDERS, MEMBERS, SINGLE, most_classes
from mnist_models.evidence.experiments import Evidence
from mnist_models.formatting import interval_text, number_text, percent_text, points_text
from mnist_models.text import Text, paragraph, t


def characters_headline(found: Evidence) -> Text:
    """Who reads more with the most classes, and why; empty without both."""
    whole = most_classes(found)
    single, members = whole.get(SINGLE), whole.get(MEMBERS)
    if not single or not members:
        return t("")
    own = round(members["pictures"] / members["classes"])
    seen = {
        "classes": members["classes"],
        "single": percent_text(single["recall"], 1),
        "members": percent_text(members["recall"], 1),
        "own": own,
        "pictures": members["pictures"],
    }
    if single["interval"][0] > members["recall"]:
        return t(
            "With {classes} classes one network reads {single} and {classes} networks {members}, "
            "because each of these has only {own} drawings of its own class to say yes to, and "
            "learns every line anew, while the one network learns lines from all {pictures:,}.",
            **seen,
        )
    if members["interval"][0] > single["recall"]:
        return t(
            "With {classes} classes {classes} networks read {members} and one network {single}, "
            "although each of the many has only {own} drawings of its own class to say yes to.",
            **seen,
        )
    return t(
        "With {classes} classes one network reads {single} and {classes} networks {members}: no "
        "clear difference, although each of the many has only {own} drawings to say yes to.",
        **seen,
    )


def best_sentence(found: Evidence) -> Text:
    """The contender that reads most of the most classes, with its interval."""
    whole = most_classes(found)
    key = max(whole, key=lambda each: whole[each]["recall"])
    return t(
        "Best is the {contender}: {recall}.",
        contender=CONTENDERS[key],
        recall=interval_text(whole[key]["recall"], whole[key]["interval"]),
    )


def promise_sentence(found: Evidence) -> Text:
    """What the promise of one small training comes to; empty where it was not measured."""
    figures = added(found).get("member")
    if not figures:
        return t("")
    return paragraph(
        t(
            "A class that is added as one member takes {seconds} s, 1/{times} of training "
            "everything, and costs the others {lost} points.",
            seconds=number_text(figures.seconds, ".1f"),
            times=round(1 / figures.share),
            lost=points_text(figures.lost, "z.1f"),
        ),
        t(
            "The {classes} classes that were added last are read {recall}, and {again} when "
            "everything is trained at once.",
            classes=figures.classes,
            recall=percent_text(figures.recall, 0),
            again=percent_text(figures.again, 0),
        ),
    )
