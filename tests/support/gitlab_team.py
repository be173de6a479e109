"""A team on GitLab: the same repository, remote and panel as `Team`, and the shipped pipeline, run for real.

What is real: git and the remote, the pipeline to the letter, its rules, matrices, artifacts and after_script
(gitlab-ci-local with the shell executor), the vendor, the program. What stands in: GitLab's API
(`gitlab_stand_in`), and `pip`, which gives each job the clean checkout that a runner gives it. Not run:
images, `resource_group`, approvals.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gitlab_stand_in import NUMBER, TOKEN, GitLabStandIn, merge_request_environ
from plain_git import BY_ADA, git
from team import Job, PullRequest, Team, ended
from world import KEY, Sandbox

_REPOSITORY = Path(__file__).resolve().parent.parent.parent
TEMPLATE = _REPOSITORY / "reconciler" / "templates" / "gitlab" / "reconciler.gitlab-ci.yml"
_PIPELINE = ".gitlab/reconciler.gitlab-ci.yml"

# All jobs of a pipeline run in one folder, where what they leave as artifacts is kept.
_PIP = """#!/bin/sh
case "$*" in *--require-hashes*) exit 0 ;; esac
test "$*" = "install --quiet --requirement .gitlab/reconciler.txt" && test -s .gitlab/reconciler.txt || exit 2
git reset --quiet --hard
git clean --quiet -ffdx -e .gitlab-ci-local -e reconciler-unpublished -e gl-code-quality-report.json \
  -e reconciler-page.html -e reconciler-plan.md -e reconciler-plan.json
"""

MISSING = [program for program in ("gitlab-ci-local", "rsync") if shutil.which(program) is None]
"""What has to be installed to run a pipeline; `.ci/run` says how."""


class GitLabTeam(Team):
    """One project of a team; merge requests and pushes go to the bare `origin`."""

    def __init__(self, folder: Path, vendor: Sandbox, gitlab: GitLabStandIn) -> None:
        """Begin with one environment, `production`, nobody declared, and the pipeline on main."""
        self.gitlab = gitlab
        self._programs = folder / "programs"
        self._programs.mkdir()
        (self._programs / "pip").write_text(_PIP, encoding="utf-8")
        (self._programs / "pip").chmod(0o755)
        super().__init__(folder, vendor, gitlab)

    def list_environments(self, *names: str) -> None:
        """Let the pipeline's list hold these."""
        text = TEMPLATE.read_text(encoding="utf-8")
        self.write(_PIPELINE, text.replace("[production]", f"[{', '.join(names)}]"))

    def add_to_pipeline(self, text: str) -> None:
        """Add jobs to the pipeline."""
        with (self.desk / _PIPELINE).open("a", encoding="utf-8") as pipeline:
            pipeline.write(text)

    def left(self, path: str) -> str:
        """A file that the last pipeline left in its folder."""
        return (self.folder / f"run-{self._runs}" / "clone" / path).read_text(encoding="utf-8")

    def process_of_apply(self) -> int:
        """The process of the job's script: by `exec`, that is apply itself."""
        numbers = (int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdecimal())
        return next(number for number in numbers if self._applies(number))

    def _applies(self, process: int) -> bool:
        try:
            words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
            folder = Path(f"/proc/{process}/cwd").readlink()
        except OSError:
            return False
        return {b"apply", b"production"} <= set(words) and folder.is_relative_to(self.folder)

    def plan(self, pull: PullRequest, *, action: str = "opened", fork: bool = False, **more: Any) -> Job:
        """Run the pipeline of a merge request."""
        del action  # GitLab's pipelines don't know it
        source = "99" if fork else NUMBER
        base = self.git("merge-base", "origin/main", f"origin/{pull.branch}")
        variables = {
            **merge_request_environ(pull.number, source),
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            **more.pop("variables", {}),
        }
        if fork:
            more["tokens"] = {}
        return self.pipeline(pull.branch, variables, **more)

    def apply(self, *, before: str = "", variables: Mapping[str, str] | None = None, **more: Any) -> Job:
        """Run the pipeline as a push to main does."""
        del before
        return self.pipeline("main", variables or {}, **more)

    def schedule(self, **variables: str) -> Job:
        """Run the pipeline as a schedule does."""
        return self.pipeline("main", {"CI_PIPELINE_SOURCE": "schedule", **variables})

    def by_hand(self, **variables: str) -> Job:
        """Run the pipeline by hand, with these variables."""
        return self.pipeline("main", {"CI_PIPELINE_SOURCE": "web", **variables})

    def pipeline(self, branch: str, variables: Mapping[str, str], **more: Any) -> Job:
        """Run the pipeline of a branch to its end."""
        process = self.begin_pipeline(branch, variables, **more)
        return ended(process, KEY, TOKEN)

    def begin_pipeline(
        self,
        branch: str,
        variables: Mapping[str, str],
        *,
        tokens: Mapping[str, str] | None = None,
        keys: Mapping[str, str] | None = None,
    ) -> "subprocess.Popen[str]":
        """Start the pipeline in a clone of its own."""
        self._runs += 1
        home = self.folder / f"run-{self._runs}"
        home.mkdir()
        git(home, "clone", "--quiet", "--branch", branch, f"file://{self.origin}", "clone")
        tokens = {"GITLAB_TOKEN": TOKEN} if tokens is None else tokens
        keys = {"QUESTIONPRO_API_KEY": KEY} if keys is None else keys
        is_merge_request = "CI_MERGE_REQUEST_IID" in variables
        given = {
            "CI_API_V4_URL": self.gitlab.api,
            "CI_JOB_URL": "https://gitlab.test/team/panels/-/jobs/77",
            "CI_PROJECT_ID": NUMBER,
            "CI_PROJECT_URL": f"file://{self.origin}".removesuffix(".git"),
            "RECONCILER_APPLY": "on",
            **tokens,
            **({} if is_merge_request else keys),  # they are scoped to an environment
            **variables,
        }
        options = [word for name, value in given.items() for word in ("--variable", f"{name}={value}")]
        if is_merge_request:
            options += ["--unset-variable", "CI_COMMIT_BRANCH"]
        programs = (str(self._programs), str(Path(sys.executable).parent))
        return subprocess.Popen(
            [
                *("gitlab-ci-local", "--force-shell-executor", "--no-color", "--concurrency", "1"),
                *("--ignore-predefined-vars", ",".join(given), "--home", str(home)),
                "--no-json-schema-validation",  # a stage of .ci/run
                *options,
            ],
            cwd=home / "clone",
            env={
                **os.environ,
                **BY_ADA,
                "HOME": str(home),
                "PATH": os.pathsep.join((*programs, os.environ["PATH"])),
                "CI": "true",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )

    def _write_jobs(self) -> None:
        self.list_environments("production")
        self.write(".gitlab-ci.yml", f"include:\n  - local: {_PIPELINE}\n")
        self.write(".gitlab/reconciler.txt", "panel-reconciler\n")
        self.write(".gitignore", ".reconciler/\n.gitlab-ci-local/\n")
