"""A lockfile on a branch of its own: what is read, and what is checked out before it is written."""

from pathlib import Path

import pytest
from clones import STATE, Clone, Origin, lockfile_of

from reconciler.errors import InvalidInput
from reconciler.lockfile.codec import decode_any, digest, encode
from reconciler.lockfile.file import LockfileFile
from reconciler.lockfile.state import KnownState, check_out, read_state


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return Origin(tmp_path, own_branch=True)


@pytest.fixture
def ours(origin: Origin) -> Clone:
    """A clone, with ada and bob published from it."""
    clone = origin.clone("ours")
    LockfileFile(clone.environment).write(lockfile_of("ada", "bob"))
    clone.publish()
    return clone


def test_it_is_read_from_the_fetched_branch_without_the_remote(ours: Clone, origin: Origin) -> None:
    origin.folder.rename(origin.folder.with_name("away"))
    assert read_state(ours.environment).lockfile == lockfile_of("ada", "bob")
    assert not ours.path.exists()


def test_a_branch_that_is_not_fetched_is_no_empty_state(origin: Origin) -> None:
    clone = origin.clone("ours")
    assert read_state(clone.environment) == KnownState(None, None, unfetched=STATE)
    with pytest.raises(InvalidInput, match=f"git fetch origin {STATE}:refs/remotes/origin/{STATE}"):
        check_out(clone.environment)
    assert not clone.path.exists()


def test_the_copy_that_is_checked_out_has_the_very_bytes_of_the_branch(ours: Clone) -> None:
    check_out(ours.environment)
    assert ours.path.read_bytes() == encode(lockfile_of("ada", "bob"))
    tip = ours.git("rev-parse", f"origin/{STATE}")
    assert ours.notes() == f"branch {STATE}\n{noted(ours.path.read_bytes(), tip)}"


def test_checking_out_again_changes_nothing(ours: Clone) -> None:
    ours.apply("grace")
    before = ours.path.read_bytes(), ours.notes()
    check_out(ours.environment)
    assert (ours.path.read_bytes(), ours.notes()) == before


def test_what_others_published_is_seen_beside_what_was_applied_here(ours: Clone, origin: Origin) -> None:
    ours.apply("grace", removed="ada")
    others = origin.clone("others")
    others.apply("tim", removed="bob")
    others.publish()
    ours.git("fetch", "-q")
    assert ours.known() == ["grace", "tim"]
    check_out(ours.environment)
    assert ours.known() == ["grace", "tim"]
    tip = ours.git("rev-parse", f"origin/{STATE}")
    assert ours.notes() == f"branch {STATE}\n{noted(ours.path.read_bytes(), tip)}"


def test_of_a_file_from_before_the_setting_nobody_counts_as_removed(origin: Origin, ours: Clone) -> None:
    clone = origin.clone("late")
    LockfileFile(clone.environment).write(lockfile_of("grace"))
    assert clone.known() == ["ada", "bob", "grace"]
    assert ours.known() == ["ada", "bob"]


def test_a_file_that_was_published_once_brings_nobody_back(origin: Origin, ours: Clone) -> None:
    ours.apply(removed="bob")
    ours.publish()
    clone = origin.clone("late")
    LockfileFile(clone.environment).write(lockfile_of("ada", "bob"))
    assert clone.known() == ["ada"]


@pytest.mark.parametrize("step", ["announced", "replaced", "made good"])
def test_a_kill_while_the_copy_is_replaced_loses_and_resurrects_nobody(
    origin: Origin, ours: Clone, step: str
) -> None:
    ours.apply("grace", removed="ada")
    before, notes = ours.path.read_bytes(), ours.notes()
    others = origin.clone("others")
    others.apply("tim")
    others.publish()
    ours.git("fetch", "-q")
    check_out(ours.environment)
    merged, tip = ours.path.read_bytes(), ours.git("rev-parse", f"origin/{STATE}")
    if step != "made good":
        die_between(ours, notes, merged, tip)
    if step == "announced":
        ours.path.write_bytes(before)
    others.apply("eve", removed="tim")  # known here only by that branch
    others.publish()
    ours.git("fetch", "-q")
    assert ours.known() == ["bob", "eve", "grace"]
    ours.publish()
    assert origin.names(STATE) == ["bob", "eve", "grace"]


def die_between(clone: Clone, notes: str, merged: bytes, tip: str) -> None:
    """What a kill behind the announcement leaves: the bases of both lockfiles, the old and the new."""
    path = clone.panels / "production" / ".reconciler" / "lockfile-base"
    path.write_text(f"{notes}{noted(merged, tip)}")


def noted(data: bytes, commit: str) -> str:
    """The line that says what a lockfile was taken from."""
    return f"{digest(decode_any(data, file=''))} {commit}\n"


def test_a_base_that_this_clone_does_not_have_is_an_error(ours: Clone) -> None:
    ours.apply("grace")
    path = ours.panels / "production" / ".reconciler" / "lockfile-base"
    path.write_text(f"branch {STATE}\n{noted(ours.path.read_bytes(), '1' * 40)}")
    with pytest.raises(InvalidInput, match="which this clone doesn't have"):
        read_state(ours.environment)


def test_a_base_that_cannot_be_read_is_an_error(ours: Clone) -> None:
    ours.apply("grace")
    (ours.panels / "production" / ".reconciler" / "lockfile-base").write_text("main\n")
    with pytest.raises(InvalidInput, match="can't be read; it names the commit"):
        read_state(ours.environment)


def test_a_damaged_lockfile_on_the_branch_is_an_error_and_no_empty_state(ours: Clone, origin: Origin) -> None:
    state = origin.clone("by-hand", "--branch", STATE)
    state.path.write_text("{}")
    state.git("commit", "-qam", "Damage")
    state.git("push", "-q")
    ours.git("fetch", "-q")
    for read in (read_state, check_out):
        with pytest.raises(InvalidInput, match=f"{STATE}:panels/production/state.lock.json"):
            read(ours.environment)


def test_an_environment_outside_of_any_repository_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "panels" / "production"
    (folder / "members").mkdir(parents=True)
    (folder / "environment.yaml").write_text(
        f"datacenter: eu\napi_key: {{env: KEY}}\nlockfile: {{branch: {STATE}}}\n"
    )
    with pytest.raises(InvalidInput, match="no git repository"):
        read_state(Clone(tmp_path).environment)


def test_other_white_space_leaves_the_base_as_it_is(ours: Clone) -> None:
    ours.apply(removed="bob")
    spaced = ours.path.read_bytes().replace(b'",', b'" ,')
    ours.path.write_bytes(spaced)
    assert ours.known() == ["ada"]
    check_out(ours.environment)
    assert ours.path.read_bytes() == spaced


def test_a_base_that_an_older_version_wrote_down_still_counts(ours: Clone) -> None:
    ours.apply(removed="bob")
    spaced = ours.path.read_bytes().replace(b'",', b'", ')
    ours.path.write_bytes(spaced)
    tip = ours.git("rev-parse", f"origin/{STATE}")
    base = ours.panels / "production" / ".reconciler" / "lockfile-base"
    base.write_text(f"branch {STATE}\n{noted(spaced, tip)}")  # the digest of the bytes
    assert ours.known() == ["ada"]


def test_a_lockfile_that_someone_else_put_there_has_no_base(ours: Clone) -> None:
    ours.apply(removed="bob")
    assert ours.known() == ["ada"]
    ours.path.write_bytes(encode(lockfile_of("ada", "grace")))
    assert ours.known() == ["ada", "bob", "grace"]


def test_a_base_on_another_branch_says_nothing(ours: Clone) -> None:
    ours.apply(removed="bob")
    path = ours.panels / "production" / ".reconciler" / "lockfile-base"
    path.write_text(path.read_text().replace(STATE, "state-of-old"))
    assert ours.known() == ["ada", "bob"]
