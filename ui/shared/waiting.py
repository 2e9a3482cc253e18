"""How long a job of the visitor's waits for its turn."""

from mnist_models.formatting import duration_text
from mnist_models.jobs.job import Job
from mnist_models.text import Text, paragraph, t


def wait_text(job: Job) -> Text:
    """How many jobs come before one that waits, and about how long that takes."""
    if not job.ahead:
        return t("It is your turn: it starts in a moment.")
    before = t("{count} job before yours.", "{count} jobs before yours.", count=job.ahead)
    if job.wait is None:
        return paragraph(before, t("How long that takes is not known yet."))
    duration = duration_text(job.wait)
    return paragraph(before, t("About {duration} until your turn.", duration=duration))
