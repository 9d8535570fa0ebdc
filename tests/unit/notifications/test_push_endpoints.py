"""Where this server is willing to knock: known push services on the open internet, nothing inside."""

import socket

import pytest

from notifications.endpoints import (
    EndpointRefused,
    EndpointUnresolved,
    HostRule,
    check_address,
    check_endpoint,
    check_subscription_keys,
)
from tests.push_receiver import PushReceiver, target_of

RULE = HostRule()
TESTS = HostRule(allow_loopback=True)
PUBLIC = ("142.250.66.74", "2404:6800:4008:c07::5f")
FIREFOX = "https://updates.push.services.mozilla.com/wpush/v2/gAAA"


def resolving_to(*addresses):
    return lambda host, port: [(socket.AF_INET, 1, 6, "", (address, port)) for address in addresses]


def refuse_to_resolve(host, port):
    raise AssertionError("no name should be asked for")


def check(url, *, rule=RULE, addresses=PUBLIC):
    check_endpoint(url, rule=rule, resolve=resolving_to(*addresses))


INSIDE = [
    "10.0.0.1",
    "172.16.3.4",
    "192.168.1.1",
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.7",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:10.0.0.1",
    "::ffff:142.250.66.74",
    "64:ff9b::a00:1",
    "2002:a00:1::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "not an address",
]


@pytest.mark.parametrize("address", INSIDE)
def test_a_listed_name_that_leads_inside_is_refused(address):
    with pytest.raises(EndpointRefused, match="内部网络"):
        check(FIREFOX, addresses=[address])


def test_one_address_inside_among_public_ones_is_refused():
    with pytest.raises(EndpointRefused, match="内部网络"):
        check(FIREFOX, addresses=[*PUBLIC, "10.0.0.1"])


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://10.1.2.3/x",
        "https://2130706433/x",
        "https://0x7f.1/x",
        "https://localhost/x",
        "https://evil.example.com/x",
        "https://fcm.googleapis.com.evil.example.com/x",
        "https://evilfcm.googleapis.com/x",
        "https://fcm.googleapis.com./x",
        "https://notify.windows.com/x",
        "https://xnotify.windows.com/x",
    ],
)
def test_a_host_that_is_not_on_the_list_is_refused_unasked(url):
    with pytest.raises(EndpointRefused, match="名单"):
        check_endpoint(url, rule=RULE, resolve=refuse_to_resolve)


@pytest.mark.parametrize(
    "url",
    [
        "http://fcm.googleapis.com/x",
        "ftp://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com:80/x",
        "//fcm.googleapis.com/x",
        "http://127.0.0.1:9/x",
    ],
)
def test_anything_but_https_on_its_own_port_is_refused(url):
    with pytest.raises(EndpointRefused, match="https"):
        check_endpoint(url, rule=RULE, resolve=refuse_to_resolve)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "not a url",
        "https:///x",
        "https://fcm.googleapis.com:99999/x",
        "https://fcm.googleapis.com:0/x",
        "https://[::1/x",
        "https://fcm.googleapis.com/\r\nHost: evil",
        "https://fcm.googleapis.com\\@evil.example.com/x",
        "https://fcm.googleapis.com/推送",
        "https://ｆcm.googleapis.com/x",
        " https://fcm.googleapis.com/x",
        "https://fcm.googleapis.com/" + "x" * 2048,
    ],
)
def test_an_address_that_readers_take_in_different_ways_is_refused(url):
    with pytest.raises(EndpointRefused, match="读不出来"):
        check_endpoint(url, rule=RULE, resolve=refuse_to_resolve)


@pytest.mark.parametrize(
    "url", ["https://me@fcm.googleapis.com/x", "https://me:pw@fcm.googleapis.com/x", "https://fcm.googleapis.com/x#y"]
)
def test_a_user_name_or_fragment_is_refused(url):
    with pytest.raises(EndpointRefused, match="用户名"):
        check_endpoint(url, rule=RULE, resolve=refuse_to_resolve)


def test_a_refusal_does_not_repeat_the_endpoint():
    with pytest.raises(EndpointRefused) as refusal:
        check("https://evil.example.com/secret")

    assert "secret" not in str(refusal.value)


def test_a_name_without_address_is_told_apart_from_a_bad_one():
    def fail(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    with pytest.raises(EndpointUnresolved):
        check_endpoint(FIREFOX, rule=RULE, resolve=fail)
    with pytest.raises(EndpointUnresolved):
        check(FIREFOX, addresses=[])


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "*",
        "*.com",
        "com",
        "localhost",
        "https://a.example.com",
        "a.example.com/x",
        "*a.example.com",
        "A.example.com",
    ],
)
def test_a_list_entry_that_lets_in_too_much_is_refused(entry):
    with pytest.raises(ValueError, match="不是完整的主机名"):
        HostRule(hosts=(entry,))


@pytest.mark.parametrize(
    "url",
    [
        FIREFOX,
        "https://fcm.googleapis.com/fcm/send/abc:def?x=1",
        "https://FCM.googleapis.com:443/x",
        "https://autopush.push.services.mozilla.com/x",
        "https://wns2-by3p.notify.windows.com/w/?token=abc",
        "https://web.push.apple.com/x",
    ],
)
def test_the_known_push_services_pass(url):
    check(url)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_passes(address):
    check_address(address)


@pytest.mark.parametrize("url", ["http://127.0.0.1:4321/x", "http://localhost:1/x", "http://[::1]:8/x"])
def test_tests_may_speak_to_this_machine(url):
    check_endpoint(url, rule=TESTS, resolve=refuse_to_resolve)


def test_the_allowance_for_tests_reaches_no_other_machine():
    with pytest.raises(EndpointRefused, match="https"):
        check("http://10.0.0.1:4321/x", rule=TESTS)
    with pytest.raises(EndpointRefused, match="内部网络"):
        check(FIREFOX, rule=TESTS, addresses=["127.0.0.1"])


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", "AAAAAAAAAAAAAAAAAAAAAA"),
        ("BBBB", "AAAAAAAAAAAAAAAAAAAAAA"),
        ("B" + "A" * 86, "AAAAAAAAAAAAAAAAAAAAAA"),
        ("不是密钥", "AAAAAAAAAAAAAAAAAAAAAA"),
        ("good", ""),
        ("good", "AAAA"),
        ("good", "不是密钥"),
        ("good", "A"),
    ],
)
def test_keys_that_cannot_encrypt_are_refused(p256dh, auth):
    receiver = PushReceiver()
    target = target_of(receiver.subscription())
    receiver.close()

    with pytest.raises(EndpointRefused, match="密钥"):
        check_subscription_keys(target.p256dh if p256dh == "good" else p256dh, auth)


def test_keys_of_a_browser_pass_with_and_without_padding():
    receiver = PushReceiver()
    target = target_of(receiver.subscription())
    receiver.close()

    check_subscription_keys(target.p256dh, target.auth)
    check_subscription_keys(target.p256dh + "=", target.auth + "==")
