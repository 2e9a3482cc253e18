"""What may go wrong in a way that people can fix."""

from mnist_models.text import Text, translated


class ExpectedError(Exception):
    """Its message is a sentence for people: what went wrong, where, and the next step.

    Whoever shows it need not know where it comes from. Of any other error the log needs the
    traceback.

    Attributes:
        text: that sentence, a template with its fields (see `text`), in the reader's language;
            `str` gives it as it was raised.
    """

    def __init__(self, text: Text) -> None:
        super().__init__(text)
        self._text = text

    @property
    def text(self) -> Text:
        """What it says to whoever reads it now."""
        return translated(self._text)
