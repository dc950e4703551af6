"""The verifier as one file: the same bytes from the same sources, wherever it is packed.

Python runs it as it is (`python3 bgverify.pyz`); it needs no installation and no library.
"""

import io
import sys
import zipfile
from pathlib import Path

_CORE = Path(__file__).resolve().parent / "core"
_SHEBANG = b"#!/usr/bin/env python3\n"
_MAIN = b"import sys\n\nfrom audit.core.cli import main\n\nsys.exit(main())\n"


def packed() -> bytes:
    """Return `bgverify.pyz`."""
    files = {"__main__.py": _MAIN, "audit/__init__.py": b""}
    for path in sorted(_CORE.iterdir()):
        if path.suffix in {".py", ".json"}:
            files[f"audit/core/{path.name}"] = path.read_bytes()
    archive = io.BytesIO(_SHEBANG)
    archive.seek(0, io.SEEK_END)
    with zipfile.ZipFile(archive, "w") as bundle:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)  # its time is that of the first zip ever: always the same
            info.external_attr = 0o644 << 16
            info.create_system = 3
            bundle.writestr(info, data)
    return archive.getvalue()


def main(place: Path) -> None:
    """Write the verifier to `place`, ready to run."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(packed())
    place.chmod(0o755)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
