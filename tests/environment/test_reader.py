"""`environment.yaml` → an Environment. What is wrong with one stands in `tests/cases/environments`."""

from decimal import Decimal
from pathlib import Path

import pytest

from reconciler.environment.model import Api, Environment, Guards, Limit, Policy, RateLimit, Retry
from reconciler.environment.reader import read_environment, try_environment
from reconciler.errors import InvalidInput
from reconciler.member import Removal
from reconciler.problems import Location, plain


def written(settings: str, root: Path) -> Path:
    (root / "e" / "members").mkdir(parents=True)
    (root / "e" / "environment.yaml").write_text(f"embedded: true\n{settings}", encoding="utf-8")
    return root


def environment_of(settings: str, root: Path) -> Environment:
    return read_environment(written(settings, root), "e")


def test_what_is_not_given_has_the_default_of_the_contract(tmp_path: Path) -> None:
    environment = environment_of("", tmp_path)
    assert environment.name == "e"
    assert environment.folder == tmp_path / "e"
    assert environment.api == Api(100, 4, RateLimit(300, 60), 30, Retry(6, 0.5, 30), None)
    assert environment.policy == Policy()
    assert environment.guards == Guards(None, None, Limit(percent=Decimal(30)))


def test_settings_for_later_are_read(tmp_path: Path) -> None:
    settings = "policy: {on_suppress: delete}\nwarnings: {ignore: [role-address]}\n"
    environment = environment_of(settings, tmp_path)
    assert environment.policy.on_suppress is Removal.DELETE
    assert environment.warnings.ignore == ("role-address",)


def test_the_code_of_a_warning_that_does_not_exist_is_a_mistake(tmp_path: Path) -> None:
    panels = written("warnings:\n  ignore: [role-adress, 5]\n", tmp_path)
    one, other = try_environment(panels, "e").problems
    assert (one.location, other.location) == (
        Location((tmp_path / "e/environment.yaml").as_posix(), 3, 12),
        Location((tmp_path / "e/environment.yaml").as_posix(), 3, 25),
    )
    assert "role-address" in plain(one.hint)


def test_each_setting_can_be_given_alone(tmp_path: Path) -> None:
    settings = (
        "api: {timeout: 2.5, rate_limit: {calls: 1}, retry: {max_wait: 0, attempts: +2}, "
        "call_allowance: 5000}\n"
    )
    environment = environment_of(settings, tmp_path)
    expected = Api(
        timeout=2.5, rate_limit=RateLimit(calls=1), retry=Retry(attempts=2, max_wait=0), call_allowance=5000
    )
    assert environment.api == expected


@pytest.mark.parametrize(
    ("written_as", "limit"),
    [
        ("null", None),
        ("~", None),
        ("", None),
        ("0", Limit(count=0)),
        ("12", Limit(count=12)),
        ("0%", Limit(percent=Decimal(0))),
        ("'12.5%'", Limit(percent=Decimal("12.5"))),
        ("100%", Limit(percent=Decimal(100))),
    ],
)
def test_a_guard_is_none_or_a_count_or_a_percentage(
    written_as: str, limit: Limit | None, tmp_path: Path
) -> None:
    environment = environment_of(f"guards: {{add: 1, remove: {written_as}}}", tmp_path)
    assert environment.guards == Guards(add=Limit(count=1), remove=limit)


@pytest.mark.parametrize("written_as", ["-1", "100.1%", "1.5", "30 %", "%", "1e3%", "true", "[1]", "'5'"])
def test_any_other_guard_is_refused(written_as: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        environment_of(f"guards: {{remove: {written_as}}}", tmp_path)


@pytest.mark.parametrize(
    "number", ["9" * 5000, "1" + "0" * 12, "0x10", "1_000", ".nan", "-.inf", "1e9999", "٣"]
)
def test_numbers_beyond_reason_are_refused(number: str, tmp_path: Path) -> None:
    panels = written(f"api: {{batch_size: {number}, timeout: {number}}}", tmp_path)
    assert len(try_environment(panels, "e").problems) == 2


def test_member_files_are_known_also_where_other_settings_are_wrong(tmp_path: Path) -> None:
    panels = written("nonsense: 1\n", tmp_path)
    (panels / "e" / "members" / "a.yaml").touch()
    reading = try_environment(panels, "e")
    assert reading.environment is None
    assert reading.member_files == (panels / "e" / "members" / "a.yaml",)


def test_settings_that_cannot_be_read_are_a_problem(tmp_path: Path) -> None:
    (tmp_path / "e" / "environment.yaml").mkdir(parents=True)
    (problem,) = try_environment(tmp_path, "e").problems
    assert "This is a folder" in str(problem)


def test_all_problems_are_shown_together(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        environment_of("x: 1\napi: {batch_size: 0}\nguards: 5\n", tmp_path)
    assert [problem.location.line for problem in caught.value.problems if problem.location] == [2, 3, 4]
