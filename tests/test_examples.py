"""The environments in panels/ are what people copy from, so they work as they are."""

import json
import os
import re
import shutil
import subprocess
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from forked import run_forked

from reconciler.declaration import read_declaration
from reconciler.environment.model import Api, Guards, Policy, RateLimit, Retry

_REPOSITORY = Path(__file__).resolve().parent.parent
_ENVIRONMENTS = sorted(path.parent.name for path in _REPOSITORY.glob("panels/*/environment.yaml"))
_RESERVED = (".test", "@example.org", "@example.com", "@example.net")


@pytest.fixture
def panels(tmp_path: Path) -> Path:
    """The examples as a fresh clone has them."""
    left_behind = shutil.ignore_patterns(".reconciler", "state.lock.json")
    return Path(shutil.copytree(_REPOSITORY / "panels", tmp_path / "panels", ignore=left_behind))


def _reconciler(panels: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_forked(["--panels", str(panels), *arguments], _REPOSITORY, os.environ)


def _json(panels: Path, *arguments: str) -> dict[str, Any]:
    done = _reconciler(panels, *arguments, "--format", "json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_there_is_one_to_play_with_one_to_rehearse_in_and_one_for_real() -> None:
    assert _ENVIRONMENTS == ["production", "sandbox", "staging"]


def test_all_examples_validate(panels: Path) -> None:
    done = _reconciler(panels, "validate")
    assert done.returncode == 0, done.stderr


def test_all_examples_are_in_canonical_form(panels: Path) -> None:
    done = _reconciler(panels, "fmt", "--check")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("environment", _ENVIRONMENTS)
def test_an_example_plans_without_a_key_or_a_network(environment: str, panels: Path) -> None:
    plan = _json(panels, "plan", environment)
    assert plan["summary"]["add"] > 0
    assert plan["refusals"] == []


def test_planning_an_example_leaves_no_file_behind(panels: Path) -> None:
    before = sorted(panels.rglob("*"))
    for environment in _ENVIRONMENTS:
        _json(panels, "plan", environment)
    assert sorted(panels.rglob("*")) == before


def test_the_first_apply_in_the_sandbox_shows_each_kind_of_proof(panels: Path) -> None:
    report = _json(panels, "apply", "sandbox", "--yes")
    assert report["summary"] == {
        "added": 22,
        "existing": 10,
        "unattributed": 10,
        "rejected": 0,
        "unconfirmed": 0,
        "unsent": 0,
        "forgotten": 0,
    }
    assert report["calls"] == 5


def test_after_its_apply_the_sandbox_has_nothing_left_to_do(panels: Path) -> None:
    _json(panels, "apply", "sandbox", "--yes")
    plan = _json(panels, "plan", "sandbox", "--detailed-exitcode")
    assert plan["summary"] == {"add": 0, "change": 0, "remove": 0, "unchanged": 42, "rejected": 0}


def test_what_the_sandbox_example_declares_arrives_as_it_is_written(panels: Path) -> None:
    actions = _json(panels, "plan", "sandbox")["actions"]
    people = {action["key"]: action["attributes"] for action in actions}
    assert people["hannah.oconnor@example.com"]["zipCode"] == "02134"
    assert people["noah.silva@example.com"]["zipCode"] == "02906"
    assert people["chiara.russo@example.net"]["zipCode"] == "00184"
    assert people["dmytro.shevchuk@example.net"]["zipCode"] == "01067"
    assert people["daniel.weiss@example.org"]["zipCode"] == "01069"
    assert people["aiko.tanaka@example.org"]["birthday"] == "1984-11-03"
    assert "custom1" not in people["elif.demir@example.org"]


def test_staging_and_production_share_the_panel_desk(panels: Path) -> None:
    desks = [
        {action["key"] for action in _json(panels, "plan", name)["actions"] if "/shared/" in action["source"]}
        for name in ("staging", "production")
    ]
    assert desks[0] == desks[1] != set()


def test_production_shows_each_setting(panels: Path) -> None:
    text = (panels / "production" / "environment.yaml").read_text(encoding="utf-8")
    settings = [
        name for part in (Api, Policy, Guards, RateLimit, Retry) for name in signature(part).parameters
    ]
    assert not [name for name in settings if not re.search(rf"\b{name}:", text)]


def test_production_comes_after_its_rehearsal_and_shows_where_its_lockfile_could_go(panels: Path) -> None:
    settings = panels / "production" / "environment.yaml"
    assert read_declaration(panels, "production").environment.after == ("staging",)
    shown = re.sub(r"^# (lockfile:)", r"\1", settings.read_text(encoding="utf-8"), flags=re.MULTILINE)
    settings.write_text(shown, encoding="utf-8")
    assert read_declaration(panels, "production").environment.lockfile_branch == "reconciler-state"


def test_production_shows_how_suppression_lists_hold_no_personal_data(panels: Path) -> None:
    settings = panels / "production" / "environment.yaml"
    shown = settings.read_text(encoding="utf-8").replace("# suppression_secret:", "suppression_secret:")
    settings.write_text(shown, encoding="utf-8")
    assert read_declaration(panels, "production").environment.suppression_secret == "SUPPRESSION_SECRET"


def test_settings_that_production_shows_are_the_defaults(panels: Path) -> None:
    environment = read_declaration(panels, "production").environment
    assert (environment.suppression_lists, environment.named_suppression_list) == ((), None)
    assert (environment.api, environment.policy, environment.guards) == (Api(), Policy(), Guards())


def test_all_people_in_the_examples_are_invented() -> None:
    texts = [
        path.read_text(encoding="utf-8") for path in (_REPOSITORY / "panels").rglob("*") if _is_example(path)
    ]
    addresses = [address for text in texts for address in re.findall(r"[^\s,@]+@[^\s,@]+", text)]
    assert addresses
    assert not [address for address in addresses if not address.lower().endswith(_RESERVED)]


def _is_example(path: Path) -> bool:
    return path.suffix in {".yaml", ".csv"} and ".reconciler" not in path.parts
