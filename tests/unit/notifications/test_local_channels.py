"""The channels that stay on this machine."""

from notifications.channels.local import WRONG_SECRET, ConsoleChannel, Delivery, NowhereChannel, RecordingChannel
from notifications.messages import Gone, Message, PushTarget, RetryLater, Sent
from notifications.targets import RobotTarget

TARGET = PushTarget("https://push.example.com/secret", "p-secret", "a-secret")
MESSAGE = Message("k", "请确认收到：2026-1（红色）", "云岭村", "/escalations/1", "high", 60)


def test_the_console_keeps_the_endpoint_to_itself(capsys):
    outcome = ConsoleChannel().send(TARGET, MESSAGE)

    printed = capsys.readouterr().out
    assert outcome == Sent("")
    assert printed == "[high] 请确认收到：2026-1（红色） | 云岭村 | /escalations/1\n"


def test_the_recorder_gives_its_answers_in_order_and_then_sends():
    channel = RecordingChannel([RetryLater(5, "429", ""), Gone("410")])

    outcomes = [channel.send(TARGET, MESSAGE) for _ in range(3)]

    assert outcomes == [RetryLater(5, "429", ""), Gone("410"), Sent("recorded-3")]
    assert channel.deliveries == (Delivery(TARGET, MESSAGE),) * 3


def test_both_can_stand_in_for_another_channel():
    assert RecordingChannel(kind="webpush").kind == "webpush"
    assert ConsoleChannel(kind="webpush").kind == "webpush"


def test_a_demonstration_takes_everything_nowhere_but_a_robot_whose_signature_is_to_be_wrong():
    channel = NowhereChannel("dingtalk")

    assert channel.kind == "dingtalk"
    assert channel.send(RobotTarget("k" * 64, "SECright"), MESSAGE) == Sent("")
    assert channel.send(RobotTarget("k" * 64, WRONG_SECRET), MESSAGE).code == "310000"
