"""What may go wrong in a way that people can fix."""

from mnist_models.text import Text


class ExpectedError(Exception):
    """Its message is a sentence for people: what went wrong, where, and the next step.

    Whoever shows it need not know where it comes from. Of any other error the log needs the
    traceback.

    Attributes:
        text: that sentence, a template with its fields (see `text`); `str` gives its English.
    """

    def __init__(self, text: Text) -> None:
        super().__init__(text)
        self.text = text
