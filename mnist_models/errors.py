"""What may go wrong in a way that people can mend."""


class ExpectedError(Exception):
    """Its message is a sentence for people that says what, where and the next step.

    Whoever shows it need not know where it comes from; of any other error the traceback should be
    seen.

    Attributes:
        text: that sentence, a template with its fields (see `text`); `str` gives its English.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text
