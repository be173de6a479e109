"""Which address an environment talks to."""

from pathlib import Path

import pytest

from reconciler.environment.reader import EnvironmentReading, try_environment


def reading_of(settings: str, root: Path) -> EnvironmentReading:
    (root / "e" / "members").mkdir(parents=True)
    (root / "e" / "environment.yaml").write_text(settings + "\nmembers: []\n", encoding="utf-8")
    return try_environment(root, "e")


@pytest.mark.parametrize(
    ("setting", "target"),
    [
        ("datacenter: eu", "https://api.questionpro.eu/a/api/v2"),
        ("datacenter: com", "https://api.questionpro.com/a/api/v2"),
        ("datacenter: 'no'", "https://api.questionpro.no/a/api/v2"),
        ("datacenter: no", "https://api.questionpro.no/a/api/v2"),
        ("datacenter: EU", "https://api.questionpro.eu/a/api/v2"),
        ("datacenter: com.au", "https://api.questionpro.com.au/a/api/v2"),
        ("datacenter: co.uk", "https://api.questionpro.co.uk/a/api/v2"),
        ("base_url: https://api.questionpro.eu/a/api/v2/", "https://api.questionpro.eu/a/api/v2"),
        ("base_url: HTTPS://API.Example.org/A/Api", "https://api.example.org/A/Api"),
        ("base_url: https://example.org", "https://example.org"),
        ("base_url: https://example.org:443/a", "https://example.org/a"),
        ("base_url: https://example.org:0443", "https://example.org"),
        ("base_url: https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443"),
        ("base_url: http://127.0.0.1:8900/a/api/v2", "http://127.0.0.1:8900/a/api/v2"),
        ("base_url: http://127.200.3.4", "http://127.200.3.4"),
        ("base_url: http://localhost:8900//", "http://localhost:8900"),
        ("base_url: 'http://[::1]:8900/x'", "http://[::1]:8900/x"),
    ],
)
def test_the_target_is_the_address_without_a_slash_at_its_end(
    setting: str, target: str, tmp_path: Path
) -> None:
    reading = reading_of(f"{setting}\napi_key: {{env: K}}", tmp_path)
    assert reading.problems == ()
    assert reading.environment is not None
    assert reading.environment.target == target


def test_an_embedded_environment_has_no_address_and_no_key(tmp_path: Path) -> None:
    reading = reading_of("embedded: true", tmp_path)
    assert reading.environment is not None
    assert reading.environment.is_embedded
    assert reading.environment.api_key is None


@pytest.mark.parametrize(
    "suffix",
    [
        "eu/evil",
        "eu.evil.example",
        "eu.example",
        "com.evil",
        "com.au.evil",
        "co.com",
        "org.uk",
        "eu:8080",
        "eu@evil.org",
        ".eu",
        "eu.",
        "e u",
        "-eu",
        "1",
        "eu.1",
        "é",
        '"eu\\n"',
        "true",
        "[eu]",
    ],
)
def test_a_datacenter_is_one_label_or_com_or_co_with_a_country(suffix: str, tmp_path: Path) -> None:
    reading = reading_of(f"datacenter: {suffix}\napi_key: {{env: K}}", tmp_path)
    assert [str(problem.message[0]) for problem in reading.problems] == [
        '"datacenter" must be one word, or com. or co. with a country.'
    ]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://api.questionpro.eu/a", "must begin with https://"),
        ("http://127.0.0.1.example.org/", "must begin with https://"),
        ("http://127.0.0.256/", "must begin with https://"),
        ("http://localhost.example.org/", "must begin with https://"),
        ("ftp://example.org", "must begin with https://"),
        ("example.org/a", "must begin with https://"),
        ("5", "must begin with https://"),
        ("[x]", "must begin with https://"),
        ("https://me:hush@example.org/", "must hold no user or password"),
        ("https://example.org/?apiKey=hush", 'must hold no "?" or "#"'),
        ("https://example.org?apiKey=hush", 'must hold no "?" or "#"'),
        ("'https://example.org/#hush'", 'must hold no "?" or "#"'),
        ("https:///a", "names no valid host"),
        ("https://example.org:/a", "names no valid host"),
        ("https://example.org:0/a", "names no valid host"),
        ("https://example.org:65536/a", "names no valid host"),
        ("https://exämple.org/a", "names no valid host"),
        ("https://[::g]/a", "names no valid host"),
        ("https://[1:2]/a", "names no valid host"),
        ('"https://example.org/a b"', "holds a character that no address may hold"),
        ('"https://example.org/a\\nb"', "holds a character that no address may hold"),
        ("https://example.org/ä", "holds a character that no address may hold"),
        (f"https://example.org/{'a' * 500}", "is longer than 500 characters"),
    ],
)
def test_a_base_url_that_is_not_safe_is_refused_and_not_repeated(
    url: str, reason: str, tmp_path: Path
) -> None:
    reading = reading_of(f"base_url: {url}\napi_key: {{env: K}}", tmp_path)
    assert [str(problem.message[0]) for problem in reading.problems] == [f'"base_url" {reason}.']
    assert "hush" not in str(reading.problems)
