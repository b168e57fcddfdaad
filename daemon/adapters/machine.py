"""The machine: its memory and its disks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psutil

_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smbfs", "smb3", "afpfs", "webdav", "davfs", "9p", "fuse.sshfs", "sshfs"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Bytes of main memory: all of it, and what programs can still take."""

    total: int
    available: int


def memory() -> Memory:
    """The memory as it stands now."""
    now = psutil.virtual_memory()
    return Memory(total=now.total, available=now.available)


def network_file_system(path: Path) -> str:
    """The kind of network file system ``path`` lies on (``nfs4``); empty for a local one."""
    real = path.resolve()
    mounts = [part for part in psutil.disk_partitions(all=True) if real.is_relative_to(part.mountpoint)]
    nearest = max(mounts, key=lambda part: len(part.mountpoint), default=None)
    return nearest.fstype if nearest and nearest.fstype.lower() in _NETWORK else ""


def resident_bytes() -> int:
    """Main memory that this process holds."""
    return int(psutil.Process().memory_info().rss)
