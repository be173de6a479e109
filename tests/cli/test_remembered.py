"""Planning a large environment again, in which nothing changed: the same is said, without reading it."""

from pathlib import Path

import pytest
from commands import Panels, Run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from large import large, memory, pushed

from reconciler.cli.main import main
from reconciler.environment.reader import read_environment

WAYS: list[tuple[str, ...]] = [
    (),
    ("--format", "json"),
    ("--format", "markdown"),
    ("--format", "github"),
    ("--detailed-exitcode",),
    ("--allow", "remove", "--retry-rejected", "--full"),
]


@pytest.fixture
def said(run: Run, panels: Panels) -> str:
    """What is said of a large environment without anything to do, which is remembered then."""
    large(panels, "ada", "grace")
    return run("plan", "production").out


@pytest.mark.parametrize("way", WAYS)
def test_the_same_is_said_again_in_every_way(
    run: Run, panels: Panels, way: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = large(panels, "ada", "grace")
    first = run("plan", "production", *way)
    assert memory(environment).is_file()
    # Nobody can be read any more, so nobody is.
    monkeypatch.setattr("reconciler.cli.planning.read_declaration", _unread)
    assert run("plan", "production", *way) == first


def _unread(*_arguments: object) -> None:
    raise AssertionError


def test_a_saved_plan_is_the_same(run: Run, panels: Panels, tmp_path: Path, said: str) -> None:
    run("plan", "production", "--out", "second.json")
    memory(read_environment(panels.folder, "production")).unlink()
    run("plan", "production", "--out", "first.json")
    assert (tmp_path / "second.json").read_text() == (tmp_path / "first.json").read_text()
    assert said


def test_a_plan_with_something_to_do_is_not_remembered(run: Run, panels: Panels) -> None:
    environment = large(panels, "ada")
    panels.lock(pushed("ada", "bob"))
    assert "1 to remove" in run("plan", "production").out
    assert not environment.working_folder.exists()


def test_a_small_environment_leaves_no_trace(run: Run, panels: Panels) -> None:
    panels.lock(pushed("ada", "grace"))
    assert "nothing to do" in run("plan", "production").out
    assert not (panels.folder / "production" / ".reconciler").exists()


def test_a_journal_is_counted_in(run: Run, panels: Panels, said: str) -> None:
    (panels.folder / "production" / ".reconciler" / "journal.jsonl").write_bytes(b"")
    assert "An interrupted run left a journal" in run("plan", "production").out != said


def test_a_mistake_is_told_as_ever(run: Run, panels: Panels, said: str) -> None:
    (panels.folder / "production" / "environment.yaml").write_text("datacentre: eu\n", encoding="utf-8")
    ended = run("plan", "production")
    assert (ended.code, ended.out) == (1, "")
    assert 'Did you mean "datacenter"?' in ended.err
    assert said


def test_what_is_remembered_names_nobody(panels: Panels, said: str) -> None:
    text = memory(read_environment(panels.folder, "production")).read_text(encoding="ascii")
    assert said
    assert not [word for word in ("ada", "grace", "example", "production", "@") if word in text]


NAMES = st.sets(st.sampled_from(["ada", "bob", "cy"]))


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(NAMES, NAMES, st.booleans()), min_size=1, max_size=4))
def test_whatever_happens_to_the_files_nothing_else_is_said_than_without_memory(
    panels: Panels, capsys: pytest.CaptureFixture[str], states: list[tuple[set[str], set[str], bool]]
) -> None:
    for declared, known, is_large in states:
        environment = large(panels, *sorted(declared))
        if not is_large:
            panels.declare(*sorted(declared))
        panels.lock(pushed(*sorted(known)))
        with_memory = main(["plan", "production", "--format", "json"]), capsys.readouterr().out
        kept = memory(environment).read_bytes() if memory(environment).exists() else None
        memory(environment).unlink(missing_ok=True)
        assert (main(["plan", "production", "--format", "json"]), capsys.readouterr().out) == with_memory
        if kept is not None:
            memory(environment).write_bytes(kept)
