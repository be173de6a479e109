"""What GitHub's variables say: repository, address and token."""

import pytest

from reconciler.ci import platform_for
from reconciler.ci.github import GitHub
from reconciler.errors import InvalidInput

SECRET = "ghs_s3cret"
ENVIRON = {"GITHUB_REPOSITORY": "team/panels", "GITHUB_TOKEN": SECRET}


def test_without_an_address_it_is_githubs_own() -> None:
    assert GitHub(ENVIRON).address == "https://api.github.com/repos/team/panels"


def test_a_server_of_ones_own_has_its_own_address() -> None:
    access = GitHub(ENVIRON | {"GITHUB_API_URL": "https://git.example.org/api/v3/"})
    assert access.address == "https://git.example.org/api/v3/repos/team/panels"


@pytest.mark.parametrize("api", ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"])
def test_only_this_machine_may_be_spoken_to_without_encryption(api: str) -> None:
    assert GitHub(ENVIRON | {"GITHUB_API_URL": api}).address == f"{api}/repos/team/panels"


@pytest.mark.parametrize(
    "api",
    [
        "http://api.github.com",
        "http://127.0.0.1.example.org",
        "ftp://api.github.com",
        "api.github.com",
        "https://",
        "https://ada:pass@api.github.com",
        "https://api.github.com?x",
        "https://api.github.com#x",
        "https://api.github.com:port",
        "https://[::",
        "https://api.github.com/\n",
    ],
)
def test_an_address_that_can_not_be_used_is_refused_and_not_shown(api: str) -> None:
    with pytest.raises(InvalidInput, match="GITHUB_API_URL") as caught:
        assert GitHub(ENVIRON | {"GITHUB_API_URL": api}).address
    assert "pass" not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["", "panels", "team/", "/panels", "team/panels/more", "../panels", "team/..", "a/b?c", "a/b c"]
)
def test_a_name_that_is_no_repositorys_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="GITHUB_REPOSITORY"):
        assert GitHub(ENVIRON | {"GITHUB_REPOSITORY": name}).address


@pytest.mark.parametrize("token", ["", " \n", "short", f"{SECRET}\nx", f"{SECRET} x", f"{SECRET}é"])
def test_a_token_that_can_not_be_sent_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(InvalidInput, match="GITHUB_TOKEN") as caught:
        GitHub(ENVIRON | {"GITHUB_TOKEN": token}).comments(7)
    assert SECRET not in str(caught.value)


def test_the_platform_is_found_by_its_variables_or_named() -> None:
    assert isinstance(platform_for(ENVIRON), GitHub)
    assert isinstance(platform_for({}, "github"), GitHub)


def test_where_nothing_says_which_platform_it_is_the_way_to_name_it_is_said() -> None:
    with pytest.raises(InvalidInput, match="--on github"):
        platform_for({"CI": "true"})
