"""What `make run` accepts, and how it looks after its processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import processes
from config.children import Child, Children
from config.run import Options, Refusal


class TestOptions:
    def test_nothing_asked_for_is_a_demo_on_this_machine(self) -> None:
        assert Options.read({}) == Options(host="127.0.0.1", port=8000, demo=True)

    @pytest.mark.parametrize("bind", ["8000", "localhost", ":8000", "127.0.0.1:0", "::1:99999"])
    def test_refuses_half_an_address(self, bind: str) -> None:
        with pytest.raises(Refusal, match=r"such as 127\.0\.0\.1:8000"):
            Options.read({"BIND": bind})

    @pytest.mark.parametrize("bind", ["0.0.0.0:80", "[::]:80", "192.0.2.1:80", "example.com:80"])
    def test_refuses_a_demo_that_others_could_reach(self, bind: str) -> None:
        with pytest.raises(Refusal, match="does not listen on"):
            Options.read({"BIND": bind})

    @pytest.mark.parametrize("bind", ["127.0.0.2:80", "localhost:81", "[::1]:82"])
    def test_allows_a_demo_on_this_machine(self, bind: str) -> None:
        assert Options.read({"BIND": bind}).demo

    def test_listens_anywhere_without_the_demo(self) -> None:
        options = Options.read({"BIND": "0.0.0.0:8000", "DEMO": "no"})
        assert options.url == "http://127.0.0.1:8000"

    def test_refuses_anything_but_yes_and_no(self) -> None:
        with pytest.raises(Refusal, match='use "yes" or "no"'):
            Options.read({"DEMO": "1"})

    def test_an_ipv6_address_stands_in_brackets(self) -> None:
        assert Options.read({"BIND": "[::1]:8000"}).url == "http://[::1]:8000"


class TestChildren:
    @pytest.fixture
    def children(self) -> Iterator[Children]:
        children = Children()
        yield children
        children.stop()

    def test_what_they_say_is_shown_with_their_name(
        self, children: Children, capsys: pytest.CaptureFixture[str]
    ) -> None:
        children.add(_child("speaker", "echo hello; sleep 60"))
        children.pump(0.5)
        assert capsys.readouterr().out == "  speaker hello\n"

    def test_one_that_dies_is_started_again(
        self, children: Children, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        children.add(_child("mortal", f"echo x >> {tmp_path}/lives; exit 3"))
        children.pump(1.2)
        assert len((tmp_path / "lives").read_text().split()) == 2
        assert "ended with status 3; starts again in 0.5 s" in capsys.readouterr().out

    def test_they_end_with_all_their_own_children(self, tmp_path: Path) -> None:
        children = Children()
        children.add(_child("parent", f"sleep 60 & echo $! > {tmp_path}/pid; wait"))
        children.pump(0.5)
        children.stop()
        assert _is_gone(int((tmp_path / "pid").read_text()))


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux can tell children of a death.")
def test_a_killed_supervisor_leaves_nothing_behind(tmp_path: Path) -> None:
    script = (
        "import os, subprocess, time; from config import processes\n"
        "child = processes.start(['sleep', '60'], account=processes.myself(), env=os.environ,"
        " output=subprocess.DEVNULL)\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
    ) as supervisor:
        assert supervisor.stdout
        pid = int(supervisor.stdout.readline())
        supervisor.kill()
    assert _is_gone(pid)


def _child(name: str, script: str) -> Child:
    def start() -> subprocess.Popen[bytes]:
        return processes.start(
            ["sh", "-c", script],
            account=processes.myself(),
            env={"PATH": os.defpath},
            output=subprocess.PIPE,
            when_we_die=signal.SIGKILL,
        )

    return Child(name=name, start=start)


def _is_gone(pid: int) -> bool:
    """Return whether the process ends within two seconds; one that waits to be reaped has."""
    for _ in range(40):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False
