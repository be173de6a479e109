"""A bare repository as `origin`, and clones of it with an environment `production` in them: real git."""

from pathlib import Path

from people import PUSHED, TARGET, person
from plain_git import git

from reconciler.environment.model import Environment
from reconciler.environment.reader import read_environment
from reconciler.git.remote import Committer
from reconciler.lockfile.codec import decode_any, encode
from reconciler.lockfile.file import LockfileFile
from reconciler.lockfile.model import Lockfile, Outcome, Present
from reconciler.lockfile.publish import Publication, publish
from reconciler.lockfile.state import check_out, read_state

STATE = "reconciler-state"
FALLBACK = "reconciler/lockfile-production"
LOCKFILE = "panels/production/state.lock.json"

# What a protected branch says on GitHub, and how a push to it ends.
PROTECTED = """\
#!/bin/sh
while read -r _ _ ref; do
    if [ "$ref" = refs/heads/main ]; then
        echo "error: GH006: Protected branch update failed for refs/heads/main." >&2
        echo "error: Changes must be made through a pull request." >&2
        exit 1
    fi
done
"""

# What GitHub says to a push where rules require signed commits; it takes those that it signed itself.
SIGNED_ONLY = """\
#!/bin/sh
while read -r _ new ref; do
    case "$new" in *[!0]*) ;; *) continue ;; esac
    for email in $(git log --format=%ce "$new" --not --all); do
        if [ "$email" != noreply@github.com ]; then
            echo "error: GH006: Protected branch update failed for $ref." >&2
            echo "error: Commits must have verified signatures." >&2
            exit 1
        fi
    done
done
"""

_SETTINGS = "datacenter: eu\napi_key: {env: KEY}\n"


def lockfile_of(*names: str, **fields: str) -> Lockfile:
    """Production's lockfile, in which these people were added, all with the same further fields."""
    entries = {
        f"{name}@example.org": Present(Outcome.ADDED, PUSHED, person(name, **fields)) for name in names
    }
    return Lockfile("production", TARGET, entries)


class Origin:
    """The remote: `main` holds the environment, and whatever `lockfile` is; `branch` is where it belongs."""

    def __init__(self, folder: Path, *, own_branch: bool, lockfile: Lockfile | None = None) -> None:
        """Make it; `own_branch` keeps the lockfile on the branch STATE, which doesn't exist yet."""
        self.folder = folder / "origin.git"
        self.branch = STATE if own_branch else "main"
        self.clones = folder
        git(folder, "init", "-q", "--bare", "-b", "main", str(self.folder))
        seed = folder / "seed"
        git(folder, "init", "-q", "-b", "main", str(seed))
        production = seed / "panels" / "production"
        (production / "members").mkdir(parents=True)
        setting = f"lockfile: {{branch: {STATE}}}\n" if own_branch else ""
        (production / "environment.yaml").write_text(_SETTINGS + setting)
        (production / "members" / "team.yaml").write_text("members: []\n")
        if lockfile is not None:
            (production / "state.lock.json").write_bytes(encode(lockfile))
        git(seed, "add", ".")
        git(seed, "commit", "-q", "-m", "Begin")
        git(seed, "push", "-q", str(self.folder), "main")

    def clone(self, name: str, *options: str) -> "Clone":
        """A new clone of it."""
        folder = self.clones / name
        git(self.clones, "clone", "-q", *options, f"file://{self.folder}", str(folder))
        return Clone(folder)

    def lockfile(self, branch: str) -> Lockfile | None:
        """Production's lockfile on a branch."""
        if LOCKFILE not in git(self.folder, "ls-tree", "-r", "--name-only", branch).splitlines():
            return None
        text = git(self.folder, "show", f"{branch}:{LOCKFILE}") + "\n"
        return decode_any(text.encode(), file=LOCKFILE)

    def names(self, branch: str) -> list[str]:
        """The members in the lockfile on a branch."""
        found = self.lockfile(branch)
        return [key.partition("@")[0] for key in found.members] if found else []

    def branches(self) -> list[str]:
        """The branches that it has."""
        return git(self.folder, "branch", "--format=%(refname:short)").splitlines()

    def commits(self, branch: str) -> int:
        """How many commits a branch has."""
        return int(git(self.folder, "rev-list", "--count", branch))

    def protect(self, hook: str = PROTECTED) -> None:
        """Let a hook decide on each push."""
        path = self.folder / "hooks" / "pre-receive"
        path.write_text(hook)
        path.chmod(0o755)

    def unprotect(self) -> None:
        """Take any push again."""
        (self.folder / "hooks" / "pre-receive").unlink()


class Clone:
    """A clone."""

    def __init__(self, folder: Path) -> None:
        """A folder that is one already."""
        self.folder = folder
        self.path = folder / LOCKFILE

    @property
    def panels(self) -> Path:
        """The folder of its environments."""
        return self.folder / "panels"

    @property
    def environment(self) -> Environment:
        """Production."""
        return read_environment(self.panels, "production")

    def git(self, *arguments: str) -> str:
        """Run git in it."""
        return git(self.folder, *arguments)

    def publish(self, branch: str | None = None, committer: Committer | None = None) -> Publication:
        """`reconciler state publish production`."""
        return publish(self.environment, "origin", branch, committer)

    def known(self) -> list[str]:
        """The members in the lockfile, as it is read here."""
        found = read_state(self.environment).lockfile
        assert found is not None
        return [key.partition("@")[0] for key in sorted(found.members)]

    def unconfirmed(self) -> list[str]:
        """The unconfirmed in the lockfile, as it is read here."""
        found = read_state(self.environment).lockfile
        assert found is not None
        return [key.partition("@")[0] for key in sorted(found.unconfirmed)]

    def apply(self, *added: str, removed: str = "", **fields: str) -> None:
        """Write what an apply would: members were added, and one was forgotten."""
        check_out(self.environment)
        before = read_state(self.environment).lockfile or lockfile_of()
        after = before.with_entries(lockfile_of(*added, **fields).members).without({f"{removed}@example.org"})
        LockfileFile(self.environment).write(after)

    def notes(self) -> str:
        """What is written down of the commit that the lockfile was taken from; empty where nothing is."""
        path = self.panels / "production" / ".reconciler" / "lockfile-base"
        return path.read_text() if path.exists() else ""

    def untouched(self) -> tuple[str, str, bytes]:
        """What publishing must leave as it is: HEAD, status but for the lockfile, the index."""
        status = self.git("status", "--porcelain", "--", ".", f":(exclude){LOCKFILE}")
        head = (self.folder / ".git" / "HEAD").read_text() + self.git("rev-parse", "HEAD")
        return head, status, (self.folder / ".git" / "index").read_bytes()
