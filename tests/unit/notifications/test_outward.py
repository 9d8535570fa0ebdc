"""Which addresses are called: no name, number, redirect or rebinding leads into a network that is not ours to enter."""

import socket

import pytest

from notifications.channels.answers import Answer
from notifications.channels.line import OutwardLine
from notifications.messages import Misconfigured, RetryLater
from notifications.outward import OutwardRefused, OutwardRule, OutwardUnresolved, check_outward, check_reached
from tests.far_end import FarEnd, Reply, certificate, says
from tests.proxy import Proxy

RULE = OutwardRule(
    hosts=("qyapi.weixin.qq.com", "*.example.gov.cn", "hook.example.com:8443"),
    internal_hosts=("im.county.local", "mail.county.local:8025", "10.1.2.3", "127.0.0.1:9000"),
)


def leads_to(*addresses):
    return lambda host, port: [(0, 0, 0, "", (address, port)) for address in addresses]


PUBLIC = leads_to("203.107.1.1")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://evil.example.com/", "host"),
        ("https://qyapi.weixin.qq.com.evil.example.com/", "host"),
        ("https://example.gov.cn/", "host"),
        ("https://qyapi.weixin.qq.com./", "host"),
        ("https://qyapi.weixin.qq.com:8443/", "host"),
        ("https://hook.example.com/", "host"),
        ("http://qyapi.weixin.qq.com/", "scheme"),
        ("http://qyapi.weixin.qq.com:443/", "host"),
        ("https://qyapi.weixin.qq.com@evil.example.com/", "address_form"),
        ("https://evil.example.com@qyapi.weixin.qq.com/", "address_form"),
        ("https://qyapi.weixin.qq.com\\@evil.example.com/", "address_form"),
        ("https://qyapi.weixin.qq.com#@evil.example.com/", "address_form"),
        ("https://qyapi.weixin.qq.com/ x", "address_form"),
        ("https://qyapi.weixin.qq.com\n.evil.example.com/", "address_form"),
        ("ftp://qyapi.weixin.qq.com/", "address_form"),
        ("file:///etc/passwd", "address_form"),
        ("gopher://10.1.2.3/", "address_form"),
        ("https:///nohost", "address_form"),
        ("https://[::1", "address_form"),
        ("", "address_form"),
        ("https://2130706433/", "host"),
        ("https://0x7f000001/", "host"),
        ("https://127.1/", "host"),
        ("https://0177.0.0.1/", "host"),
        ("http://127.0.0.1/", "port"),
        ("http://127.0.0.1:6379/", "port"),
        ("http://10.1.2.3:6379/", "port"),
        ("http://10.1.2.4/", "host"),
        ("http://169.254.169.254/latest/meta-data/", "host"),
        ("http://100.100.100.200/latest/meta-data/", "host"),
        ("https://[::ffff:10.1.2.3]/", "host"),
        ("https://[::ffff:a9fe:a9fe]/", "host"),
        ("https://[::1]/", "host"),
    ],
)
def test_an_address_that_is_not_on_a_list_or_can_be_read_in_two_ways_is_refused(url, code):
    with pytest.raises(OutwardRefused) as refusal:
        check_outward(url, rule=RULE, resolve=PUBLIC)

    assert refusal.value.code == code


@pytest.mark.parametrize(
    "url",
    [
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x",
        "https://qyapi.weixin.qq.com:443/",
        "https://QYAPI.weixin.qq.com/",
        "https://im.example.gov.cn/",
        "https://hook.example.com:8443/in",
    ],
)
def test_a_listed_host_at_a_public_address_is_called(url):
    check_outward(url, rule=RULE, resolve=PUBLIC)


INSIDE = ["10.0.0.1", "172.16.0.1", "192.168.1.1", "fd12::1"]
NOWHERE = [
    "127.0.0.1",
    "0.0.0.0",
    "169.254.169.254",
    "100.100.100.200",
    "fd00:ec2::254",
    "fe80::1",
    "::1",
    "::",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "2002:7f00:1::",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "not an address",
]


@pytest.mark.parametrize("address", [*INSIDE, *NOWHERE])
def test_a_public_host_that_leads_inside_is_refused(address):
    with pytest.raises(OutwardRefused) as refusal:
        check_outward("https://qyapi.weixin.qq.com/", rule=RULE, resolve=leads_to("203.107.1.1", address))

    assert refusal.value.code == "inside"


@pytest.mark.parametrize("address", INSIDE)
def test_an_internal_host_may_be_inside_and_speak_plain_http(address):
    check_outward("http://im.county.local/robot", rule=RULE, resolve=leads_to(address))


@pytest.mark.parametrize("address", NOWHERE)
def test_not_even_an_internal_host_may_be_this_machine_or_the_metadata_of_a_cloud(address):
    with pytest.raises(OutwardRefused):
        check_outward("http://im.county.local/robot", rule=RULE, resolve=leads_to(address))


def test_this_machine_is_called_only_by_its_number_and_the_port_that_is_listed():
    check_outward("http://127.0.0.1:9000/", rule=RULE, resolve=leads_to("127.0.0.1"))

    with pytest.raises(OutwardRefused):
        check_reached("im.county.local", "127.0.0.1", rule=RULE)


def test_a_name_without_address_may_have_one_later():
    def fails(host, port):
        raise socket.gaierror

    for resolve in (fails, leads_to()):
        with pytest.raises(OutwardUnresolved):
            check_outward("https://qyapi.weixin.qq.com/", rule=RULE, resolve=resolve)


@pytest.mark.parametrize(
    "entry", ["*", "*.cn", "host", "127.1", "2130706433", "a.example.com:0", "a.example.com:x", "::1"]
)
def test_a_list_entry_that_lets_in_more_than_it_says_is_refused(entry):
    with pytest.raises(ValueError, match="名单"):
        OutwardRule(hosts=(entry,))


@pytest.mark.parametrize(
    "proxy", ["proxy", "socks5://p.example.com:1080", "http://p.example.com", "http://p.example.com:80/x"]
)
def test_a_proxy_that_is_no_address_is_refused_without_repeating_it(proxy):
    with pytest.raises(ValueError, match="代理") as refusal:
        OutwardRule(proxy=proxy)

    assert proxy not in str(refusal.value)


def test_the_password_of_a_proxy_is_not_shown():
    assert "hush" not in repr(OutwardRule(proxy="http://me:hush@10.0.0.9:3128"))


@pytest.fixture
def robot(tmp_path):
    file = certificate(tmp_path, "robot.example.com")
    with FarEnd(lambda asked: says({"errcode": 0}), tls_file=file) as far_end:
        yield far_end, str(file)


def through(proxy, file, **lists):
    rule = OutwardRule(**{"hosts": ("robot.example.com",), "proxy": proxy.address, **lists})
    return OutwardLine(rule, timeout_seconds=5, ca_file=file, resolve=leads_to())


def test_a_call_goes_through_the_proxy_which_sees_the_host_and_no_key(robot):
    far_end, file = robot
    with Proxy(far_end.host) as proxy:
        answer = through(proxy, file).post("https://robot.example.com/send?key=hush", b"{}", {})

    assert isinstance(answer, Answer)
    assert proxy.asked == ["robot.example.com:443"]
    assert far_end.asked[0].query == {"key": "hush"}
    assert "hush" not in "".join(proxy.heads)


def test_an_internal_host_is_called_past_the_proxy():
    with Proxy() as proxy, FarEnd(lambda asked: says({})) as inside:
        line = OutwardLine(OutwardRule(internal_hosts=(inside.host,), proxy=proxy.address), timeout_seconds=5)

        assert isinstance(line.post(f"{inside.origin}/x", b"", {}), Answer)
    assert proxy.asked == []


def test_a_proxy_that_refuses_us_is_a_fault_of_the_setting():
    with Proxy() as proxy:
        outcome = through(proxy, "").post("https://robot.example.com/send?key=hush", b"{}", {})

    assert outcome == Misconfigured("proxy", outcome.detail)


def test_a_number_is_not_called_by_the_proxy_either():
    with Proxy() as proxy:
        outcome = through(proxy, "", hosts=("10.0.0.8",)).post("https://10.0.0.8/", b"", {})

    assert outcome == Misconfigured("inside", outcome.detail)
    assert proxy.asked == []


def test_a_certificate_that_nobody_vouches_for_is_a_fault_of_the_setting(robot):
    far_end, _ = robot
    line = OutwardLine(OutwardRule(internal_hosts=(far_end.host,)), timeout_seconds=5)

    outcome = line.post(f"https://{far_end.host}/send?key=hush", b"{}", {})

    assert outcome == Misconfigured("certificate", outcome.detail)
    assert far_end.asked == []


def test_the_authority_that_the_setting_names_is_trusted(robot):
    far_end, file = robot
    line = OutwardLine(OutwardRule(internal_hosts=(far_end.host,)), timeout_seconds=5, ca_file=file)

    assert isinstance(line.post(f"https://{far_end.host}/", b"{}", {}), Answer)


def test_a_name_that_leads_elsewhere_at_the_second_asking_is_hung_up_on_before_a_word(monkeypatch, robot):
    far_end, file = robot
    port = int(far_end.host.partition(":")[2])
    entry = f"robot.example.com:{port}"
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest, **named: real("127.0.0.1", *rest, **named)
    )  # what the connection asks; the check before it was told a public address
    line = OutwardLine(OutwardRule(hosts=(entry,)), timeout_seconds=5, ca_file=file, resolve=PUBLIC)

    outcome = line.post(f"https://{entry}/send?key=hush", b"{}", {})

    assert outcome == Misconfigured("inside", outcome.detail)
    assert far_end.asked == []


@pytest.mark.parametrize("location", ["http://169.254.169.254/", "https://robot.example.com/", "//10.0.0.1/"])
def test_a_redirect_leads_nowhere(location):
    with FarEnd(lambda asked: Reply(302, b"", {"Location": location})) as far_end:
        answer = far_end.line().post(f"{far_end.origin}/x", b"", {})

        assert isinstance(answer, Answer)
        assert answer.status == 302
        assert len(far_end.asked) == 1


def test_no_cookie_is_kept_and_no_proxy_of_the_surroundings_is_used(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with FarEnd(lambda asked: Reply(200, b"{}", {"Set-Cookie": "who=me"})) as far_end:
        line = far_end.line()
        for _ in range(2):
            assert isinstance(line.post(f"{far_end.origin}/x", b"", {}), Answer)

        assert ["Cookie" in asked.headers for asked in far_end.asked] == [False, False]


def test_an_unknown_name_is_for_later():
    line = OutwardLine(OutwardRule(hosts=("robot.example.com",)), resolve=leads_to())

    outcome = line.post("https://robot.example.com/", b"", {})

    assert outcome == RetryLater(None, "unresolved", outcome.detail)
