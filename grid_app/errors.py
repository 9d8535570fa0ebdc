"""The four ways in which a service refuses, each with a sentence for the person in front of the screen."""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):
    """A refusal: ``sentence`` (zh-CN) says what happened, what to do, and that nothing is lost.

    Parameters
    ----------
    sentence : str
        What the person reads.
    code : str
        Stable machine name of the reason.
    """

    default_code = "refused"

    def __init__(self, sentence: str, *, code: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code or self.default_code


class NotFoundError(Refusal):
    """The thing does not exist, or not for this actor; the two are not told apart."""

    default_code = "not_found"


class ForbiddenError(Refusal):
    """The actor's role does not include the action."""

    default_code = "forbidden"


class ConflictError(Refusal):
    """Somebody else was first, or the state does not allow the step."""

    default_code = "conflict"


class InvalidError(Refusal):
    """The input cannot be taken; ``fields`` maps field names to sentences.

    Parameters
    ----------
    sentence : str
        Summary sentence.
    fields : mapping of str to str
        One sentence per field; may be empty.
    """

    default_code = "invalid"

    def __init__(self, sentence: str, *, fields: Mapping[str, str] | None = None, code: str = "") -> None:
        super().__init__(sentence, code=code)
        self.fields: dict[str, str] = dict(fields or {})
