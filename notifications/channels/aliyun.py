"""Text messages by Aliyun 阿里云短信: the operation SendSms under signature V3.

Published at https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature (signature
ACS3-HMAC-SHA256, with the example that the tests repeat) and
https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendsms (operation, codes).
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlsplit

from notifications.channels.answers import Answer, outcome_of_code
from notifications.channels.robots import Line
from notifications.channels.sms import SmsAccount, provider_id
from notifications.messages import Gone, Misconfigured, Outcome, Refused, RetryLater, Sent
from notifications.outward import ALIYUN_URL
from notifications.ports import Clock

_ALGORITHM: Final = "ACS3-HMAC-SHA256"
_ACCOUNT = "The account may not send: check its key, its rights, its balance and the product."
_TEMPLATE = "The template, its variables or the signature name are not what Aliyun has approved."
_CLOCK = "Aliyun does not accept the signature: check the key and this server's clock."
_BUSY = "Aliyun is busy."
_USED_UP = "The limit that was set for this account is used up: raise it at Aliyun."
_LIMIT = "Aliyun takes no more for this number now."


def _each(kind: type[Misconfigured] | type[Refused], detail: str, *codes: str) -> dict[str, Outcome]:
    """Return the same outcome for each code."""
    return {code: kind(code, detail) for code in codes}


OUTCOMES: Final[dict[str, Outcome]] = {
    "isv.BUSINESS_LIMIT_CONTROL": RetryLater(3600, "isv.BUSINESS_LIMIT_CONTROL", _LIMIT),
    "isv.MOBILE_NUMBER_ILLEGAL": Gone("isv.MOBILE_NUMBER_ILLEGAL"),
    "isp.SYSTEM_ERROR": RetryLater(None, "isp.SYSTEM_ERROR", _BUSY),
    "isp.GATEWAY_EXCEPTION": RetryLater(None, "isp.GATEWAY_EXCEPTION", _BUSY),
    "Throttling": RetryLater(None, "Throttling", _BUSY),
    "Throttling.User": RetryLater(None, "Throttling.User", _BUSY),
    "Throttling.Api": RetryLater(None, "Throttling.Api", _BUSY),
    "ServiceUnavailable": RetryLater(None, "ServiceUnavailable", _BUSY),
    "InternalError": RetryLater(None, "InternalError", _BUSY),
    **_each(Misconfigured, _USED_UP, "isv.DAY_LIMIT_CONTROL", "isv.MONTH_LIMIT_CONTROL"),
    **_each(
        Misconfigured,
        _ACCOUNT,
        "isp.RAM_PERMISSION_DENY",
        "isv.OUT_OF_SERVICE",
        "isv.AMOUNT_NOT_ENOUGH",
        "isv.ACCOUNT_NOT_EXISTS",
        "isv.ACCOUNT_ABNORMAL",
        "isv.PRODUCT_UN_SUBSCRIPT",
        "isv.PRODUCT_UNSUBSCRIBE",
        "isv.DENY_IP_RANGE",
        "InvalidAccessKeyId.NotFound",
        "InvalidAccessKeyId.Inactive",
        "NoPermission",
        "Forbidden",
        "Forbidden.RAM",
    ),
    **_each(
        Misconfigured,
        _TEMPLATE,
        "isv.SMS_TEMPLATE_ILLEGAL",
        "isv.SMS_SIGNATURE_ILLEGAL",
        "isv.SMS_SIGN_ILLEGAL",
        "isv.SMS_SIGNATURE_SCENE_ILLEGAL",
        "isv.TEMPLATE_MISSING_PARAMETERS",
        "isv.TEMPLATE_PARAMS_ILLEGAL",
        "isv.INVALID_JSON_PARAM",
        "isv.SMS_CONTENT_MISMATCH_TEMPLATE_TYPE",
    ),
    **_each(
        Misconfigured,
        _CLOCK,
        "SignatureDoesNotMatch",
        "InvalidTimeStamp.Expired",
        "IncompleteSignature",
        "SignatureNonceUsed",
    ),
    **_each(
        Refused,
        "Aliyun does not accept what stands in the message.",
        "isv.PARAM_LENGTH_LIMIT",
        "isv.PARAM_NOT_SUPPORT_URL",
        "isv.BLACK_KEY_CONTROL_LIMIT",
        "isv.INVALID_PARAMETERS",
        "MissingParameter",
    ),
}


class AliyunGateway:
    """Hands a text message to Aliyun."""

    def __init__(
        self, line: Line, account: SmsAccount, *, clock: Clock, base_url: str = ALIYUN_URL, nonce: str = ""
    ) -> None:
        self._line = line
        self._account = account
        self._clock = clock
        self._base = base_url.rstrip("/")
        self._nonce = nonce

    def submit(self, number: str, variables: Mapping[str, str], message_id: str) -> Outcome:
        """Return how the handing over ended: sent means HTTP 2xx and the code OK."""
        query = {
            "OutId": message_id,
            "PhoneNumbers": number,
            "SignName": self._account.sign_name,
            "TemplateCode": self._account.template,
            "TemplateParam": json.dumps(dict(variables), ensure_ascii=False, separators=(",", ":")),
        }
        at = self._clock.now()
        # a number used once: a repeated try of the same message comes at another moment
        nonce = self._nonce or hashlib.sha256(f"{message_id} {at.isoformat()}".encode()).hexdigest()[:32]
        headers = acs3_headers(
            self._account,
            host=urlsplit(self._base).netloc,
            action="SendSms",
            version="2017-05-25",
            at=at,
            nonce=nonce,
            query=query,
        )
        answer = self._line.post(f"{self._base}/?{canonical_query(query)}", b"", headers)
        return _outcome(answer) if isinstance(answer, Answer) else answer


def acs3_headers(
    account: SmsAccount,
    *,
    host: str,
    action: str,
    version: str,
    at: datetime,
    nonce: str,
    query: Mapping[str, str],
) -> dict[str, str]:
    """Return the headers of a POST without body, the signature among them."""
    nothing = hashlib.sha256(b"").hexdigest()
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": nothing,
        "x-acs-date": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = ";".join(sorted(headers))
    told = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = f"POST\n/\n{canonical_query(query)}\n{told}\n{names}\n{nothing}"
    signed = f"{_ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(account.key_secret.encode(), signed.encode(), hashlib.sha256).hexdigest()
    authorization = f"{_ALGORITHM} Credential={account.key_id},SignedHeaders={names},Signature={signature}"
    return headers | {"Authorization": authorization}


def canonical_query(query: Mapping[str, str]) -> str:
    """Return the parameters in order, percent-encoded by RFC 3986."""
    return "&".join(f"{quote(name, safe='-_.~')}={quote(query[name], safe='-_.~')}" for name in sorted(query))


def _outcome(answer: Answer) -> Outcome:
    document = answer.document()
    outcome = outcome_of_code(answer, document.get("Code"), OUTCOMES, good="OK")
    return Sent(provider_id(document.get("BizId"))) if isinstance(outcome, Sent) else outcome
