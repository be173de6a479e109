import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import InvalidInput
from reconciler.github.access import is_same_origin, read_access

SECRET = "ghs_s3cret"
ENVIRON = {"GITHUB_REPOSITORY": "team/panels", "GITHUB_TOKEN": SECRET}


def test_without_an_address_it_is_githubs_own() -> None:
    assert read_access(ENVIRON).address == "https://api.github.com/repos/team/panels"


def test_a_server_of_ones_own_has_its_own_address() -> None:
    access = read_access(ENVIRON | {"GITHUB_API_URL": "https://git.example.org/api/v3/"})
    assert access.address == "https://git.example.org/api/v3/repos/team/panels"


@pytest.mark.parametrize("api", ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"])
def test_only_this_machine_may_be_spoken_to_without_encryption(api: str) -> None:
    assert read_access(ENVIRON | {"GITHUB_API_URL": api}).is_loopback


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
        read_access(ENVIRON | {"GITHUB_API_URL": api})
    assert "pass" not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["", "panels", "team/", "/panels", "team/panels/more", "../panels", "team/..", "a/b?c", "a/b c"]
)
def test_a_name_that_is_no_repositorys_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="GITHUB_REPOSITORY"):
        read_access(ENVIRON | {"GITHUB_REPOSITORY": name})


@pytest.mark.parametrize("token", ["", " \n", f"{SECRET}\nx", f"{SECRET} x", f"{SECRET}é"])
def test_a_token_that_can_not_be_sent_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(InvalidInput, match="GITHUB_TOKEN") as caught:
        read_access(ENVIRON | {"GITHUB_TOKEN": token})
    assert SECRET not in str(caught.value)


def test_the_token_is_in_no_repr() -> None:
    access = read_access(ENVIRON | {"GITHUB_TOKEN": f" {SECRET}\n"})
    assert SECRET not in f"{access!r} {access} {access.token!r} {access.token}"
    assert access.token.reveal() == SECRET


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ("https://api.github.com/repositories/1/issues?page=2", True),
        ("https://API.github.com/x", True),
        ("http://api.github.com/x", False),
        ("https://api.github.com:444/x", False),
        ("https://api.github.com.example.org/x", False),
        ("https://api.github.com@example.org/x", False),
        ("/repositories/1/issues?page=2", False),
        ("https://[::", False),
    ],
)
def test_the_token_goes_to_the_same_scheme_host_and_port_alone(other: str, *, is_same: bool) -> None:
    assert is_same_origin("https://api.github.com", other) is is_same


@given(st.text())
def test_no_text_is_an_origin_by_chance(text: str) -> None:
    assert not is_same_origin("https://[", text)
