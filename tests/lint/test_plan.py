from reconciler.lint.model import Correction, PlanLint
from reconciler.lint.warnings import plan_lint
from reconciler.member import Removal
from reconciler.plan.model import Action, Add, Remove

FILE = "panels/production/members/team.yaml"


def add(address: str, line: int = 9) -> Add:
    return Add(address, f"{FILE}:{line}", {"emailAddress": address})


def remove(key: str) -> Remove:
    return Remove(key, Removal.FORGET, {"emailAddress": key})


def corrections(*actions: Action) -> tuple[Correction, ...]:
    return plan_lint(actions).corrections


def test_one_who_goes_while_a_nearly_equal_one_comes_is_a_correction() -> None:
    assert corrections(add("ada@gmail.com"), add("bob@example.org"), remove("ada@gmial.com")) == (
        Correction("ada@gmial.com", "ada@gmail.com", f"{FILE}:9"),
    )


def test_one_who_goes_while_another_comes_is_none() -> None:
    assert corrections(add("ada@example.org"), remove("bob@example.org")) == ()


def test_nobody_goes_and_nothing_is_corrected() -> None:
    assert corrections(add("ada@example.org"), add("adda@example.org")) == ()


def test_a_thousand_roles_that_move_to_another_domain_are_looked_at_in_linear_time() -> None:
    adds = [add(f"info@new{number}.example") for number in range(1000)]
    removes = [remove(f"info@old{number}.example") for number in range(1000)]
    assert corrections(*adds, *removes) == ()


def test_those_who_are_added_are_warned_of_and_no_others() -> None:
    found = plan_lint((add("info@panel.de", 3), add("ada@gmial.com", 4), remove("sales@panel.de")))
    assert [str(warning.location) for warning in found.warnings] == [f"{FILE}:3", f"{FILE}:4"]


def test_that_people_are_made_up_is_left_to_validate() -> None:
    assert plan_lint((add("ada@example.org"),)).warnings == ()


def test_a_plan_that_adds_nobody_is_never_odd() -> None:
    assert plan_lint((remove("info@example.org"),)) == PlanLint()
