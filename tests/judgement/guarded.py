"""A process that reads commands and dies if a character is looked up past the end of a table.

The scanner of bash's grammar does that (judgement/shellwords.py). What lies behind the table of
the C library differs from process to process; here it is memory that nobody may read.
"""

import ctypes
import json
import mmap
import sys

from judgement import shellwords
from judgement.sigma import fields

_BEFORE, _ENTRIES, _SIZE = 128, 384, 2  # the table is of -128 to 255, two bytes each
_GUARDED = (0x110000 * _SIZE // mmap.PAGESIZE + 1) * mmap.PAGESIZE
_AREA = mmap.mmap(-1, mmap.PAGESIZE + _GUARDED)
_NOBODY = 0


def end_the_table() -> int:
    """Put a copy of the table at the end of a page, and forbid all memory where others would be."""
    libc = ctypes.CDLL(None)
    end = ctypes.addressof(ctypes.c_char.from_buffer(_AREA)) + mmap.PAGESIZE
    start = end - _ENTRIES * _SIZE
    ctypes.memmove(start, table()[0] - _BEFORE * _SIZE, end - start)
    assert not libc.mprotect(ctypes.c_void_p(end), ctypes.c_size_t(_GUARDED), _NOBODY)
    return start + _BEFORE * _SIZE


def table() -> "ctypes._Pointer[ctypes.c_void_p]":
    """Return where the C library keeps the place of its table."""
    function = ctypes.CDLL(None)["__ctype_b_loc"]
    function.restype = ctypes.POINTER(ctypes.c_void_p)
    found: ctypes._Pointer[ctypes.c_void_p] = function()
    return found


if __name__ == "__main__":
    fields.of_commands("true")  # what is imported late sets the place of the table anew
    own = table()[0] = end_the_table()
    for text in json.load(sys.stdin):
        lines = [call.line for call in shellwords.read(text).calls]
        typed = [each["CommandLine"] for each in fields.of_commands(text)]
        sys.stdout.write(json.dumps([lines, typed]) + "\n")
    assert table()[0] == own
