"""A PostgreSQL cluster that keeps its word over a crash, and can be crashed."""

from __future__ import annotations

import shutil

from tests.postgres import Cluster

MOST_CONNECTIONS = 200


class CrashingCluster(Cluster):
    """A cluster with the durability that an installation has; its restarts are crashes."""

    def options(self) -> str:
        """Return how the server is started: as it comes, but for where it listens."""
        return (
            f"-c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} -p {self.port} "
            f"-c max_connections={MOST_CONNECTIONS}"
        )

    def start(self) -> CrashingCluster:
        """Make the cluster and start it."""
        owner = self._owner()
        if owner:
            shutil.chown(self.folder, owner.pw_name)
            self.folder.chmod(0o700)
        self._run("initdb", "-D", str(self.folder / "data"), "-U", "grid", "-A", "trust", "-E", "UTF8",
                  "--locale=C.UTF-8")  # fmt: skip
        self._pg_ctl("start")
        return self

    def crash(self) -> None:
        """Stop it without a word to anybody and start it again; it recovers from its log."""
        self._pg_ctl("restart", "-m", "immediate")

    def _pg_ctl(self, *deed: str) -> None:
        data, log = str(self.folder / "data"), str(self.folder / "log")
        self._run("pg_ctl", "-D", data, "-o", self.options(), "-l", log, "-w", *deed)
