"""Which addresses may be told, and when it is tried again."""

from __future__ import annotations

import datetime as dt
from ipaddress import ip_address, ip_network
from random import Random

import pytest

from lifecare_gql.domain.webhooks import PAUSES, WebhookPolicy, may_be_told, pause_after, url_fault

PRODUCTION, DEVELOPMENT = WebhookPolicy(), WebhookPolicy(loopback=True)
INTRANET = WebhookPolicy(networks=(ip_network("10.20.0.0/16"), ip_network("fd00:20::/32")))

GOOD = (
    "https://mottagare.example.se",
    "https://mottagare.example.se/",
    "https://mottagare.example.se:8443/in?token=abc&x=%C3%A5",
    "HTTPS://Mottagare.Example.SE/in",
    "https://93.184.215.14/in",
    "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/in",
)
BAD = (
    *("", "mottagare.example.se", "//mottagare.example.se/", "ftp://mottagare.example.se/", "file:///etc/passwd"),
    *("http://mottagare.example.se/", "javascript:alert(1)", "https:///in", "https://", "https:// a.se/"),
    *("https://user@mottagare.example.se/", "https://user:word@mottagare.example.se/", "https://a.se/#part"),
    *(
        "https://a.se\\@10.0.0.1/",
        "https://a.se/\r\nHost: b.se",
        "https://a.se/å",
        "https://å.se/",
        "https://a.se/\t",
    ),
    *(
        "https://a.se:0/",
        "https://a.se:65536/",
        "https://a.se:99999/",
        "https://a.se:x/",
        f"https://a.se/{'x' * 1000}",
    ),
    *("https://localhost/", "https://LOCALHOST/", "https://a.localhost/", "http://localhost:8000/"),
    *("https://127.0.0.1/", "https://10.0.0.1/", "https://169.254.169.254/latest/meta-data/", "https://[::1]/"),
    *(
        "https://[fe80::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fd00::1]/",
        "https://0.0.0.0/",
        "https://[::]/",
    ),
)


@pytest.mark.parametrize("url", GOOD)
def test_an_address_on_the_internet_may_be_told(url: str) -> None:
    assert url_fault(url, PRODUCTION) is None


@pytest.mark.parametrize("url", BAD)
def test_no_other_address_may(url: str) -> None:
    assert url_fault(url, PRODUCTION)


def test_development_may_tell_its_own_machine_and_nothing_else_without_tls() -> None:
    for url in ("http://127.0.0.1:9000/in", "http://localhost:9000/", "http://[::1]:9000/", "https://localhost/"):
        assert url_fault(url, DEVELOPMENT) is None
        assert url_fault(url, PRODUCTION)
    for url in ("http://10.0.0.1/", "http://mottagare.example.se/", "https://10.0.0.1/", "http://127.0.0.1@a.se/"):
        assert url_fault(url, DEVELOPMENT)


NOT_THE_INTERNET = (
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.1.2.3", "172.16.0.1", "172.31.255.255"),
    *("192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1"),
    *("198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fe80::1%1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::7f00:1", "64:ff9b::a9fe:a9fe"),
    *("64:ff9b:1::a00:1", "2002:a00:1::", "2002:7f00:1::1", "2001:0:a00:1::", "100::1"),
)


@pytest.mark.parametrize("address", NOT_THE_INTERNET)
def test_no_address_of_ones_own_networks_may_be_told(address: str) -> None:
    assert not may_be_told(ip_address(address), PRODUCTION)


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_the_internet_may(address: str) -> None:
    assert may_be_told(ip_address(address), PRODUCTION)


def test_a_network_that_is_allowed_may_and_none_beside_it() -> None:
    for address in ("10.20.0.1", "10.20.255.254", "::ffff:10.20.1.1", "fd00:20::1", "8.8.8.8"):
        assert may_be_told(ip_address(address), INTRANET)
    for address in ("10.21.0.1", "10.19.255.255", "fd00:21::1", "127.0.0.1", "169.254.169.254"):
        assert not may_be_told(ip_address(address), INTRANET)
    assert url_fault("https://10.20.3.4/in", INTRANET) is None


def test_it_is_tried_ten_times_in_the_specifications_pauses() -> None:
    hours = [pause.total_seconds() / 3600 for pause in PAUSES]
    assert [round(one * 3600) for one in hours[:3]] == [5, 300, 1800]
    assert hours[3:] == [2, 5, 10, 14, 20, 24]

    random = Random(1)
    for attempts, pause in enumerate(PAUSES, 1):
        found = {pause_after(attempts, random) for _ in range(50)}
        assert all(one is not None and pause <= one <= pause * 1.1 for one in found)
        assert len(found) > 40, "so that not all come back at once"
    assert pause_after(len(PAUSES) + 1, random) is None
    assert sum(PAUSES, dt.timedelta()) == dt.timedelta(hours=75, minutes=35, seconds=5)
