"""`sandbox show`, `sandbox reset`, and what `sandbox serve` says of a wrong command line."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from commands import Panels, Run
from people import person

from reconciler.environment.reader import read_environment
from reconciler.sandbox.embedded import contents, open_embedded
from reconciler.sandbox.store import Resident, Store


@pytest.fixture
def tried(panels: Panels) -> Panels:
    """Panels with an embedded environment `trial`, in whose panel Grace joined Ada, the seed."""
    panels.environment("trial", "embedded: true\napi: {call_allowance: 50}\n")
    (panels.folder / "trial" / "sandbox-seed.csv").write_text(
        "emailAddress\nada@example.org\n", encoding="utf-8"
    )
    with closing(open_embedded(read_environment(panels.folder, "trial"))) as store, store.transaction():
        store.add(person("grace", firstName="Grace"))
        store.spend_call()
    return panels


def _holds(panels: Panels) -> list[str]:
    return [resident.key for resident in contents(read_environment(panels.folder, "trial")).residents]


@pytest.mark.usefixtures("tried")
def test_show_tells_who_is_there_and_what_was_spent(run: Run) -> None:
    ended = run("sandbox", "show", "trial")
    assert ended.code == 0
    assert ended.out == (
        "The panel of trial holds 2 members; calls so far: 1 of 50.\n\n"
        "  ada@example.org\n  grace@example.org\n"
    )


@pytest.mark.usefixtures("tried")
def test_show_shortens_addresses_where_many_read_along(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert "  g…@example.org\n" in run("sandbox", "show", "trial").out
    assert "  grace@example.org\n" in run("sandbox", "show", "trial", "--no-mask").out


@pytest.mark.usefixtures("tried")
def test_json_tells_all_and_is_never_masked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert json.loads(run("sandbox", "show", "trial", "--format", "json").out) == {
        "format": 1,
        "environment": "trial",
        "count": 2,
        "unsubscribed": 0,
        "blocked": 0,
        "deleted": 0,
        "calls": 1,
        "allowance": 50,
        "members": [
            {
                "key": "ada@example.org",
                "standing": "member",
                "attributes": {"emailAddress": "ada@example.org"},
            },
            {
                "key": "grace@example.org",
                "standing": "member",
                "attributes": {"emailAddress": "grace@example.org", "firstName": "Grace"},
            },
        ],
    }


@pytest.fixture
def left(tried: Panels) -> Panels:
    """The same: then Ada unsubscribed, Grace was deleted, and Eve is blocked."""
    with closing(open_embedded(read_environment(tried.folder, "trial"))) as store, store.transaction():
        store.unsubscribe("ada@example.org")
        store.delete("grace@example.org")
        store.add(person("eve", status="Blocked"))
    return tried


@pytest.mark.usefixtures("left")
def test_show_tells_who_is_unsubscribed_or_blocked_and_how_many_were_deleted(run: Run) -> None:
    assert run("sandbox", "show", "trial").out == (
        "The panel of trial holds 2 members; calls so far: 1 of 50.\n\n"
        "1 unsubscribed, 1 blocked, 1 deleted.\n\n"
        "  ada@example.org  unsubscribed\n"
        "  eve@example.org  blocked\n"
    )


@pytest.mark.usefixtures("left")
def test_json_counts_and_names_how_people_stand(run: Run) -> None:
    shown = json.loads(run("sandbox", "show", "trial", "--format", "json").out)
    assert (shown["count"], shown["unsubscribed"], shown["blocked"], shown["deleted"]) == (2, 1, 1, 1)
    assert {member["key"]: member["standing"] for member in shown["members"]} == {
        "ada@example.org": "unsubscribed",
        "eve@example.org": "blocked",
    }


@pytest.mark.usefixtures("left")
def test_reset_forgets_who_was_deleted_and_unsubscribed(run: Run) -> None:
    run("sandbox", "reset", "trial", "--yes")
    assert run("sandbox", "show", "trial").out == (
        "The panel of trial holds 1 member; calls so far: 0 of 50.\n\n  ada@example.org\n"
    )


def test_a_long_list_is_shortened_unless_it_is_wanted_whole(tried: Panels, run: Run) -> None:
    with closing(open_embedded(read_environment(tried.folder, "trial"))) as store, store.transaction():
        for number in range(98):
            store.add(person(f"member{number}"))
    shown = run("sandbox", "show", "trial").out
    assert "… and 80 more" in shown
    assert run("sandbox", "show", "trial", "--full").out.count("@example.org") == 100


def test_showing_a_panel_that_was_never_used_creates_nothing(panels: Panels, run: Run) -> None:
    panels.environment("trial", "embedded: true\n")
    assert run("sandbox", "show", "trial").out == "The panel of trial holds 0 members; calls so far: 0.\n"
    assert not (panels.folder / "trial" / ".reconciler").exists()


def test_reset_goes_back_to_the_seed(tried: Panels, run: Run) -> None:
    ended = run("sandbox", "reset", "trial", "--yes")
    assert (ended.code, ended.out, ended.err) == (0, "Reset sandbox trial to its seed data.\n", "")
    assert _holds(tried) == ["ada@example.org"]


def test_reset_leaves_the_lockfile_and_says_so(tried: Panels, run: Run) -> None:
    lockfile = tried.folder / "trial" / "state.lock.json"
    lockfile.write_text("{}", encoding="utf-8")
    ended = run("sandbox", "reset", "trial", "--yes")
    assert "panels/trial/state.lock.json" in ended.err
    assert lockfile.exists()


def test_reset_needs_a_clear_word_where_nobody_can_be_asked(tried: Panels) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", "sandbox", "reset", "trial"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 4
    assert "--yes" in done.stderr
    assert _holds(tried) == ["ada@example.org", "grace@example.org"]


def test_reset_mends_data_that_cannot_be_read(tried: Panels, run: Run) -> None:
    (tried.folder / "trial" / ".reconciler" / "sandbox.sqlite3").write_bytes(b"rubbish " * 200)
    shown = run("sandbox", "show", "trial")
    assert shown.code == 1
    assert "reconciler sandbox reset" in shown.err
    assert run("sandbox", "reset", "trial", "--yes").code == 0
    assert _holds(tried) == ["ada@example.org"]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE member SET attributes = 'no JSON'",
        "UPDATE member SET attributes = '[1, 2]'",
        "UPDATE member SET attributes = x'ff00'",
        "UPDATE member SET identity = x'ff00' WHERE number = 1",
        "UPDATE spent SET calls = 'many'",
        "DELETE FROM spent",
    ],
)
def test_rows_that_are_no_members_are_said_and_mended_by_reset(tried: Panels, run: Run, damage: str) -> None:
    data = tried.folder / "trial" / ".reconciler" / "sandbox.sqlite3"
    with closing(sqlite3.connect(data)) as connection:
        connection.execute(damage)
        connection.commit()
    for command in (("sandbox", "show", "trial"), ("sandbox", "show", "trial", "--format", "json")):
        shown = run(*command)
        assert shown.code == 1
        assert "sandbox.sqlite3: The sandbox's data can't be used" in shown.err
    assert run("sandbox", "reset", "trial", "--yes").code == 0
    assert _holds(tried) == ["ada@example.org"]


@pytest.mark.parametrize("command", [("show", "production"), ("reset", "production", "--yes")])
@pytest.mark.usefixtures("panels")
def test_an_environment_with_a_real_panel_is_refused(command: tuple[str, ...], run: Run) -> None:
    ended = run("sandbox", *command)
    assert ended.code == 1
    assert "production has no embedded panel" in ended.err
    assert "panels/production/environment.yaml" in ended.err


@pytest.mark.parametrize("command", [("show", "tria"), ("reset", "tria", "--yes")])
@pytest.mark.usefixtures("tried")
def test_an_unknown_environment_names_the_known_ones(command: tuple[str, ...], run: Run) -> None:
    ended = run("sandbox", *command)
    assert ended.code == 1
    assert "trial" in ended.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--host", "0.0.0.0"), "not loopback only"),  # noqa: S104 - refused, not bound
        (("--host", "example.org"), "not loopback only"),
        (("--port", "70000"), "70000"),
        (("--rate", "300"), "CALLS/SECONDS"),
        (("--rate", "0/60"), "CALLS/SECONDS"),
        (("--fault", "rest-after"), "Did you mean reset-after?"),
        (("--allowance", "-1"), "--allowance"),
        (("--block", "ada"), "'ada' is not an e-mail address. It has no @"),
        (("--refuse", "ada"), "'ada' is not an e-mail address. It has no @"),
        (("--fault", "500:0"), "'500:0' has no number of calls"),
        (("--delay", "-1"), "-1.0"),
        (("--delay", "nan"), "'nan' is not a number of seconds"),
        (("--delay", "inf"), "inf is not in the range"),
    ],
)
def test_a_wrong_option_of_serve_is_explained(arguments: tuple[str, ...], words: str, run: Run) -> None:
    ended = run("sandbox", "serve", *arguments)
    assert ended.code == 64
    assert words in ended.err


def test_a_key_that_is_missing_is_said_before_anything_is_served(run: Run) -> None:
    ended = run("sandbox", "serve", "--port", "0", "--key-env", "PANEL_KEY")
    assert ended.code == 1
    assert "PANEL_KEY is not set" in ended.err


def test_a_wrong_seed_is_said_before_anything_is_served(run: Run, tmp_path: Path) -> None:
    (tmp_path / "seed.csv").write_text("firstname\nAda\n", encoding="utf-8")
    ended = run("sandbox", "serve", "--port", "0", "--seed", str(tmp_path / "seed.csv"))
    assert ended.code == 1
    assert "Did you mean firstName?" in ended.err
    assert ended.out == ""


def test_the_help_of_serve_lists_every_fault(run: Run) -> None:
    shown = run("sandbox", "serve", "--help").out
    listed = {line.split()[0] for line in shown.partition("Faults")[2].splitlines()[1:] if line.strip()}
    assert {"reset-after", "429-retry-date", "allowance", "huge"} < listed


def test_serve_without_uvicorn_says_what_to_install() -> None:
    without = "import sys; sys.modules['uvicorn'] = None; from reconciler.__main__ import run; run()"
    done = subprocess.run(
        [sys.executable, "-c", without, "sandbox", "serve", "--port", "0"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "uvicorn" in done.stderr
    assert "pip install 'panel-reconciler[sandbox]'" in done.stderr
    assert "Traceback" not in done.stderr


def _served(folder: Path) -> Path:
    """The data file of a served sandbox, with Ada in it."""
    data = folder / "vendor.sqlite3"
    with closing(Store.opened(data)) as store, store.transaction():
        store.add(person("ada"))
        store.spend_call()
    return data


@pytest.mark.usefixtures("panels")
def test_show_looks_into_the_data_file_of_a_served_sandbox(run: Run, tmp_path: Path) -> None:
    data = _served(tmp_path)
    assert "  ada@example.org\n" in run("sandbox", "show", "--data", str(data)).out
    shown = json.loads(run("sandbox", "show", "--data", str(data), "--format", "json").out)
    assert (shown["environment"], shown["count"], shown["calls"]) == (None, 1, 1)


@pytest.mark.usefixtures("tried")
def test_show_needs_an_environment_or_a_data_file_that_is_there(run: Run, tmp_path: Path) -> None:
    assert run("sandbox", "show").code == 64
    assert run("sandbox", "show", "trial", "--data", "x").code == 64
    ended = run("sandbox", "show", "--data", str(tmp_path / "none.sqlite3"))
    assert ended.code == 1
    assert "none.sqlite3" in ended.err
    assert not (tmp_path / "none.sqlite3").exists()


_ODD_ROWS = {
    "no JSON": ("ada@example.org", "{"),
    "no object": ("ada@example.org", "[1]"),
    "text alone": ("ada@example.org", '"x"'),
    "no address": ("ada@example.org", "{}"),
    "an address that is a number": ("ada@example.org", '{"emailAddress": 1}'),
    "an address that is none": ("ada@example.org", '{"emailAddress": "ada"}'),
    "another address": ("ada@example.org", '{"emailAddress": "bob@example.org"}'),
    "half a character": ("ada@example.org", '{"emailAddress": "ada@example.org", "city": "\\ud800"}'),
    "no finite number": ("ada@example.org", '{"emailAddress": "ada@example.org", "referID": 1e999}'),
    "endless nesting": ("ada@example.org", '{"emailAddress": "ada@example.org", "city": ' + "[" * 99_999),
    "no identity": (None, '{"emailAddress": "ada@example.org"}'),
    "bytes": (b"\xff", b"\xff"),
}


@pytest.mark.parametrize("row", _ODD_ROWS.values(), ids=_ODD_ROWS)
@pytest.mark.parametrize("form", ["text", "json"])
def test_show_names_the_file_where_a_row_is_damaged(
    tried: Panels, run: Run, row: tuple[object, object], form: str
) -> None:
    data = tried.folder / "trial" / ".reconciler" / "sandbox.sqlite3"
    with closing(sqlite3.connect(data)) as file:
        file.execute("DELETE FROM member")
        file.execute("INSERT INTO member (identity, attributes) VALUES (?, ?)", row)
        file.commit()
    ended = run("sandbox", "show", "trial", "--format", form)
    assert ended.code == 1
    assert "panels/trial/.reconciler/sandbox.sqlite3" in ended.err
    assert "sandbox reset" in ended.err


def _resident(panels: Panels, name: str) -> Resident | None:
    found = contents(read_environment(panels.folder, "trial")).residents
    return next((resident for resident in found if resident.key == f"{name}@example.org"), None)


def test_members_change_their_profile_and_opt_out_by_themselves(tried: Panels, run: Run) -> None:
    ended = run("sandbox", "change", "trial", "Ada@example.org", "--set", "city=Oslo", "--unsubscribe")
    assert ended.code == 0
    ada = _resident(tried, "ada")
    assert ada is not None
    assert ada.attributes["city"] == "Oslo"
    assert ada.membership == "unsubscribed"
    assert contents(read_environment(tried.folder, "trial")).calls == 1


def test_the_scheduler_sets_members_inactive_and_unsubscribes_them(tried: Panels, run: Run) -> None:
    assert run("sandbox", "change", "trial", "ada@example.org", "grace@example.org", "--inactive").code == 0
    for name in ("ada", "grace"):
        member = _resident(tried, name)
        assert member is not None
        assert (member.attributes["status"], member.membership) == ("Inactive", "unsubscribed")


def test_members_join_and_leave_by_themselves(tried: Panels, run: Run) -> None:
    assert run("sandbox", "change", "trial", "bob@example.org", "--join", "--set", "referID=7").code == 0
    assert run("sandbox", "change", "trial", "ada@example.org", "--leave").code == 0
    bob = _resident(tried, "bob")
    assert bob is not None
    assert bob.attributes == person("bob", referID=7)
    assert _resident(tried, "ada") is None


@pytest.mark.usefixtures("panels")
def test_change_reaches_a_served_sandbox_by_its_data_file(run: Run, tmp_path: Path) -> None:
    data = _served(tmp_path)
    assert run("sandbox", "change", "--data", str(data), "ada@example.org", "--leave").code == 0
    assert "holds 0 members" in run("sandbox", "show", "--data", str(data)).out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("trial", "ada@example.org"), 64),
        (("trial", "--leave"), 64),
        (("trial", "ada", "--leave"), 64),
        (("trial", "ada@example.org", "--set", "city"), 64),
        (("trial", "ada@example.org", "--set", "colour=red"), 64),
        (("trial", "ada@example.org", "--set", "emailAddress=x@example.org"), 64),
        (("trial", "nobody@example.org", "--leave"), 1),
        (("production", "ada@example.org", "--leave"), 1),
    ],
)
@pytest.mark.usefixtures("tried")
def test_a_change_that_is_none_changes_nobody(
    tried: Panels, run: Run, arguments: tuple[str, ...], code: int
) -> None:
    assert run("sandbox", "change", *arguments).code == code
    assert _holds(tried) == ["ada@example.org", "grace@example.org"]
