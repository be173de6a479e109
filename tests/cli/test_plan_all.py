import json

import pytest
from commands import Ended, Panels, Run

from reconciler.errors import EXIT_DONE, EXIT_INVALID, EXIT_SOMETHING_TO_APPLY, EXIT_USAGE


@pytest.fixture(autouse=True)
def three(panels: Panels) -> None:
    """`production`, after `staging`; and `sandbox`, which is embedded."""
    panels.environment("production", "datacenter: eu\napi_key: {env: KEY}\nafter: staging\n")
    panels.environment("sandbox", "embedded: true\n")
    panels.environment("staging")
    panels.declare("eve", to="staging")
    panels.declare("kurt", to="sandbox")


def environments(ended: Ended) -> list[str]:
    return [plan["environment"] for plan in json.loads(ended.out)["plans"]]


def test_all_are_planned_in_the_order_of_apply(run: Run) -> None:
    ended = run("plan", "--all")
    places = [ended.out.index(f"{name}: ") for name in ("sandbox", "staging", "production")]
    assert places == sorted(places)
    assert (ended.code, ended.err) == (EXIT_DONE, "")


def test_as_json_it_is_one_object_that_holds_what_plan_prints_for_each(run: Run) -> None:
    ended = run("plan", "--all", "--format", "json")
    document = json.loads(ended.out)
    assert list(document) == ["format", "plans", "base", "unaffected", "taken_away", "problems"]
    assert environments(ended) == ["sandbox", "staging", "production"]
    assert document["plans"][2] == json.loads(run("plan", "production", "--format", "json").out)
    assert (document["base"], document["unaffected"], document["problems"]) == (None, [], [])


def test_embedded_ones_may_be_left_out(run: Run) -> None:
    assert environments(run("plan", "--all", "--no-embedded", "--format", "json")) == [
        "staging",
        "production",
    ]


@pytest.mark.parametrize("chosen", ["text", "markdown", "github"])
def test_where_none_is_left_that_is_said(run: Run, panels: Panels, chosen: str) -> None:
    for name in ("staging", "production"):
        panels.environment(name, "embedded: true\n")
    ended = run("plan", "--all", "--no-embedded", "--format", chosen)
    assert "There is nothing to plan." in ended.out
    assert ended.code == EXIT_DONE


@pytest.mark.parametrize("chosen", ["text", "markdown", "json", "github"])
def test_a_mistake_in_one_keeps_no_other_from_its_plan(run: Run, panels: Panels, chosen: str) -> None:
    panels.write("members:\n  - emailAddress: nobody\n", to="staging")
    ended = run("plan", "--all", "--format", chosen, "--detailed-exitcode")
    assert ended.code == EXIT_INVALID
    assert "panels/staging/members/team.yaml:2" in ended.err
    for name in ("production", "sandbox"):
        assert f"{name}: " in ended.out
    if chosen == "json":
        assert environments(ended) == ["sandbox", "production"]
        assert [problem["line"] for problem in json.loads(ended.out)["problems"]] == [2]
    if chosen == "markdown":
        assert "panels/staging/members/team.yaml:2" in ended.out


def test_an_order_that_is_a_ring_is_one_object_too(run: Run, panels: Panels) -> None:
    panels.environment("staging", "embedded: true\nafter: production\n")
    ended = run("plan", "--all", "--format", "json")
    assert ended.code == EXIT_INVALID
    assert "No order is right" in json.loads(ended.out)["problems"][0]["message"]


def test_where_there_is_no_environment_that_is_said(run: Run, panels: Panels) -> None:
    (panels.folder / "none").mkdir()
    ended = run("--panels", "panels/none", "plan", "--all", "--format", "json")
    assert ended.code == EXIT_INVALID
    assert "There is no environment here." in ended.err
    assert len(json.loads(ended.out)["problems"]) == 1


def test_the_exit_code_tells_that_there_is_something_to_apply_in_any(run: Run, panels: Panels) -> None:
    assert run("plan", "--all", "--detailed-exitcode").code == EXIT_SOMETHING_TO_APPLY
    for name in ("production", "sandbox", "staging"):
        panels.write("members: []\n", to=name)
    assert run("plan", "--all", "--detailed-exitcode").code == EXIT_DONE


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["production", "--all"],
        ["--all", "--full", "--max-bytes", "5000"],
        ["production", "--full", "--max-bytes", "5000"],
        ["production", "--no-embedded"],
        ["--all", "--max-bytes", "999"],
        ["--all", "--max-bytes", "many"],
        *(
            ["--all", "--link", link]
            for link in (
                "",
                "http://",
                "javascript:alert(1)",
                "https://x y",
                "https://x>y",
                "https://x/<y",
                "https://x\ny",
                "https://x\n",
                "https://ü",
                " https://x",
                "x https://x",
            )
        ),
    ],
)
def test_what_contradicts_itself_is_a_wrong_use(run: Run, arguments: list[str]) -> None:
    ended = run("plan", *arguments, "--format", "json")
    assert ended.code == EXIT_USAGE
    assert len(json.loads(ended.out)["problems"]) == 1
    assert ended.err


@pytest.mark.parametrize("wanted", [["production"], ["--all"]])
def test_markdown_keeps_to_its_budget_and_points_to_the_whole(
    run: Run, panels: Panels, wanted: list[str]
) -> None:
    panels.declare(*(f"member{number}" for number in range(5000)))
    link = "https://github.test/team/panels/actions/runs/7?a=1&b=2#x"
    for budget in (1000, 5000, 60_000):
        ended = run("plan", *wanted, "--format", "markdown", "--max-bytes", str(budget), "--link", link)
        assert ended.code == EXIT_DONE
        assert len(ended.out.encode()) <= budget
        assert "production: 5000 to add." in ended.out
        assert f"The whole of it: <{link}>" in ended.out
