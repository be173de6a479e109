"""Which variable holds the secret of hashed lists."""

from pathlib import Path

import pytest

from reconciler.environment.reader import EnvironmentReading, try_environment

SECRET = "5e884898da28047151d0e56f8dc62927"


def reading_of(setting: str, root: Path) -> EnvironmentReading:
    (root / "e").mkdir(parents=True)
    (root / "e" / "environment.yaml").write_text(
        f"embedded: true\nmembers: []\n{setting}\n", encoding="utf-8"
    )
    return try_environment(root, "e")


@pytest.mark.parametrize(
    ("setting", "variable"),
    [("", None), ("suppression_secret:", None), ("suppression_secret: {env: PEPPER}", "PEPPER")],
)
def test_it_is_a_variables_name_or_none(setting: str, variable: str | None, tmp_path: Path) -> None:
    environment = reading_of(setting, tmp_path).environment
    assert environment is not None
    assert environment.suppression_secret == variable


@pytest.mark.parametrize(
    "value",
    [
        SECRET,
        f"[{SECRET}]",
        f"{{{SECRET}}}",
        f"{{env: {SECRET}}}",
        f"{{file: {SECRET}}}",
        f"{{env: [{SECRET}]}}",
        f"{{env: S, file: {SECRET}}}",
        f"'{SECRET}",
    ],
)
def test_a_secret_in_the_file_is_refused_and_never_repeated(value: str, tmp_path: Path) -> None:
    reading = reading_of(f"suppression_secret: {value}", tmp_path)
    assert reading.problems
    assert SECRET not in repr(reading)
