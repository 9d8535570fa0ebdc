"""Sets up everything in .venv from a plain Python: packages with hashes, front-end assets. Safe to run again.

Runs on any Python 3, so that a Python too old is told so in a sentence. Usage: bootstrap.py run|test
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
LOCKS = {"run": "requirements.txt", "test": "requirements-dev.txt"}
CANDIDATES = ("python3", "python3.13", "python3.12", "python3.11", "python3.14")


def fail(sentence):
    sys.stderr.write(sentence + "\n")
    sys.exit(1)


def say(sentence):
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


def digest_of(*names):
    total = hashlib.sha256()
    for name in names:
        with open(os.path.join(ROOT, name), "rb") as file:
            total.update(file.read())
    return total.hexdigest()


def stamp_path(kind):
    return os.path.join(VENV, "." + kind + ".stamp")


def stamped(kind, digest):
    try:
        with open(stamp_path(kind)) as file:
            return file.read().strip() == digest
    except OSError:
        return False


def stamp(kind, digest):
    with open(stamp_path(kind), "w") as file:
        file.write(digest + "\n")


def suitable_python():
    """Return a Python of at least 3.11; its absence is one sentence."""
    for name in CANDIDATES:
        path = shutil.which(name)
        if path and subprocess.call([path, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]) == 0:
            return path
    fail("需要 Python 3.11 或更新版本,这台机器上没有。请先安装(如 sudo apt-get install python3),再运行一次。")
    return ""


def make_venv():
    if os.path.exists(PYTHON) and subprocess.call([PYTHON, "-c", "import pip"], stderr=subprocess.DEVNULL) == 0:
        return
    python = suitable_python()
    if subprocess.call([python, "-c", "import ensurepip, venv"], stderr=subprocess.DEVNULL) != 0:
        show = "import sys; print('%d.%d' % sys.version_info[:2])"
        version = subprocess.check_output([python, "-c", show], text=True).strip()
        fail("这台机器的 Python 缺少 venv(ensurepip)。请运行 sudo apt-get install python%s-venv,再运行一次。" % version)
    say("[1/4] 建立 .venv …")
    if subprocess.call([python, "-m", "venv", "--clear", VENV]) != 0:
        fail("没能建立 .venv。请检查磁盘空间和目录权限后重试。")


def pip(*arguments):
    command = [PYTHON, "-m", "pip", "install", "-qq", "--no-compile", "--disable-pip-version-check", "--no-input"]
    if subprocess.call(command + list(arguments), cwd=ROOT) != 0:
        fail("Python 软件包没有装好(上面是 pip 的说明)。请检查网络或镜像设置后再运行一次,已下载的不会重下。")


def install_packages(kind):
    names = ("requirements-build.txt", LOCKS[kind], "pyproject.toml", "scripts/bootstrap.py")
    digest = digest_of(*names)
    if stamped(kind, digest):
        return
    say("[2/4] 安装 Python 软件包(第一次要下载,请稍候)…")
    # It brings a newer pip too: the one of Python 3.11 needs twice as long to find 70 packages.
    pip("--require-hashes", "-r", "requirements-build.txt")
    pip("--require-hashes", "--no-deps", "--no-build-isolation", "--prefer-binary", "-r", LOCKS[kind])
    pip("--no-deps", "--no-build-isolation", "--editable", ".")
    stamp(kind, digest)
    if kind == "test":
        # The test lock contains the run lock, so a later `make run` has nothing to install.
        stamp("run", digest_of("requirements-build.txt", LOCKS["run"], "pyproject.toml", "scripts/bootstrap.py"))


def install_assets(kind):
    office = os.path.join("grid_app", "static", "office")
    modules = [os.path.join(office, name) for name in sorted(os.listdir(os.path.join(ROOT, office)))]
    digest = digest_of("package.json", "package-lock.json", "scripts/vendor.py", "scripts/npm_ci.py", *modules) + kind
    if stamped("assets", digest) or (kind == "run" and stamped("assets", digest[: -len(kind)] + "test")):
        return
    say("[3/4] 准备网页资源 …")
    options = ["--dev"] if kind == "test" else []
    if subprocess.call([PYTHON, os.path.join("scripts", "npm_ci.py"), *options], cwd=ROOT) != 0:
        fail("网页资源没有准备好(上面说明了原因)。处理后再运行一次即可。")
    if subprocess.call([PYTHON, "-m", "scripts.vendor"], cwd=ROOT) != 0:
        fail("网页资源没有复制完整。请删除 node_modules 目录后再运行一次。")
    stamp("assets", digest)


def main(arguments):
    if len(arguments) != 1 or arguments[0] not in LOCKS:
        sys.stderr.write("usage: bootstrap.py run|test\n")
        return 2
    started = time.time()
    make_venv()
    install_packages(arguments[0])
    install_assets(arguments[0])
    if time.time() - started > 1:
        say("[4/4] 环境已就绪,用时 %d 秒。" % (time.time() - started))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
