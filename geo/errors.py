"""What goes wrong with codes, coordinates and boundary files, as sentences a clerk can act on."""


class GeometryError(Exception):
    """A code, a coordinate or a boundary file that cannot be used.

    Attributes
    ----------
    message : str
        One zh-CN sentence: what is wrong and what to do about it.
    feature : str or None
        Which feature is meant, by name, code or number; None when it is the whole file or a lone value.
    """

    def __init__(self, message: str, *, feature: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.feature = feature


class CodeError(GeometryError):
    """A division code of the wrong form."""


class FileError(GeometryError):
    """A boundary file that cannot be read, or lacks what an import needs."""


class DatumError(GeometryError):
    """Coordinates that do not fit the reference system they are said to be in."""
