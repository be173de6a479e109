"""`reconciler merge-lockfile`: the merge driver that git calls for lockfiles.

What git expects of one (gitattributes, *Defining a custom merge driver*): the result in place of OURS; exit
code 0 for a clean merge, a higher one for conflicts, above 128 for a driver that could not do its work.
"""

import shlex
from pathlib import Path

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.options import mask_option
from reconciler.errors import EXIT_DONE, EXIT_INVALID, ReconcilerError
from reconciler.files import display_path, read_named, replace_file
from reconciler.lockfile.codec import decode_any, encode
from reconciler.lockfile.merge import Conflict, Merged, merge
from reconciler.lockfile.model import Lockfile
from reconciler.problems import Location, Problem

EXIT_NOT_MERGED = 129  # git's own convention, and of this command alone

_NOT_MERGED = Problem(
    ("The lockfiles were not merged, and ours is as it was.",),
    ("Abort this merge (`git merge --abort`), fix that in a separate commit, and merge again.",),
)


@click.command("merge-lockfile")
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("ours", type=click.Path(path_type=Path))
@click.argument("theirs", type=click.Path(path_type=Path))
@click.argument("path", required=False)
@mask_option
@click.pass_obj
def merge_lockfile(invocation: Invocation, base: Path, ours: Path, theirs: Path, path: str | None) -> int:
    """Merge two lockfiles by member, as a merge driver of git.

    OURS and THEIRS both began as BASE, which is empty if there was none. The result
    replaces OURS; PATH is the lockfile's name in the repository, for messages.

    Exits with 0; with 1 if the sides contradict each other about a member: each conflict
    is named, and the result is still a complete lockfile; with 129 if a side
    can't be read, and then OURS stays as it was.

    Git calls it once `git config merge.reconciler.driver` is set to the example's command.

    Example: reconciler merge-lockfile %O %A %B %P
    """
    try:
        merged = _merged(base, ours, theirs, path)
        replace_file(ours, encode(merged.lockfile))
    except ReconcilerError as error:
        invocation.tell_problems(error.problems)
        invocation.tell_problems((_NOT_MERGED,))
        return EXIT_NOT_MERGED
    if not merged.conflicts:
        return EXIT_DONE
    place = Location(path or display_path(ours))
    invocation.tell_problems([_problem(conflict, place, path or "PATH") for conflict in merged.conflicts])
    return EXIT_INVALID


def _merged(base: Path, ours: Path, theirs: Path, path: str | None) -> Merged:
    def decoded(side: str, file: Path, data: bytes) -> Lockfile:
        # git's temporary names say nothing.
        return decode_any(data, file=f"{path} ({side})" if path else display_path(file))

    before = read_named(base)  # empty where both sides added the lockfile
    return merge(
        decoded("base", base, before) if before else None,
        decoded("ours", ours, read_named(ours)),
        decoded("theirs", theirs, read_named(theirs)),
    )


def _problem(conflict: Conflict, place: Location, path: str) -> Problem:
    ours, theirs = (shlex.join(("git", "show", f":{stage}:{path}")) for stage in (2, 3))
    look = f"Look at that member in `{ours}` (ours) and `{theirs}` (theirs), leave the line that "
    return Problem(
        conflict.words(),
        (look, f"holds (or none) in the file, and `{shlex.join(('git', 'add', path))}`."),
        place,
    )
