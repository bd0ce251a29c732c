"""A small disk of its own, that can be full."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MOUNT, UMOUNT = "/bin/mount", "/bin/umount"


def missing() -> str:
    """Why no disk can be made here, in words; empty when it can."""
    return "" if os.geteuid() == 0 and Path(MOUNT).exists() else "Only root can mount a small disk to fill."


@contextmanager
def a_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Memory mounted at `folder`; gone with what is on it afterwards."""
    folder.mkdir()
    asked = [MOUNT, "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    done = subprocess.run(asked, capture_output=True, timeout=20)
    if done.returncode:
        raise PermissionError(done.stderr.decode())
    try:
        yield folder
    finally:
        subprocess.run([UMOUNT, "-l", str(folder)], capture_output=True, timeout=20)


def fill(folder: Path) -> Path:
    """Take all that is left of it; the file that does."""
    taken = folder / "ballast"
    with taken.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return taken
