"""What may go wrong in a way that people can mend."""


class ExpectedError(Exception):
    """Its message is a sentence for people that says what, where and the next step.

    Whoever shows it need not know where it comes from; of any other error the traceback should be
    seen.
    """
