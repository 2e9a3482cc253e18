"""The command line: python -m mnist_models train | runs | drawings | queue | evaluate | …"""

import os
import sys

from mnist_models.command_line.arguments import parser
from mnist_models.errors import ExpectedError
from mnist_models.jobs.interruption import Cancelled


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    try:
        options = parser(__doc__).parse_args(arguments)
        status = options.command(options)
        sys.stdout.flush()  # a pipe that was closed is noticed here and not after the last line
        return status
    except ExpectedError as error:
        print(error, file=sys.stderr)
        return 1
    except (Cancelled, KeyboardInterrupt):  # before or after what it would have interrupted
        return 130
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main())
