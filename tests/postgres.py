"""A PostgreSQL server of the tests' own: in a temporary folder, on a socket only, gone when they end."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import MappingProxyType

import psycopg
from sqlalchemy.engine import URL, make_url

import dev

USER = "postgres"
START_TIMEOUT_S = 60.0
TEMPLATE = "migrated"

_INITDB = (
    # Texts of the server compare as people of a language expect, so that a test sees where ours would.
    "--encoding=UTF8", "--locale=C", "--locale-provider=icu", "--icu-locale=en",
    f"--username={USER}", "--auth=trust", "--no-sync", "--no-instructions",
)  # fmt: skip
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "200",
    # The usual kind needs room that containers do not give.
    "dynamic_shared_memory_type": "mmap",
}


class CannotStart(Exception):  # noqa: N818 - names the condition
    """There is no PostgreSQL server here, or it does not start; the text says why."""


class Postgres:
    """A running server, with a database that is migrated and empty."""

    def __init__(
        self, settings: Mapping[str, str] = MappingProxyType({}), *, comes_back: bool = False
    ) -> None:
        """settings: of the server, in place of those that make tests fast. comes_back: it is started anew
        when it is killed. Raises `CannotStart`."""
        self._settings = {**_SETTINGS, **settings}
        self._comes_back = comes_back
        programs = dev.postgres_programs()
        if programs is None or sys.platform == "win32":
            raise CannotStart("there is no PostgreSQL server (Debian's package postgresql)")
        # Not in pytest's own folder: the path of a socket is at most 107 bytes long.
        self._folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._numbers = count(1)
        self._old: deque[str] = deque()
        if os.geteuid() == 0:  # it refuses to run as root
            shutil.chown(self._folder, USER)
        self._process = self._start(programs)
        try:
            self._admin = self._connected()
            self._make_template()
        except BaseException:
            self.stop()
            raise

    def _start(self, programs: Path) -> subprocess.Popen[bytes]:
        data = self._folder / "data"
        initdb = shlex.join([str(programs / "initdb"), *_INITDB, f"--pgdata={data}"])
        settings = {**self._settings, "unix_socket_directories": str(self._folder)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        server = shlex.join([str(programs / "postgres"), "-D", str(data), *options])
        # `cat` ends with the test process, however that ends, and the server with it.
        run = f"{server} & pid=$!; {{ cat <&3; kill -INT $pid; }} & wait $pid"
        if self._comes_back:
            ended, number = self._folder / "ended", f"$(head -n 1 {data}/postmaster.pid)"
            stop = f"{{ cat <&3; touch {ended}; kill -INT {number}; }} &"
            run = f"{stop} until [ -e {ended} ]; do {server}; sleep 0.05; done"
        script = f"exec 3<&0 >{self.log} 2>&1; {initdb} && {{ {run}; }}; rm -r {data}"
        command = ["sh", "-c", script]
        if os.geteuid() == 0:
            command = ["su", USER, "-s", "/bin/sh", "-c", script]
        return subprocess.Popen(command, stdin=subprocess.PIPE, cwd=self._folder)

    def _connected(self) -> psycopg.Connection:
        give_up = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                return psycopg.connect(host=str(self._folder), user=USER, dbname=USER, autocommit=True)
            except psycopg.OperationalError as error:
                if self._process.poll() is None and time.monotonic() < give_up:
                    time.sleep(0.02)
                    continue
                said = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
                raise CannotStart(f"the PostgreSQL server does not start: {said or error}") from error

    def _make_template(self) -> None:
        from engine.store.database import Database

        self._admin.execute(f"CREATE DATABASE {TEMPLATE}".encode())
        Database.open(self.url(TEMPLATE)).close()

    @property
    def log(self) -> Path:
        """What the server says."""
        return self._folder / "log"

    def url(self, database: str) -> str:
        """The URL of one of its databases."""
        address = {"host": str(self._folder)}
        return URL.create("postgresql+psycopg", USER, database=database, query=address).render_as_string()

    @contextmanager
    def database(self, *, encoding: str = "", copy_of: str | None = None) -> Iterator[str]:
        """The URL of a new database, dropped after the end; with an encoding of its own it is not migrated.

        copy_of: URL of one of its databases, to which nobody is connected.
        """
        self._drop_old()
        name = f"test_{next(self._numbers)}"
        like = TEMPLATE if copy_of is None else str(make_url(copy_of).database)
        if encoding:
            like = f"template0 ENCODING {encoding} LOCALE_PROVIDER libc"
        self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {like}".encode())
        try:
            yield self.url(name)
        finally:
            self._old.append(name)

    def _drop_old(self) -> None:
        """Drop what nobody uses any more, but for the last. A connection needs a moment to clear away its
        temporary tables, and PostgreSQL sleeps for a tenth of a second where it finds one."""
        while len(self._old) > 1:
            self._admin.execute(f"DROP DATABASE {self._old.popleft()} WITH (FORCE)".encode())

    def kill(self, number: int) -> None:
        """End the server by a signal, and wait until it is back: only one that comes back."""
        before = self._number()
        os.kill(before, number)
        self._admin.close()
        while self._number() in (before, 0):
            time.sleep(0.02)
        self._admin = self._connected()

    def _number(self) -> int:
        """The server's process, 0 where there is none."""
        file = self._folder / "data" / "postmaster.pid"
        return int(file.read_text().split()[0]) if file.exists() and file.stat().st_size else 0

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self._folder / ".s.PGSQL.5432"

    def stop(self) -> None:
        assert self._process.stdin is not None
        if hasattr(self, "_admin"):
            self._admin.close()
        self._process.stdin.close()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
