"""Where the key comes from."""

from pathlib import Path

import pytest

from reconciler.environment.model import KeySource
from reconciler.environment.reader import EnvironmentReading, try_environment

SECRET = "a1b2c3d4-e5f6"


def reading_of(setting: str, root: Path) -> EnvironmentReading:
    (root / "e").mkdir(parents=True)
    (root / "e" / "environment.yaml").write_text(
        f"datacenter: eu\nmembers: []\n{setting}\n", encoding="utf-8"
    )
    return try_environment(root, "e")


@pytest.mark.parametrize("variable", ["QUESTIONPRO_API_KEY", "_k1"])
def test_a_key_can_come_from_a_variable(variable: str, tmp_path: Path) -> None:
    reading = reading_of(f"api_key: {{env: {variable}}}", tmp_path)
    assert reading.environment is not None
    assert reading.environment.api_key == KeySource(env=variable)


def test_a_files_path_is_relative_to_the_settings(tmp_path: Path) -> None:
    reading = reading_of("api_key: {file: ../keys/e.txt}", tmp_path)
    assert reading.environment is not None
    assert reading.environment.api_key == KeySource(file=tmp_path / "e" / "../keys/e.txt")


@pytest.mark.parametrize(
    "setting",
    [
        f"api_key: {SECRET}",
        f"api_key: [{SECRET}]",
        f"api_key: {{{SECRET}}}",
        f"api_key: {{{SECRET}: x}}",
        f"api_key: {{env: {SECRET}}}",
        f"api_key: {{key: {SECRET}}}",
        f"api_key: {{env: K, file: {SECRET}}}",
        f'api_key: {{file: "{SECRET}\\n"}}',
        f"api_key: {{env: [{SECRET}]}}",
        f"api-key: {SECRET}",
        f"api_key: '{SECRET}",
        f"api_key: {SECRET}: x",
        f"api: {SECRET}\napi_key: {{env: K}}",
        f"api: {{timeout: {SECRET}}}\napi_key: {{env: K}}",
        f"policy: {{on_remove: {SECRET}}}\napi_key: {{env: K}}",
        f"embedded: {SECRET}",
    ],
)
def test_a_key_in_the_file_is_refused_and_never_repeated(setting: str, tmp_path: Path) -> None:
    reading = reading_of(setting, tmp_path)
    assert reading.problems
    assert SECRET not in repr(reading)


@pytest.mark.parametrize(
    "source", ["{env: }", "{env: 5}", "{env: A-B}", "{file: }", "{}", "{env: A, file: b}"]
)
def test_a_source_that_names_nothing_is_refused(source: str, tmp_path: Path) -> None:
    assert len(reading_of(f"api_key: {source}", tmp_path).problems) == 1
