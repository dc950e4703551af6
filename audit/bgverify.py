"""The verifier as one file: the same bytes from the same sources, wherever it is packed.

Python runs it as it is (`python3 bgverify.pyz`); it needs no installation and no library.
"""

import io
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

_CORE = Path(__file__).resolve().parent / "core"
_SHEBANG = b"#!/usr/bin/env python3\n"
# Millions of entries are looked at and forgotten in turn, so there is nothing to collect. Who reads
# only the first line ends us quietly. Processes that help begin here too, where none is forked.
_MAIN = b"""import gc
import signal
import sys

from audit.core.cli import main

if __name__ == "__main__":
    gc.disable()
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
"""


def packed() -> bytes:
    """Return `bgverify.pyz`."""
    files = {"__main__.py": _MAIN, "audit/__init__.py": b""}
    for path in sorted(_CORE.iterdir()):
        if path.suffix in {".py", ".json"}:
            files[f"audit/core/{path.name}"] = path.read_bytes()
    return stored(files, begin=_SHEBANG)


def stored(files: Mapping[str, bytes], *, begin: bytes = b"") -> bytes:
    """Return a zip of these files behind `begin`: not compressed, in order, each time the same."""
    archive = io.BytesIO(begin)
    archive.seek(0, io.SEEK_END)
    with zipfile.ZipFile(archive, "w") as bundle:
        for name, data in sorted(files.items()):
            info = zipfile.ZipInfo(name)  # its time is the first that a zip knows
            info.create_system, info.external_attr = 3, 0o644 << 16
            bundle.writestr(info, data)
    return archive.getvalue()


def main(place: Path) -> None:
    """Write the verifier to `place`, ready to run."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(packed())
    place.chmod(0o755)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
