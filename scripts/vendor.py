"""Put the front-end files that pages load into ``grid_app/static/vendor``: copies of packages, and bundles of our own.

Run: ``python -m scripts.vendor``. A bundle is one file made of a page's modules, for a first visit over a slow line.
``built.json`` says of which sources each was made, so that the program never serves one that these have left behind.
"""

import filecmp
import hashlib
import json
import shutil
import sys
from pathlib import Path

from scripts import npm_ci

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules"
STATIC = ROOT / "grid_app" / "static"
VENDOR = STATIC / "vendor"
BUILT = VENDOR / "built"
BUNDLES = {"map_frame": "office/map_frame.js", "map_page": "office/map_page.js"}

FILES = {
    "leaflet/dist/leaflet.js": "leaflet/leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet/leaflet.css",
    "leaflet/dist/images/layers.png": "leaflet/images/layers.png",
    "leaflet/dist/images/layers-2x.png": "leaflet/images/layers-2x.png",
    "leaflet/dist/images/marker-icon.png": "leaflet/images/marker-icon.png",
    "leaflet/dist/images/marker-icon-2x.png": "leaflet/images/marker-icon-2x.png",
    "leaflet/dist/images/marker-shadow.png": "leaflet/images/marker-shadow.png",
    "leaflet/LICENSE": "leaflet/LICENSE",
    "idb/build/index.js": "idb/index.js",
    "idb/build/index.d.ts": "idb/index.d.ts",
    "idb/build/entry.d.ts": "idb/entry.d.ts",
    "idb/build/database-extras.d.ts": "idb/database-extras.d.ts",
    "idb/build/wrap-idb-value.d.ts": "idb/wrap-idb-value.d.ts",
    "idb/LICENSE": "idb/LICENSE",
    "flatbush/flatbush.js": "flatbush/flatbush.js",
    "flatbush/LICENSE": "flatbush/LICENSE",
    "pbf/index.js": "pbf/index.js",
    "pbf/index.d.ts": "pbf/index.d.ts",
    "pbf/LICENSE": "pbf/LICENSE",
    "point-in-polygon-hao/dist/pointInPolygon.min.js": "point-in-polygon-hao/pointInPolygon.min.js",
    "point-in-polygon-hao/LICENSE": "point-in-polygon-hao/LICENSE",
}


def missing_files(packages: Path) -> list[str]:
    """Return the files that ``node_modules`` should hold and does not."""
    return [source for source in FILES if not (packages / source).is_file()]


def copy_files(packages: Path, vendor: Path) -> int:
    """Copy what differs and return how many files were written; a second call writes none."""
    written = 0
    for source, target in FILES.items():
        origin, copy = packages / source, vendor / target
        if copy.is_file() and filecmp.cmp(origin, copy, shallow=False):
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        part = copy.with_name(f"{copy.name}.part")
        shutil.copyfile(origin, part)
        part.replace(copy)
        written += 1
    return written


def build(npm: npm_ci.Npm) -> None:
    """Make the bundles anew, and write down the digest of every source of each."""
    shutil.rmtree(BUILT, ignore_errors=True)
    sources = {}
    for name, entry in BUNDLES.items():
        meta = BUILT / f"{name}.json"
        npm.run("run", "--silent", "bundle", "--", f"{STATIC / entry}", f"--outdir={BUILT}", f"--metafile={meta}")
        inputs = [ROOT / source for source in json.loads(meta.read_text("utf-8"))["inputs"]]
        sources[name] = {str(source.relative_to(STATIC)): digest_of(source) for source in sorted(inputs)}
        meta.unlink()
    (BUILT / "built.json").write_text(json.dumps(sources, indent=1), "utf-8")


def digest_of(source: Path) -> str:
    """Return the SHA-256 of a file, as ``grid_app/http/built.py`` compares it."""
    return hashlib.sha256(source.read_bytes()).hexdigest()


def main() -> int:
    """Copy and build the files, or say in one sentence what to run first."""
    missing = missing_files(PACKAGES)
    if missing:
        sys.stderr.write(f"Front-end file {missing[0]} is not installed: run scripts/npm_ci.py first.\n")
        return 1
    sys.stdout.write(f"Front-end files: {copy_files(PACKAGES, VENDOR)} copied, {len(FILES)} in place.\n")
    try:
        build(npm_ci.find_npm())
    except npm_ci.Refused as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
