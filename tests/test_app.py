"""app.py: where a request's path and client come from."""

from __future__ import annotations

import ipaddress

import pytest

from genericinterface.app import raw_path, remote_address

TRUSTED = [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1/128")]


@pytest.mark.parametrize(
    ("environ", "path"),
    [
        ({"RAW_URI": "/a%2Fb/Webservice/X?y=/z"}, "/a%2Fb/Webservice/X"),
        ({"REQUEST_URI": "/Webservice/X"}, "/Webservice/X"),
        ({"RAW_URI": "http://host:80/otrs/Webservice/X?u=http://other/"}, "/otrs/Webservice/X"),
        ({"RAW_URI": "/Webservice/X?u=http://other/"}, "/Webservice/X"),
        ({"SCRIPT_NAME": "/otrs", "PATH_INFO": "/Webservice/X"}, "/otrs/Webservice/X"),
        ({"RAW_URI": "/Webservice/J\u00c3\u00bcrgen%20/%zz"}, "/Webservice/J%C3%BCrgen%20/%zz"),
        ({"PATH_INFO": "/Webservice/X/50% J\u00c3\u00bcrgen"}, "/Webservice/X/50%25%20J%C3%BCrgen"),
        ({}, ""),
    ],
)
def test_raw_path_is_what_the_client_wrote(environ: dict[str, str], path: str) -> None:
    assert raw_path(environ) == path


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.7", "1.2.3.4", "203.0.113.7"),  # not from a trusted proxy: the header is the client's own invention
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.9", "198.51.100.9"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.9, 10.0.0.2", "198.51.100.9"),
        ("::1", "2001:db8::5", "2001:db8::5"),
        ("", "198.51.100.9", "198.51.100.9"),  # a Unix socket
        ("10.0.0.1", "garbage", "garbage"),
    ],
)
def test_remote_address_believes_trusted_proxies_only(peer: str, forwarded: str, client: str) -> None:
    environ = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}
    assert remote_address(environ, TRUSTED) == client


def test_without_trusted_proxies_the_connection_decides() -> None:
    assert remote_address({"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "1.2.3.4"}, []) == "10.0.0.1"
