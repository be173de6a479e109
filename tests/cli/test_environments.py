import json

import pytest
from commands import Panels, Run
from workflow_commands import obeyed

from reconciler.errors import EXIT_DONE, EXIT_INVALID


@pytest.fixture(autouse=True)
def three(panels: Panels) -> None:
    panels.environment("sandbox", "embedded: true\n")
    panels.environment("production", "datacenter: eu\napi_key: {env: KEY}\nafter: [staging]\n")
    panels.environment("staging")


def test_they_are_listed_in_the_order_of_apply(run: Run) -> None:
    ended = run("environments")
    assert ended.out == (
        "sandbox: embedded\n"
        "staging: https://api.questionpro.eu/a/api/v2\n"
        "production: https://api.questionpro.eu/a/api/v2, after staging\n"
    )
    assert (ended.code, ended.err) == (EXIT_DONE, "")


def test_as_json_they_are_objects(run: Run) -> None:
    document = json.loads(run("environments", "--no-embedded", "--format", "json").out)
    target = "https://api.questionpro.eu/a/api/v2"
    assert document == {
        "format": 1,
        "environments": [
            {"name": "staging", "after": [], "target": target, "is_embedded": False},
            {"name": "production", "after": ["staging"], "target": target, "is_embedded": False},
        ],
    }


def test_those_that_are_named_are_listed_alone(run: Run) -> None:
    ended = run("environments", "production", "sandbox")
    assert [line.partition(":")[0] for line in ended.out.splitlines()] == ["sandbox", "production"]


def test_an_unknown_one_is_a_mistake(run: Run) -> None:
    ended = run("environments", "prodution")
    assert ended.code == EXIT_INVALID
    assert 'Did you mean "production"?' in ended.err


def test_one_whose_settings_are_wrong_is_listed_all_the_same(run: Run, panels: Panels) -> None:
    panels.environment("staging", "datacentre: eu\n")
    ended = run("environments")
    assert ended.code == EXIT_DONE
    assert "staging: " in ended.out


def test_a_ring_is_one_object_too(run: Run, panels: Panels) -> None:
    panels.environment("staging", "embedded: true\nafter: production\n")
    ended = run("environments", "--format", "json")
    assert ended.code == EXIT_INVALID
    assert "No order is right" in json.loads(ended.out)["problems"][0]["message"]


def test_in_a_comment_and_in_a_log_a_name_does_nothing_but_be_read(run: Run, panels: Panels) -> None:
    panels.environment("@octocat <b>")
    panels.environment("::error::x")
    assert "- `@octocat` `<b>`:" in run("environments", "--format", "markdown").out
    assert obeyed(run("environments", "--format", "github").out) == []


def test_an_environment_that_is_named_and_left_out_is_not_left_out_in_silence(
    run: Run, panels: Panels
) -> None:
    panels.environment("trial", "embedded: true\n")
    ended = run("environments", "trial", "production", "--no-embedded")
    assert ended.err.endswith(": trial.\n")
    assert ended.out.startswith("production: ")
