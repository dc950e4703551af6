"""A witness answers as C2SP tlog-witness says, in a process of its own, and never forgets."""

import json
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit import notes, tree
from audit.core.cli import main as bgverify
from audit.core.note import WITNESS, read_key, read_note
from audit.management.commands.witness import Command
from audit.witness import LONGEST, Answer, Broken, Home, Witness
from audit.witness_server import main
from tests.audit.core.make import KEY, NEXT_KEY, NEXT_VKEY, NOON, ORIGIN, VKEY, Log, edit, made
from tests.audit.witness import Running, running

NAME = "w1.example.org"
SIZE = "text/x.tlog.size"


def request(log: Log, size: int, old: int, note: str = "") -> str:
    """Return the body of a request to sign the head of `size` entries of a log."""
    known = Log(log.leaves[:size])
    proof = tree.consistency_proof(old, size, known.read_tile)
    lines = [f"old {old}", *map(notes.base64_of, proof), "", note or log.note(size)]
    return "\n".join(lines)


def fork(size: int = 300) -> Log:
    """Return another history, signed by the very same key."""
    log = made(size)
    edit(log, 2, actor="user:eve")
    return log


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Witness]:
    """A witness in this process."""
    home = Home(tmp_path / "w")
    yield Witness(home, NAME, [read_key(VKEY, notes.LOG)], lambda: NOON)
    home.close()


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A witness in a process of its own, which has seen 100 entries."""
    with running(tmp_path_factory.mktemp("there") / "w", VKEY) as witness:
        assert witness.post(request(made(100), 100, 0))[0] == 200
        yield witness


def test_signs_what_goes_on_and_says_when(there: Running) -> None:
    log = made(300)

    code, _, body = there.post(request(log, 300, 100))

    assert code == 200
    seen_at = read_note(f"{log.text(300)}\n{body}".encode()).signed_by(there.known.key)
    assert seen_at is not None
    assert seen_at > 1_700_000_000
    assert there.post(request(log, 300, 300))[0] == 200  # again, with a new time
    assert f"{ORIGIN}: 300 entries seen" in there.look()


LOG = made(300)
ANSWERS: dict[str, tuple[str, int, str]] = {
    "an old size that is not its own": (request(LOG, 300, 50), 409, "100\n"),
    "an old size of nothing": (request(LOG, 300, 0), 409, "100\n"),
    "a rollback": (request(LOG, 50, 20), 409, "100\n"),
    "an old size above the head's": (request(LOG, 50, 50).replace("old 50", "old 100"), 400, ""),
    "a fork at the same size": (request(fork(), 100, 100), 409, "100\n"),
    "a fork": (request(fork(), 300, 100), 422, ""),
    "a proof that is cut": (
        request(LOG, 300, 100).replace(request(LOG, 300, 100).split("\n")[1] + "\n", ""), 422, "",
    ),
    "another key": (request(LOG, 300, 100, LOG.note(keys=(NEXT_KEY,))), 403, ""),
    "no good signature": (
        request(LOG, 300, 100).replace(LOG.note()[-20:-4], "A" * 16), 403, "",
    ),
    "another log": (
        request(LOG, 300, 100, notes.note(
            LOG.text().replace(ORIGIN, "example.org/other"),
            [notes.sign(LOG.text().replace(ORIGIN, "example.org/other"),
                        name="example.org/other", key=KEY)])),
        404, "",
    ),
    "no old size": (request(LOG, 300, 100).replace("old 100", "100"), 400, ""),
    "a size with a zero before it": (request(LOG, 300, 100).replace("old 1", "old 01"), 400, ""),
    "too many hashes": ("old 100\n" + f"{'A' * 43}=\n" * 64 + "\n" + LOG.note(), 400, ""),
    "a short hash": ("old 100\nAAAA\n\n" + LOG.note(), 400, ""),
    "no checkpoint": ("old 100\n\n", 400, ""),
    "nothing": ("", 400, ""),
    "a request without end": ("old 100\n\n" + LOG.note() + "x" * LONGEST, 413, ""),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_with_the_code_of_the_specification(
    name: str, tmp_path_factory: pytest.TempPathFactory, here: Witness, there: Running
) -> None:
    body, code, text = ANSWERS[name]
    assert here.add_checkpoint(request(made(100), 100, 0).encode()).status == 200

    if code == 413:
        assert there.post(body)[0] == 413
        return
    answer = here.add_checkpoint(body.encode())
    assert (answer.status, answer.body if text else "") == (code, text)
    assert answer.kind == (SIZE if code == 409 else "text/plain; charset=utf-8")
    assert here.add_checkpoint(request(LOG, 100, 100).encode()).status == 200  # nothing moved


def test_a_stale_size_is_told_over_http_as_the_specification_says(there: Running) -> None:
    code, kind, text = there.post(request(LOG, 300, 1))

    assert (code, kind) == (409, SIZE)
    assert text.strip().isdecimal()


def test_a_proof_from_nothing_is_empty(here: Witness) -> None:
    body = request(LOG, 300, 0).replace("old 0\n", f"old 0\n{'A' * 43}=\n")
    assert here.add_checkpoint(body.encode()).status == 422


def test_the_head_of_an_empty_log_is_signed_as_well(here: Witness) -> None:
    assert here.add_checkpoint(request(Log(), 0, 0, Log().note()).encode()).status == 200
    assert here.add_checkpoint(request(LOG, 300, 0).encode()).status == 200


@pytest.mark.parametrize(("body", "code"), [(request(fork(), 300, 100), 422),
                                            (request(fork(), 100, 100), 409)])  # fmt: skip
def test_what_contradicts_it_under_the_logs_own_key_is_kept(
    body: str, code: int, here: Witness, tmp_path: Path
) -> None:
    here.add_checkpoint(request(made(100), 100, 0).encode())

    assert here.add_checkpoint(body.encode()).status == code
    here.add_checkpoint(body.encode())

    kept = [path.read_text() for path in (tmp_path / "w" / "evidence").iterdir()]
    assert len(kept) == 1
    assert made(100).note() in kept[0]
    assert body in kept[0]


def test_nothing_is_kept_of_what_the_log_did_not_sign(here: Witness, tmp_path: Path) -> None:
    here.add_checkpoint(request(made(100), 100, 0).encode())
    here.add_checkpoint(request(fork(), 300, 100, fork().note(keys=(NEXT_KEY,))).encode())

    assert not (tmp_path / "w" / "evidence").exists()


def test_a_log_may_have_a_new_key(tmp_path: Path) -> None:
    home = Home(tmp_path / "w")
    logs = [read_key(vkey, notes.LOG) for vkey in (VKEY, NEXT_VKEY)]
    witness = Witness(home, NAME, logs, lambda: NOON)
    both = LOG.note(100, keys=(KEY, NEXT_KEY))

    assert witness.add_checkpoint(request(LOG, 100, 0, both).encode()).status == 200
    new = LOG.note(300, keys=(NEXT_KEY,))
    assert witness.add_checkpoint(request(LOG, 300, 100, new).encode()).status == 200
    home.close()


def test_what_it_signs_satisfies_a_policy_of_strangers(there: Running, tmp_path: Path) -> None:
    log = made(300)
    size = int(there.post(request(log, 300, 1))[2])
    line = there.post(request(log, 300, size))[2]
    (tmp_path / "policy").write_text(f"log {VKEY}\nwitness w {there.known.key}\nquorum w\n")
    (tmp_path / "entry").write_bytes(log.leaves[7])
    for name, note in (("good", log.note() + line), ("bare", log.note())):
        (tmp_path / name).write_text(log.receipt(7, note))

    words = ["--leaf", str(tmp_path / "entry"), "--policy", str(tmp_path / "policy")]
    assert bgverify(["proof", str(tmp_path / "good"), *words]) == 0
    assert bgverify(["proof", str(tmp_path / "bare"), *words]) == 2


class TestProcess:
    def test_goes_on_after_it_was_killed(self, tmp_path: Path) -> None:
        with running(tmp_path / "w", VKEY) as witness:
            known = witness.known
            assert witness.post(request(LOG, 200, 0))[0] == 200
            witness.kill()
            witness.start()

            assert witness.known == known
            assert witness.post(request(LOG, 300, 0))[::2] == (409, "200\n")
            assert witness.post(request(LOG, 300, 200))[0] == 200

    def test_many_at_once_get_one_history(self, tmp_path: Path) -> None:
        answers: list[tuple[int, str, str]] = []
        with running(tmp_path / "w", VKEY) as witness:
            bodies = [request(log, 300, 0) for log in (LOG, fork()) for _ in range(8)]
            threads = [
                threading.Thread(target=lambda body=body: answers.append(witness.post(body)))
                for body in bodies
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        assert sorted(code for code, _, _ in answers) == [200] + [409] * 15

    def test_a_client_without_a_length_or_without_an_end_blocks_nobody(
        self, there: Running
    ) -> None:
        host, _, port = there.url.removeprefix("http://").rpartition(":")
        with socket.create_connection((host, int(port)), timeout=5) as slow:
            slow.sendall(
                b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 9\r\n\r\nold"
            )
            assert "entries seen" in there.look()
        for length in ("", "Content-Length: -1\r\n", "Transfer-Encoding: chunked\r\n"):
            with socket.create_connection((host, int(port)), timeout=5) as odd:
                odd.sendall(f"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n{length}\r\n".encode())
                assert odd.recv(100).startswith(b"HTTP/1.1 411")

    def test_its_folder_is_for_one_process_and_its_key_for_its_owner(self, there: Running) -> None:
        assert stat.S_IMODE((there.home / "key").stat().st_mode) == 0o600
        words = ["--home", str(there.home), "--log", VKEY, "--bind", "127.0.0.1:0"]
        assert main(words) == 1

    @pytest.mark.parametrize("words", [["--log", "x"], ["--log", VKEY, "--bind", "nowhere:x"]])
    def test_nonsense_is_refused_with_a_sentence(
        self, words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["--home", str(tmp_path / "w"), "--name", NAME, *words]) == 1
        assert capsys.readouterr().err


class TestMemory:
    def test_that_is_lost_or_damaged_is_refused(self, here: Witness, tmp_path: Path) -> None:
        here.add_checkpoint(request(LOG, 100, 0).encode())
        memory = tmp_path / "w" / "memory"
        for damaged in ("{", '{"a": 1}', "[]", json.dumps({"a": {"size": 1}})):
            memory.write_text(damaged)
            with pytest.raises(Broken, match="is damaged"):
                here._home.read()  # noqa: SLF001
        memory.unlink()
        with pytest.raises(Broken, match="is missing, yet the key has signed"):
            here._home.read()  # noqa: SLF001

    def test_that_was_put_back_shows_in_what_it_answers(self, here: Witness) -> None:
        for old, size in ((0, 100), (100, 300)):
            answer = here.add_checkpoint(request(LOG, size, old).encode())
            assert answer.status == 200
        here._seen = {}  # noqa: SLF001

        assert here.add_checkpoint(request(LOG, 300, 300).encode()) == Answer(
            409, "0\n", f"{ORIGIN} 300 -> 300", SIZE
        )


class TestKey:
    def test_is_made_once_and_keeps_its_name(self, tmp_path: Path) -> None:
        home = Home(tmp_path / "w")
        with pytest.raises(Broken, match="--name says what the new witness is called"):
            home.key("")
        key = home.key(NAME)
        assert read_key(key.vkey, WITNESS).name == NAME
        assert home.key("").vkey == key.vkey
        with pytest.raises(Broken, match="is the key of"):
            home.key("w2.example.org")
        home.close()

    def test_of_a_log_is_no_key_of_a_witness(self, tmp_path: Path) -> None:
        home = Home(tmp_path / "w")
        (tmp_path / "w" / "key").write_text(notes.secret("example.org/log", KEY))
        with pytest.raises(Broken, match="this is the other one"):
            home.key("")
        home.close()


def test_django_leads_to_it_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        Command().run_from_argv(["manage.py", "witness", "--help"])
    assert stopped.value.code == 0
    assert "--log VKEY" in capsys.readouterr().out
