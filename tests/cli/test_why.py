"""`reconciler why`: one person, through the real program."""

import json
from pathlib import Path

import pytest
from commands import Panels, Run
from git_panels import GitPanels
from people import PUSHED, TARGET, person, present
from world import World

from reconciler.errors import EXIT_DONE, EXIT_INVALID, EXIT_USAGE
from reconciler.lockfile.model import Lockfile, Rejected, Unconfirmed

ADA = "ada@example.org"
TEAM = "panels/production/members/team.yaml"
SETTINGS = "datacenter: eu\napi_key: {env: KEY}\n"
FORMATS = ("text", "markdown", "json", "github")
KEYS = {
    "format",
    "environment",
    "key",
    "declared",
    "suppressed",
    "known",
    "action",
    "why",
    "next",
    "refusals",
    "problems",
}


def lock(panels: Panels, *names: str, **fields: str) -> None:
    entries = {f"{name}@example.org": present(person(name, **fields)) for name in names}
    panels.lock(Lockfile("production", TARGET, entries))


def flat(text: str) -> str:
    """The text with its lines joined."""
    return " ".join(text.split())


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitPanels:
    """Panels in git, where Ada commits."""
    found = GitPanels(tmp_path / "team")
    monkeypatch.chdir(found.root)
    return found


def test_place_knowledge_action_and_next_step_fit_on_one_screen(panels: Panels, run: Run) -> None:
    lock(panels, "ada")
    ended = run("why", "production", " ADA@example.org")
    assert ended.code == EXIT_DONE
    assert ended.err == ""
    labels = [line.partition(":")[0] for line in ended.out.splitlines() if line[:1].strip()]
    assert labels[0].startswith("ada@example.org in production, on ")
    assert labels[1:] == ["declared", "suppressed", "lockfile", "apply", "next"]
    assert f"declared:   {TEAM}:2\nsuppressed: no\nlockfile:   added: " in ended.out
    assert f"sent {PUSHED}\napply:      nothing. " in ended.out


def test_commit_and_author_come_from_git(repository: GitPanels, run: Run) -> None:
    commit = repository.git("rev-parse", "HEAD")
    assert f"commit {commit[:12]}, " in run("why", "production", ADA).out
    (declared,) = json.loads(run("why", "production", ADA, "--format", "json").out)["declared"]
    assert (declared["commit"], declared["author"]) == (commit, "Ada")


def test_a_line_that_is_not_committed_is_called_that(repository: GitPanels, run: Run) -> None:
    repository.declare("eve")
    assert "not committed yet" in run("why", "production", "eve@example.org").out
    (declared,) = json.loads(run("why", "production", "eve@example.org", "--format", "json").out)["declared"]
    assert (declared["commit"], declared["is_committed"]) == (None, False)


@pytest.mark.parametrize("chosen", FORMATS)
def test_an_ordinary_member_fits_on_a_screen_of_24_lines_of_80(
    repository: GitPanels, run: Run, chosen: str
) -> None:
    lock(repository, "ada", firstName="Ada")
    lines = run("why", "production", ADA, "--format", chosen).out.splitlines()
    assert len(lines) <= 24
    if chosen == "text":
        assert max(map(len, lines)) <= 80


def test_the_journal_of_a_dead_run_is_counted_in(panels: Panels, run: Run) -> None:
    records = (
        {"record": "run", "format": 1, "environment": "production", "target": TARGET, "started": PUSHED},
        {
            "record": "batch",
            "batch": 1,
            "kind": "add",
            "members": {ADA: person("ada")},
            "doubtful": [],
        },
        {"record": "sending", "batch": 1, "at": PUSHED},
    )
    folder = panels.folder / "production" / ".reconciler"
    folder.mkdir()
    (folder / "journal.jsonl").write_text("".join(f"{json.dumps(record)}\n" for record in records))
    text = flat(run("why", "production", ADA).out)
    assert "lockfile: unconfirmed:" in text
    assert "journal" in text


def test_a_rejected_member_has_the_words_of_the_api(panels: Panels, run: Run) -> None:
    refused = {ADA: Rejected("Invalid birthday", PUSHED, person("ada"))}
    panels.lock(Lockfile("production", TARGET, rejected=refused))
    text = flat(run("why", "production", ADA).out)
    assert "Invalid birthday" in text
    assert "apply: nothing. The API refused them" in text


def test_a_change_is_shown_field_by_field(panels: Panels, run: Run) -> None:
    lock(panels, "ada", custom1="a")
    panels.write("members:\n- emailAddress: ada@example.org\n  custom1: b\n")
    assert '\n            custom1: "a" → "b"\n' in run("why", "production", ADA).out


def test_with_another_policy_the_change_is_sent(panels: Panels, run: Run) -> None:
    panels.environment("production", SETTINGS + "policy: {on_change: resubmit}\n")
    lock(panels, "ada", custom1="a")
    panels.write("members:\n- emailAddress: ada@example.org\n  custom1: b\n")
    document = json.loads(run("why", "production", ADA, "--format", "json").out)
    assert document["action"]["deliverable"] is True
    assert "policy.on_change: resubmit" in document["why"]


@pytest.mark.parametrize("way", ["forget", "unsubscribe", "delete"])
def test_someone_no_longer_declared_leaves_in_the_way_of_the_policy(
    panels: Panels, run: Run, way: str
) -> None:
    panels.environment("production", SETTINGS + f"policy: {{on_remove: {way}}}\n")
    lock(panels, "bob")
    document = json.loads(run("why", "production", "bob@example.org", "--format", "json").out)
    assert (document["action"]["action"], document["action"]["by"], document["does"]) == ("remove", way, way)
    assert document["declared"] == []


def test_a_rehearsed_day_expires_a_declaration(panels: Panels, run: Run) -> None:
    lock(panels, "ada")
    panels.write(
        "members:\n- {emailAddress: ada@example.org, expires: 2027-01-01}\n- emailAddress: b@b.test\n"
    )
    before = run("why", "production", ADA, "--today", "2026-12-31").out
    after = run("why", "production", ADA, "--today", "2027-01-01").out
    assert "2027-01-01, in 1 day" in before
    assert "2027-01-01, today" in after
    assert "`reconciler apply production`" in after


def test_someone_sent_without_an_answer_is_sent_again(panels: Panels, run: Run) -> None:
    panels.lock(Lockfile("production", TARGET, unconfirmed={ADA: Unconfirmed(PUSHED, person("ada"))}))
    assert "Apply sends them again, which is safe." in flat(run("why", "production", ADA).out)


def test_that_there_is_no_lockfile_is_said(panels: Panels, run: Run) -> None:
    assert panels.folder.is_dir()
    text = run("why", "production", ADA).out
    assert "add. Declared, and there is no lockfile" in flat(text)


def test_someone_suppressed_and_declared_is_reported_with_both_places(panels: Panels, run: Run) -> None:
    (panels.folder / "production" / "suppressed.txt").write_text(f"{ADA}\n")
    ended = run("why", "production", ADA)
    assert ended.code == EXIT_DONE
    assert f"declared:   {TEAM}:2\n" in ended.out
    assert "suppressed: panels/production/suppressed.txt:1" in ended.out
    assert "apply: unknown. They are declared and suppressed" in flat(ended.out)


def test_a_list_that_cannot_be_checked_is_said(panels: Panels, run: Run) -> None:
    panels.environment("production", SETTINGS + "suppression_secret: {env: SECRET_OF_LISTS}\n")
    (panels.folder / "production" / "suppressed.txt").write_text(f"hmac-sha256:{'0' * 64}\n")
    text = flat(run("why", "production", ADA).out)
    assert "suppressed: 1 entry of panels/production/suppressed.txt can't be checked here" in text
    assert "apply: add, but not now." in text
    assert "next: Set it to the secret of the suppression lists." in text


def test_someone_suppressed_by_a_hash_and_not_recorded_is_left_to_you(
    panels: Panels, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_LISTS", "0123456789abcdef")
    hashed = "suppression_secret: {env: SECRET_OF_LISTS}\npolicy: {on_suppress: delete}\n"
    panels.environment("production", SETTINGS + hashed)
    assert run("suppress", "production", "bob@example.org").code == EXIT_DONE
    text = flat(run("why", "production", "bob@example.org").out)
    assert "nothing. Suppressed, and there is no lockfile" in text
    assert "Apply sends nothing about them. If they are in the panel, remove them there by hand." in text
    assert "Nothing to do" not in text


def test_mistakes_elsewhere_hold_apply_back_and_are_counted(panels: Panels, run: Run) -> None:
    wrong = panels.folder / "production" / "members" / "wrong.yaml"
    wrong.write_text("members:\n- emailAddress: eve\n")
    ended = run("why", "production", ADA)
    assert ended.code == EXIT_DONE
    text = flat(ended.out)
    assert "apply: add, but not now." in text
    assert "1 problem" in text
    assert "panels/production/members/wrong.yaml:2:" in text
    assert "`reconciler validate production`" in text


def test_mistakes_of_others_name_nobody(panels: Panels, run: Run) -> None:
    other = panels.folder / "production" / "members" / "other.yaml"
    other.write_text(
        "members:\n- emailAddress: eve-adams\n- {emailAddress: grace@example.org, city: 'x\x07'}\n"
    )
    for chosen in FORMATS:
        text = run("why", "production", ADA, "--format", chosen).out
        assert "eve-adams" not in text
        assert "grace" not in text


def test_someone_declared_twice_is_reported_with_both_places(panels: Panels, run: Run) -> None:
    again = panels.folder / "production" / "members" / "again.csv"
    again.write_text("emailAddress\nAda@example.org\n")
    document = json.loads(run("why", "production", ADA, "--format", "json").out)
    places = [f"{found['file']}:{found['line']}" for found in document["declared"]]
    assert places == ["panels/production/members/again.csv:2", f"{TEAM}:2"]
    assert document["next"][0] == f"Keep one of {places[0]} and {places[1]}."


def test_settings_that_are_wrong_leave_the_declaration_to_tell(panels: Panels, run: Run) -> None:
    panels.environment("production", "datacentre: eu\n")
    ended = run("why", "production", ADA)
    assert ended.code == EXIT_DONE
    assert f"declared:   {TEAM}:2\n" in ended.out
    assert "lockfile:   can't be read\n" in ended.out


def test_a_lockfile_that_cannot_be_read_leaves_the_declaration_to_tell(panels: Panels, run: Run) -> None:
    panels.lockfile.write_text("{")
    ended = run("why", "production", ADA)
    assert ended.code == EXIT_DONE
    assert "lockfile:   can't be read\n" in ended.out
    assert "the first is at panels/production/state.lock.json" in flat(ended.out)


def test_a_guard_of_the_whole_plan_is_reported_with_its_flag(panels: Panels, run: Run) -> None:
    lock(panels, "bob", *map(str, range(20)))
    document = json.loads(run("why", "production", "bob@example.org", "--format", "json").out)
    assert [refusal["guard"] for refusal in document["refusals"]] == ["remove"]
    assert "`reconciler apply production --allow remove`" in document["next"][0]
    assert "21 of 21 members" in document["obstacles"][0]


def test_for_someone_unknown_the_nearest_is_named(panels: Panels, run: Run) -> None:
    assert panels.folder.is_dir()
    ended = run("why", "production", "adda@example.org")
    assert ended.code == EXIT_DONE
    assert "next:       Did you mean ada@example.org?\n" in ended.out


@pytest.mark.parametrize("chosen", ["text", "markdown", "github"])
def test_masked_nobody_is_given_away(repository: GitPanels, run: Run, chosen: str) -> None:
    lock(repository, "ada", firstName="Lovelace")
    text = run("why", "production", ADA, "--format", chosen, "--mask").out
    assert "a…@example.org" in text
    assert "ada@" not in text
    assert "Lovelace" not in text
    assert "by Ada" not in text
    assert "adda" not in run("why", "production", "adda@example.org", "--format", chosen, "--mask").out


def test_as_json_it_is_one_object_with_the_keys_that_were_promised(panels: Panels, run: Run) -> None:
    lock(panels, "ada")
    document = json.loads(run("why", "production", ADA, "--format", "json").out)
    assert document.keys() >= KEYS
    assert document["declared"] == [
        {
            "file": TEAM,
            "line": 2,
            "commit": None,
            "author": None,
            "date": None,
            "expires": None,
            "is_committed": None,
        }
    ]
    assert document["known"] == {
        "section": "members",
        "outcome": "added",
        "proves": "new in the panel",
        "pushed": PUSHED,
        "attributes": {"emailAddress": ADA},
    }
    assert document["action"] is None


@pytest.mark.parametrize("chosen", ["json", "markdown"])
def test_an_environment_that_does_not_exist_is_an_error(panels: Panels, run: Run, chosen: str) -> None:
    assert panels.folder.is_dir()
    ended = run("why", "producton", ADA, "--format", chosen)
    assert ended.code == EXIT_INVALID
    assert 'Did you mean "production"?' in ended.err
    if chosen == "json":
        assert len(json.loads(ended.out)["problems"]) == 1


@pytest.mark.parametrize("address", ["nobody", "", "@", "a b@example.org", "a@b@c.org", "x" * 5000])
def test_what_is_no_address_is_an_error(panels: Panels, run: Run, address: str) -> None:
    assert panels.folder.is_dir()
    ended = run("why", "production", address, "--format", "json")
    assert ended.code == EXIT_INVALID
    assert json.loads(ended.out)["problems"][0]["message"].startswith("This is not an e-mail address")


@pytest.mark.parametrize(
    "address",
    [
        "ädä@exämple.org",
        "a'b`c|d@example.org",
        "#x@example.org",
        "%s@example.org",
        "\udcff@example.org",
        "a\x1b[2J@b.org",
    ],
)
@pytest.mark.parametrize("chosen", FORMATS)
def test_an_odd_address_ends_in_words(tmp_path: Path, address: str, chosen: str) -> None:
    world = World(tmp_path)
    world.environment()
    ended = world.run("why", "p", address, "--format", chosen)
    assert ended.code in {EXIT_DONE, EXIT_INVALID}
    assert "\x1b" not in ended.out + ended.err
    if chosen == "json":
        assert ended.json["format"] == 1


def test_a_day_that_is_none_is_a_wrong_use(panels: Panels, run: Run) -> None:
    assert panels.folder.is_dir()
    assert run("why", "production", ADA, "--today", "soon").code == EXIT_USAGE


def test_nothing_is_written(repository: GitPanels, run: Run) -> None:
    before = repository.state()
    run("why", "production", ADA)
    assert repository.state() == before


def test_a_lockfile_on_a_branch_that_is_not_fetched_is_reported(repository: GitPanels, run: Run) -> None:
    repository.environment("production", SETTINGS + "lockfile: {branch: state}\n")
    text = flat(run("why", "production", ADA).out)
    assert "branch state is not fetched here" in text
    assert "apply: add, but not now." in text
    assert "`reconciler state publish production`" in text
