"""How the process gets its memory from the system."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

# Of glibc's malloc.h.
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3

# Audio of a second has 96 kB; chunks of it come and go in megabytes.
_LARGE_BYTES = 256 << 10
_TRIM_BYTES = 1 << 20


def return_large_blocks() -> bool:
    """Makes glibc give large blocks back to the system when they are freed.

    Left alone, it takes the size of freed blocks for a sign that more of them will come, keeps them in the heaps of its
    threads, and the heaps fall into pieces: a server then keeps a hundred megabytes that nobody uses. The variables
    ``MALLOC_MMAP_THRESHOLD_`` and ``MALLOC_TRIM_THRESHOLD_`` do the same from outside.

    Returns:
        Whether this was done. Other C libraries are left as they are.
    """
    mallopt = _of_glibc("mallopt")
    if mallopt is None:
        return False
    return bool(mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)) and bool(mallopt(_M_TRIM_THRESHOLD, _TRIM_BYTES))


def give_back_free_pages() -> None:
    """Makes glibc give back what lies free in the middle of its heaps, as encoders and requests leave it.

    It takes some milliseconds, in which other threads wait if they want memory. Other C libraries are left as they are.
    """
    malloc_trim = _of_glibc("malloc_trim")
    if malloc_trim is not None:
        malloc_trim(0)


def _of_glibc(name: str) -> Callable[..., int] | None:
    """A function of the C library, where that is glibc."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
