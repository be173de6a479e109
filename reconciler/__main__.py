"""The program's entry point."""

import gc
import sys

from reconciler.interruption import heed_signals, ignore_signals

_COLLECT_EVERY = 1_000_000  # objects


def run() -> None:
    """Run the command line that the process was started with, and exit with its code."""
    heed_signals()
    try:
        code = _code(sys.argv[1:])
        ignore_signals()
    except KeyboardInterrupt:  # before the command began, or when all was said
        ignore_signals()
        code = 130
    sys.exit(code)


def _code(arguments: list[str]) -> int:
    if arguments == ["--version"] and _told_version():
        return 0
    # A short run makes many objects, nearly all of which stay to its end. Looking through them every 700,
    # and once more when the process ends, would take a tenth of a plan's time, of whatever size.
    gc.set_threshold(_COLLECT_EVERY)
    from reconciler.cli.main import main  # noqa: PLC0415 - loads click

    code = main(arguments)
    gc.freeze()
    return code


def _told_version() -> bool:
    """Scripts ask for it, often: no library is worth loading for it, unless it can't be printed."""
    from reconciler import __version__  # noqa: PLC0415 - needed here alone

    try:
        print(f"reconciler {__version__}", flush=True)  # noqa: T201 - this is the output
    except OSError:
        return False
    return True


if __name__ == "__main__":
    run()
