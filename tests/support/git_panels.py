"""A repository with panels in it, as a pull request's job has it checked out, and a bare origin."""

from pathlib import Path

from commands import Panels
from plain_git import git


class GitPanels(Panels):
    """Panels in a repository whose `main` is pushed to `origin.git` beside it."""

    def __init__(self, root: Path, below: str = "panels") -> None:
        """One environment, `production`, with two members; committed and pushed."""
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        super().__init__(root / below)
        self.origin = root.parent / "origin.git"
        git(root.parent, "init", "--quiet", "--bare", "--initial-branch=main", str(self.origin))
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", str(self.origin))
        self.commit("Begin")
        self.push()

    def git(self, *arguments: str) -> str:
        """Run git at the top of the work tree."""
        return git(self.root, *arguments)

    def commit(self, message: str = "Change") -> str:
        """Commit all that differs; returns the commit's name."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def push(self) -> None:
        """Push the branch that is checked out."""
        self.git("push", "--quiet", "origin", "HEAD")
        self.git("fetch", "--quiet", "origin")

    def pull_request(self, name: str = "change") -> None:
        """Begin a branch off main."""
        self.git("switch", "--quiet", "--create", name, "main")

    def on_main(self) -> None:
        """Go back to main."""
        self.git("switch", "--quiet", "main")

    def merge_main(self) -> None:
        """Merge main into the branch that is checked out."""
        self.git("merge", "--quiet", "--no-edit", "main")

    def put(self, path: str, text: str) -> Path:
        """Write a file below the panels folder."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def shared(self, file: str, *names: str) -> Path:
        """Let a file in `panels/shared/` declare these people."""
        return self.put(f"shared/{file}", members(*names))

    def state(self) -> str:
        """All that git knows: its refs, where HEAD is, the index, and what differs from it."""
        index = (self.root / ".git" / "index").read_bytes().hex()
        status = self.git("--no-optional-locks", "status", "--porcelain", "--ignored")
        return "\n".join((self.git("for-each-ref"), (self.root / ".git/HEAD").read_text(), index, status))


def members(*names: str) -> str:
    """A member file that declares these people at example.org."""
    return "members:\n" + "".join(f"  - emailAddress: {name}@example.org\n" for name in names)
