"""A webhook goes to a server that everybody can reach, written plainly, and nowhere inside."""

import pytest

from app.webhooks.addresses import Target, is_outside, target_of

INSIDE = [
    "0.0.0.0",  # noqa: S104 -- refused here
    *("0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254"),
    *("169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1"),
    *("192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.7"),
    *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16"),
    *("100.100.100.200", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::8.8.8.8"),
    *("::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::a00:1"),
    *("2002:7f00:1::", "2002:808:808::1", "2001::1", "2001:0:53aa:64c:0:5efe:1:2"),
    *("2001:db8::1", "2001:10::1", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1"),
    *("fe80::1%eth0", "fec0::1", "ff02::1", "100::1", "5f00::1"),
    *("2606:4700::5efe:a00:1", "2606:4700::200:5efe:7f00:1"),
]
OUTSIDE = [
    *("8.8.8.8", "1.1.1.1", "100.63.255.255", "172.15.0.1", "172.32.0.1", "169.253.0.1"),
    *("2606:4700:4700::1111", "2001:4860:4860::8888", "2a00:1450:4001:81b::200e"),
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_a_network_is_none_to_go_to(address: str) -> None:
    assert not is_outside(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_of_the_public_network_is_one_to_go_to(address: str) -> None:
    assert is_outside(address)


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "fe80::1"])
def test_to_let_this_machine_be_reached_opens_no_other_one(address: str) -> None:
    assert is_outside("127.0.0.1", loopback=True)
    assert is_outside("::1", loopback=True)
    assert not is_outside(address, loopback=True)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://hooks.example.org", Target("https", "hooks.example.org", 443, "/")),
        (
            "https://Hooks.Example.org:8443/a?b=c",
            Target("https", "hooks.example.org", 8443, "/a?b=c"),
        ),
        ("https://bücher.example/", Target("https", "xn--bcher-kva.example", 443, "/")),
        ("https://8.8.8.8/", Target("https", "8.8.8.8", 443, "/")),
        ("https://[2606:4700::1]/", Target("https", "2606:4700::1", 443, "/")),
    ],
)
def test_a_plain_address_is_read(url: str, target: Target) -> None:
    assert target_of(url) == target


HOSTILE = [
    *("", "hooks.example.org", "//hooks.example.org/", "http://hooks.example.org/"),
    *("ftp://hooks.example.org/", "file:///etc/passwd", "gopher://hooks.example.org/"),
    *("javascript:alert(1)", "https:///path", "https://", "https://:443/"),
    # who it is for, twice
    *("https://user@hooks.example.org/", "https://user:word@hooks.example.org/"),
    *("https://8.8.8.8@127.0.0.1/", "https://hooks.example.org@10.0.0.1/"),
    *("https://hooks.example.org#@127.0.0.1/", "https://hooks.example.org/#part"),
    "https://hooks.example.org\\@127.0.0.1/",
    # ports
    *("https://hooks.example.org:22/", "https://hooks.example.org:25/"),
    *("https://hooks.example.org:0/", "https://hooks.example.org:80/"),
    *("https://hooks.example.org:65536/", "https://hooks.example.org:-1/"),
    "https://hooks.example.org:x/",
    # inside, and this machine
    *("https://localhost/", "https://LOCALHOST/", "https://localhost./"),
    *("https://app.localhost/", "https://printer.local/", "https://metadata.google.internal/"),
    *("https://router.lan/", "https://intranet/", "https://127.0.0.1/", "https://10.0.0.1/"),
    *("https://169.254.169.254/latest/meta-data/", "https://[::1]/", "https://[::]/"),
    *("https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[fe80::1%25eth0]/"),
    *("https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://[2001::1]/"),
    # numbers in other spellings
    *("https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/", "https://0x7f.1/"),
    *("https://017700000001/", "https://0177.0.0.1/", "https://127.1/", "https://127.0.1/"),
    *("https://127.0.0.1./", "https://0/", "https://0x/", "https://1.2.3.0x4/"),
    *(
        "https://hooks.example.123/",
        "https://\uff11\uff12\uff17.0.0.1/",
        "https://\u2460\u2461\u2466.0.0.1/",
    ),
    *(
        "https://127\u30020\u30020\u30021/",
        "https://ex%61mple.org/",
        "https://127%2e0%2e0%2e1/",
    ),
    "https://[0:0:0:0:0:0:0:1]/",
    # what no name holds
    *("https://-hooks.example.org/", "https://hooks_.example.org/", "https://a..example.org/"),
    *("https://hooks.example.org./", "https://" + "a" * 64 + ".example.org/"),
    "https://" + "a." * 130 + "org/",
    *("https://hooks.example.org/ path", "https://hooks.example.org/\r\nHost: inside"),
    *(
        "https://hooks.example.org/\t",
        "https://hooks.example.org/ü",
        " https://hooks.example.org/",
    ),
    "https://hooks.example.org/" + "a" * 2000,
]


@pytest.mark.parametrize("url", HOSTILE)
def test_an_address_that_is_not_plain_or_not_public_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"[a-z]"):
        target_of(url)


@pytest.mark.parametrize(
    "url",
    [
        *("http://hooks.example.org/", "http://10.0.0.1/", "https://10.0.0.1/"),
        *("http://[::ffff:127.0.0.1]/", "http://0.0.0.0/", "ftp://127.0.0.1/"),
        *("http://127.1/", "http://2130706433/", "http://169.254.169.254/"),
    ],
)
def test_a_setting_for_tests_lets_this_machine_be_named_and_nothing_else(url: str) -> None:
    assert target_of("http://127.0.0.1:9/", loopback=True) == Target(
        "http", "127.0.0.1", 9, "/"
    )
    assert target_of("http://localhost:9/", loopback=True).host == "localhost"
    with pytest.raises(ValueError, match=r"[a-z]"):
        target_of(url, loopback=True)
