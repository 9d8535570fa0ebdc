"""Boundary files packed as a zip: unpacked beside nothing else, with limits against archives that grow without end."""

import lzma
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Final

from geo.errors import FileError

MOST_FILES: Final = 200
MOST_BYTES: Final = 1_000_000_000
_BLOCK: Final = 1 << 20
# A name may be no UTF-8 (ValueError); what is packed by another method than deflate has errors of its own.
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, ValueError, EOFError, OSError)


def unpack(archive: Path, folder: Path, *, wanted: tuple[str, ...]) -> Path:
    """Unpack an archive into an empty folder and return the one file in it that can be opened.

    Parameters
    ----------
    archive : Path
        The zip.
    folder : Path
        Where to; names inside keep no folders.
    wanted : tuple of str
        Suffixes of files that can be opened; the others are taken along as their companions.

    Raises
    ------
    FileError
        When it is no zip, locked by a password, too large, or holds none or several such files.
    """
    try:
        with zipfile.ZipFile(archive) as packed:
            names = [info for info in packed.infolist() if not info.is_dir() and _is_meant(info.filename)]
            mains = [info for info in names if PurePosixPath(info.filename).suffix.lower() in wanted]
            if len(mains) != 1:
                raise FileError(
                    f"压缩包 {archive.name} 里要正好有一个边界文件（.shp、.gpkg 或 .geojson），现在有 {len(mains)} 个。"
                    "请重新打包；什么也没有导入。"
                )
            if len(names) > MOST_FILES or sum(info.file_size for info in names) > MOST_BYTES:
                raise FileError(f"压缩包 {archive.name} 解开后太大，请只放一个边界文件。什么也没有导入。")
            for info in names:
                _write(packed, info, folder / PurePosixPath(info.filename).name)
    except _DAMAGED as error:
        raise FileError(f"压缩包 {archive.name} 打不开：已损坏或者加了密码，请重新打包。什么也没有导入。") from error
    return folder / PurePosixPath(mains[0].filename).name


def _is_meant(name: str) -> bool:
    """Leave out what macOS adds beside every file."""
    return not name.startswith("__MACOSX/") and not PurePosixPath(name).name.startswith("._")


def _write(packed: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> None:
    left = MOST_BYTES
    with packed.open(info) as source, path.open("wb") as target:
        while block := source.read(_BLOCK):
            left -= len(block)
            if left < 0:
                raise FileError("压缩包解开后太大，请只放一个边界文件。什么也没有导入。")
            target.write(block)
