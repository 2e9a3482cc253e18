"""Do a job in a process that ends with its worker: python -m … WORK JOB.

A worker may be killed with no time to end what it has started. The process reads from a pipe that
nobody writes to: it ends when the worker is gone.
"""

import os
import runpy
import sys
import threading


def main() -> None:
    """Run a module of work, as `python -m WORK JOB` would."""
    threading.Thread(target=_end_with_worker, daemon=True).start()
    work, job_id = sys.argv[1:]
    sys.argv = [work, job_id]
    runpy.run_module(work, run_name="__main__", alter_sys=True)


def _end_with_worker() -> None:
    # Not `sys.stdin`: its lock would keep the interpreter from ending by itself.
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
