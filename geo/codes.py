"""Division codes of county, township, village and grid: their form, level, parent and kind.

Source: the statistical division code rules of the National Bureau of Statistics (国统字〔2009〕91号).
A county code has 6 digits, a township adds 3, a village or community 3 more. A grid code is ours: its
village code, ``J`` for a basic or ``Z`` for a dedicated grid, and a number of 3 digits.
"""

import re
from typing import Final, Literal, get_args

from geo.errors import CodeError

Level = Literal["county", "township", "village", "grid"]
VillageKind = Literal["community", "village", "other"]

LEVELS: Final[tuple[Level, ...]] = get_args(Level)
CODE_LENGTH: Final[dict[Level, int]] = {"county": 6, "township": 9, "village": 12, "grid": 16}

_LEVEL_NAME: Final[dict[Level, str]] = {"county": "县级", "township": "乡镇级", "village": "村级", "grid": "网格"}
_FULL_LENGTH = CODE_LENGTH["village"]
_DIGITS = re.compile(r"[0-9]+")
_GRID = re.compile(r"[0-9]{12}[JZ][0-9]{3}")
_SPACES = re.compile(r"\s+")


def normalise_code(raw: str, level: Level) -> str:
    """Return the code in the one form that is stored for its level.

    Spaces are dropped; a county or township code written with 12 digits loses its trailing zeros; the kind
    letter of a grid becomes a capital.

    Parameters
    ----------
    raw : str
        The code as somebody wrote it.
    level : Level
        The level the code is meant for.

    Raises
    ------
    CodeError
        When the code is empty, has another length or other characters than its level asks for.

    Examples
    --------
    >>> normalise_code(" 430702 001000 ", "township")
    '430702001'
    """
    code = _SPACES.sub("", raw).upper()
    if not code:
        raise CodeError(f"{_LEVEL_NAME[level]}代码是空的，请补上代码。")
    if level == "grid":
        return _grid_code(code)
    if not _DIGITS.fullmatch(code):
        raise CodeError(f"{_LEVEL_NAME[level]}代码“{code}”含有数字以外的字符，请改成纯数字。")
    length = CODE_LENGTH[level]
    if len(code) == _FULL_LENGTH and not code[length:].strip("0"):
        code = code[:length]
    if len(code) != length:
        raise CodeError(f"{_LEVEL_NAME[level]}代码应为 {length} 位数字，“{code}”有 {len(code)} 位，请核对级别和代码。")
    return code


def level_of(code: str) -> Level:
    """Return the level a normalised code belongs to.

    Raises
    ------
    CodeError
        When the code has the form of no level.

    Examples
    --------
    >>> level_of("430702001004")
    'village'
    """
    for level, length in CODE_LENGTH.items():
        if len(code) == length and (_GRID if level == "grid" else _DIGITS).fullmatch(code):
            return level
    raise CodeError(f"“{code}”不是区划代码：县级 6 位、乡镇级 9 位、村级 12 位、网格 16 位，请核对。")


def parent_code(code: str) -> str | None:
    """Return the code one level up; None for a county, whose parent the platform does not keep.

    Raises
    ------
    CodeError
        When the code has the form of no level.

    Examples
    --------
    >>> parent_code("430702001004J001")
    '430702001004'
    """
    position = LEVELS.index(level_of(code))
    return code[: CODE_LENGTH[LEVELS[position - 1]]] if position else None


def kind_of(code: str) -> VillageKind:
    """Return whether a village-level code names a community or a village, or neither.

    Digits 10-12 decide: 001-199 is a residents' committee, 200-399 a villagers' committee; 400-499 and 500-599
    are units similar to the one or the other (farms, forest farms, development zones) and count with it.

    Parameters
    ----------
    code : str
        A village code of 12 digits, or a grid code, whose village is meant.

    Raises
    ------
    CodeError
        When the code is of a county or township.

    Examples
    --------
    >>> kind_of("430702001004"), kind_of("430726505598")
    ('community', 'village')
    """
    if level_of(code) not in ("village", "grid"):
        raise CodeError(f"“{code}”不是村级代码，村级代码应为 12 位数字，请核对。")
    number = int(code[9:12])
    if 1 <= number <= 199 or 400 <= number <= 499:
        return "community"
    if 200 <= number <= 399 or 500 <= number <= 599:
        return "village"
    return "other"


def _grid_code(code: str) -> str:
    if not _GRID.fullmatch(code):
        raise CodeError(f"网格代码“{code}”应为 12 位村级代码加 J 或 Z 再加 3 位数字，共 16 位，请核对。")
    return code
