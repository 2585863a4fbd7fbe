"""Take this process's right to write, for good: Linux's Landlock, in three system calls.

A process that confined itself keeps only what it named, as do all that it starts, and nothing
gives the rest back. What an older kernel cannot forbid is left out of what is asked
(https://docs.kernel.org/userspace-api/landlock.html has the table by ABI).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
"""Numbers of the system calls, the same on every architecture that Python runs on."""

RULESET_VERSION = 1
RULE_PATH_BENEATH = 1
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
"""The rights that a rule on a file, not a folder, may name."""

RIGHTS_OF_FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""By the ABI that first knew it: every right on files, folders and devices that is forbidden."""

RIGHTS_OF_NETWORK = {4: 0b11}
"""Bind and connect TCP."""

SCOPES = {6: 0b11}
"""Abstract sockets and signals stay within."""


def abi() -> int:
    """The version of Landlock that this kernel speaks; 0 for none."""
    if sys.platform != "linux":
        return 0
    return max(0, _call(CREATE_RULESET, None, 0, RULESET_VERSION))


def confine(
    *, read: Sequence[Path], write: Sequence[Path], execute: bool = False, network: bool = False
) -> None:
    """Forbid this thread, and whatever it starts, all but this; what is open stays open.

    Parameters
    ----------
    read : sequence of Path
        Files, and folders with all below them; those that do not exist are passed over.
    write : sequence of Path
        Folders where files may be made, written, renamed and removed as well.
    execute : bool
        Programs that may be read may be run.
    network : bool
        TCP stays allowed.

    Raises
    ------
    OSError
        The kernel refuses.
    """
    version = abi()
    files = _newest(RIGHTS_OF_FILES, version)
    wanted = [files, 0 if network else _newest(RIGHTS_OF_NETWORK, version)]
    wanted.append(0 if network else _newest(SCOPES, version))
    # an older kernel takes a shorter request
    request = (ctypes.c_uint64 * 3)(*wanted)
    rules = _must(CREATE_RULESET, request, 8 if version < 4 else 16 if version < 6 else 24, 0)
    try:
        reading = READ_FILE | READ_DIR | (EXECUTE if execute else 0)
        for paths, rights in ((read, reading), (write, files & ~EXECUTE | reading)):
            for path in paths:
                with suppress(FileNotFoundError, NotADirectoryError):
                    _allow(rules, path, rights & files)
        _prctl(PR_SET_NO_NEW_PRIVS, 1)
        _must(RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)


def die_with_parent() -> None:
    """Be killed when the thread that started this process ends, however that ends; Linux only."""
    if sys.platform == "linux":
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def _newest(by_version: dict[int, int], version: int) -> int:
    return max((rights for first, rights in by_version.items() if first <= version), default=0)


def _allow(rules: int, path: Path, rights: int) -> None:
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        allowed = rights if path.is_dir() else rights & OF_FILES
        rule = _PathBeneath(allowed, handle)
        _must(ADD_RULE, rules, RULE_PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(handle)


def _call(number: int, *arguments: object) -> int:
    """A system call's answer, negative where it failed."""
    call = ctypes.CDLL(None, use_errno=True).syscall
    call.restype = ctypes.c_long
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return int(call(ctypes.c_long(number), *words))


def _must(number: int, *arguments: object) -> int:
    answer = _call(number, *arguments)
    if answer < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"Landlock: {os.strerror(code)}")
    return answer


def _prctl(option: int, value: int) -> None:
    zero = ctypes.c_ulong(0)
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    if prctl(ctypes.c_int(option), ctypes.c_ulong(value), zero, zero, zero):
        raise OSError(ctypes.get_errno(), "prctl")
