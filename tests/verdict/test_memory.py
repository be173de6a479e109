"""The file of a verdict is taken at its word only where it is whole, and just as it was written."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import environment_of

from reconciler.environment.model import Environment
from reconciler.verdict.memory import recall, remember
from reconciler.verdict.model import Verdict

VERDICT = Verdict("sha256:" + "a" * 64, "sha256:" + "b" * 64, "sha256:" + "c" * 64, 100_000)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return environment_of(folder=tmp_path_factory.mktemp("panels") / "p")


def path(environment: Environment) -> Path:
    return environment.working_folder / "verdict"


def test_it_is_recalled_for_the_inputs_that_it_is_about_and_for_no_others(environment: Environment) -> None:
    remember(environment, VERDICT)
    assert recall(environment, VERDICT.inputs) == VERDICT
    assert recall(environment, VERDICT.roster_digest) is None


def test_its_folder_is_left_out_of_git_and_is_its_owners_alone(environment: Environment) -> None:
    remember(environment, VERDICT)
    assert (environment.working_folder / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert environment.working_folder.stat().st_mode & 0o077 == 0


def test_it_holds_hashes_and_one_count(environment: Environment) -> None:
    remember(environment, VERDICT)
    lines = [line.split(" ") for line in path(environment).read_text(encoding="ascii").splitlines()]
    assert [name for name, _ in lines] == ["format", "inputs", "roster", "lockfile", "declared", "seal"]
    assert all(
        len(value) == len("sha256:") + 64 for name, value in lines if name not in {"format", "declared"}
    )


@given(data=st.data())
def test_whoever_changes_a_byte_of_it_is_not_believed(
    *, data: st.DataObject, environment: Environment
) -> None:
    remember(environment, VERDICT)
    written = path(environment).read_bytes()
    at = data.draw(st.integers(0, len(written) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != written[at]))
    path(environment).write_bytes(written[:at] + bytes([byte]) + written[at + 1 :])
    assert recall(environment, VERDICT.inputs) is None


@given(data=st.data())
def test_a_part_of_it_or_more_than_all_of_it_is_as_good_as_none(
    *, data: st.DataObject, environment: Environment
) -> None:
    remember(environment, VERDICT)
    written = path(environment).read_bytes()
    end = data.draw(st.integers(0, len(written) - 1))
    for other in (written[:end], written + written[end:]):
        path(environment).write_bytes(other)
        assert recall(environment, VERDICT.inputs) is None


def test_what_cannot_be_read_or_written_is_no_trouble(tmp_path: Path) -> None:
    environment = environment_of(folder=tmp_path / "p")
    assert recall(environment, VERDICT.inputs) is None
    environment.folder.write_text("a file, where a folder should be", encoding="utf-8")
    remember(environment, VERDICT)
    assert recall(environment, VERDICT.inputs) is None
    path(other := environment_of(folder=tmp_path / "q")).mkdir(parents=True)
    remember(other, VERDICT)
    assert recall(other, VERDICT.inputs) is None
