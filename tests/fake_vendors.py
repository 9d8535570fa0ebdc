"""What the robots and gateways of the vendors do by their documents: they check, keep what they were told, answer.

The checks are written anew from the documents, so that a wrong reading in a channel is not repeated here.
"""

import base64
import hashlib
import hmac
import json
import re
import time
from urllib.parse import quote

from tests.far_end import Asked, FarEnd, Reply, says

KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
SECRET = "SEC4f1dffa7b1a14c4e9d8b"
WINDOW_SECONDS = 3600
TITLE = re.compile(r"\*\*【网格平台】(.+?)\*\*")


class FakeVendor:
    """Keeps the titles it was told; a subclass answers one vendor's way."""

    def __init__(self) -> None:
        self.titles: list[str] = []
        self.far_end = FarEnd(self.judge)

    def judge(self, asked: Asked) -> Reply:
        raise NotImplementedError

    def __enter__(self) -> "FakeVendor":
        self.far_end.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        self.far_end.__exit__(*exc)


class WeComRobot(FakeVendor):
    def judge(self, asked: Asked) -> Reply:
        if asked.path != "/cgi-bin/webhook/send":
            return Reply(404)
        if asked.query != {"key": KEY}:
            return says({"errcode": 93000, "errmsg": f"invalid webhook url {asked.query}"})
        content = asked.document()["markdown"]["content"]
        if len(content.encode()) > 4096:
            return says({"errcode": 40058, "errmsg": "markdown.content exceed max length 4096"})
        self.titles.append(TITLE.search(content)[1])
        return says({"errcode": 0, "errmsg": "ok"})


class DingTalkRobot(FakeVendor):
    now = staticmethod(time.time)

    def judge(self, asked: Asked) -> Reply:
        if asked.path != "/robot/send" or asked.query.get("access_token") != KEY:
            return says({"errcode": 300001, "errmsg": "token is not exist"})
        stamp = asked.query.get("timestamp", "0")
        digest = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
        if abs(int(stamp) / 1000 - self.now()) > WINDOW_SECONDS:
            return says({"errcode": 310000, "errmsg": "invalid timestamp"})
        if asked.query.get("sign") != base64.b64encode(digest).decode():
            return says({"errcode": 310000, "errmsg": "sign not match"})
        if len(asked.body) > 20_000:
            return says({"errcode": 460101, "errmsg": "message too long"})
        self.titles.append(TITLE.search(asked.document()["markdown"]["text"])[1])
        return says({"errcode": 0, "errmsg": "ok"})


class FeishuRobot(FakeVendor):
    now = staticmethod(time.time)

    def judge(self, asked: Asked) -> Reply:
        if asked.path != f"/open-apis/bot/v2/hook/{KEY}":
            return says({"code": 19001, "msg": "param invalid: incoming webhook access token invalid"})
        document = asked.document()
        stamp = str(document.get("timestamp", "0"))
        digest = hmac.new(f"{stamp}\n{SECRET}".encode(), digestmod=hashlib.sha256).digest()
        late = abs(int(stamp) - self.now()) > WINDOW_SECONDS
        if late or document.get("sign") != base64.b64encode(digest).decode():
            return says({"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"})
        if len(asked.body) > 20 * 1024:
            return says({"code": 9499, "msg": "Bad Request"}, 400)
        self.titles.append(document["content"]["post"]["zh_cn"]["title"].removeprefix("【网格平台】"))
        return says({"code": 0, "msg": "success", "data": {}})


class WebhookReceiver(FakeVendor):
    """The receiver that docs/notifications.md describes: signature, five minutes, each id once."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def judge(self, asked: Asked) -> Reply:
        stamp, message_id = asked.headers["X-Grid-Timestamp"], asked.headers["X-Grid-Id"]
        told = f"{stamp}\n{message_id}\n".encode() + asked.body
        right = "sha256=" + hmac.new(SECRET.encode(), told, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(asked.headers["X-Grid-Signature"], right) or abs(int(stamp) - time.time()) > 300:
            return Reply(401)
        if message_id not in self.seen:
            self.seen.add(message_id)
            self.titles.append(asked.document()["title"])
        return says({"id": message_id})


class SmsGateway(FakeVendor):
    """The generic gateway of docs/notifications.md; it is told no title, so it keeps what the template would say."""

    def judge(self, asked: Asked) -> Reply:
        told = f"{asked.headers['X-Grid-Timestamp']}\n{asked.headers['X-Grid-Id']}\n".encode() + asked.body
        right = "sha256=" + hmac.new(SECRET.encode(), told, hashlib.sha256).hexdigest()
        if asked.headers["X-Grid-Signature"] != right:
            return says({"code": "AUTH"}, 401)
        document = asked.document()
        self.titles.append(template_says(document["template_param"]))
        return says({"code": "OK", "message_id": "sms-1"})


class AliyunSms(FakeVendor):
    def judge(self, asked: Asked) -> Reply:
        signed = dict(part.split("=", 1) for part in asked.headers["Authorization"].split(" ", 1)[1].split(","))
        heard = {name.lower(): value for name, value in asked.headers.items()}
        names = signed["SignedHeaders"].split(";")
        query = "&".join(f"{n}={quote(v, safe='-_.~')}" for n, v in sorted(asked.query.items()))
        lines = "".join(f"{name}:{heard[name]}\n" for name in names)
        body = hashlib.sha256(asked.body).hexdigest()
        request = f"POST\n{asked.path}\n{query}\n{lines}\n{';'.join(names)}\n{body}"
        told = f"ACS3-HMAC-SHA256\n{hashlib.sha256(request.encode()).hexdigest()}"
        right = hmac.new(SECRET.encode(), told.encode(), hashlib.sha256).hexdigest()
        if (signed["Credential"], signed["Signature"]) != ("key-id", right) or heard["x-acs-action"] != "SendSms":
            return says({"Code": "SignatureDoesNotMatch", "Message": told}, 400)
        self.titles.append(template_says(json.loads(asked.query["TemplateParam"])))
        return says({"Code": "OK", "Message": "OK", "BizId": "9006197469364984^0", "RequestId": "F655A8D5"})


def template_says(variables: dict[str, str]) -> str:
    """What a person reads, by the template of docs/notifications.md."""
    return f"您有{variables['count']}件事项待确认({variables['case']}),请登录查看"
