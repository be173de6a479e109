"""A whole apply on a machine whose variables name proxies and exceptions."""

from pathlib import Path

import pytest
from socket_vendor import SocketVendor
from world import World


@pytest.mark.parametrize("exceptions", ["localhost,[::1]", "", "*", "[::1]:80,["])
def test_proxies_and_odd_exceptions_do_not_keep_apply_from_a_panel_on_this_machine(
    tmp_path: Path, exceptions: str
) -> None:
    world = World(tmp_path)
    nobody = "http://127.0.0.1:9"
    variables = {"HTTP_PROXY": nobody, "ALL_PROXY": nobody, "http_proxy": nobody, "NO_PROXY": exceptions}
    with SocketVendor() as vendor:
        world.environment(base_url=vendor.base_url)
        world.members("ada@example.org")
        assert world.run("apply", "p", "--yes", env=variables).code == 0


def test_a_proxy_that_is_not_there_is_named_by_its_variable_and_not_by_its_address(tmp_path: Path) -> None:
    world = World(tmp_path)
    retry = "api: {retry: {attempts: 1, initial_wait: 0}}\n"
    world.environment(base_url="https://api.questionpro.invalid/a/api/v2", settings=retry)
    world.members("ada@example.org")
    ended = world.run("apply", "p", "--yes", env={"HTTPS_PROXY": "http://ada:hush@127.0.0.1:9"})
    assert ended.code == 3
    assert "no connection to https://api.questionpro.invalid through the proxy of HTTPS_PROXY" in ended.err
    assert "hush" not in ended.out + ended.err
