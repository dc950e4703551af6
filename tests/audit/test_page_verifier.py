"""The verifier as a page, opened from the disk in a real browser, says what bgverify says."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from audit import pageverifier
from tests.audit.core.make import NEXT_VKEY, VKEY, Log, ask, made, write, zipped
from tests.chromium import needs_chromium, running

pytestmark = needs_chromium
Files = dict[str, bytes]
Spoil = Callable[[Files], object]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser of these tests; nothing else here may need the database."""
    with running() as browser:
        yield browser


@contextmanager
def opened(browser: Browser, folder: Path) -> Iterator[tuple[Page, list[str]]]:
    """Open the page from the disk; give it with what it complains of."""
    (folder / "verify.html").write_bytes(pageverifier.packed())
    page, said = browser.new_page(), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda one: None if one.url.startswith("file:") else said.append(one.url))
    page.goto((folder / "verify.html").as_uri())
    yield page, said
    page.close()


@pytest.fixture(scope="module")
def window(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Page, list[str]]]:
    """One window for all: a new one for each test takes longer than what is tested."""
    with opened(browser, tmp_path_factory.mktemp("page")) as window:
        yield window


@pytest.fixture
def page(window: tuple[Page, list[str]]) -> Iterator[Page]:
    """The page as it is when it was just opened; whatever it complains of fails the test."""
    page, said = window
    said.clear()
    page.reload()
    yield page
    assert not said


@pytest.fixture(scope="module")
def log() -> Log:
    return made(40, objects=5)


def verdict(page: Page, vkey: str, *files: Path) -> tuple[str, str]:
    """Return the word and the sentences that the page comes to."""
    page.get_by_label("Key of the record").fill(vkey)
    page.get_by_label("Files").set_input_files([*files])
    page.get_by_role("button", name="Verify").click()
    result = page.locator("#result[data-code]")
    result.wait_for()
    page.locator("#said p").first.wait_for()
    return page.locator("#verdict").inner_text(), page.locator("#said").inner_text()


def exchange(name: str, old: bytes, new: bytes) -> Spoil:
    def run(files: Files) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)

    return run


def without(*names: str) -> Spoil:
    return lambda files: [files.pop(name) for name in names]


SEVEN, LEAF = "proofs/7.tlog-proof", "entries/7.json"
TAMPERED: dict[str, Spoil] = {
    "nothing": lambda _: None,
    "the actor": exchange(LEAF, b"user:ada", b"user:eve"),
    "a space in an entry": exchange(LEAF, b'"v":1', b'"v": 1'),
    "a key twice": exchange(LEAF, b'"v":1', b'"v":1,"v":1'),
    "a time": exchange(LEAF, b'"occ":1', b'"occ":2'),
    "the index": exchange(SEVEN, b"index 7", b"index 8"),
    "an index in another spelling": exchange(SEVEN, b"index 7", b"index 07"),
    "the first line": exchange(SEVEN, b"@v1", b"@v2"),
    "the size": exchange(SEVEN, b"\n40\n", b"\n41\n"),
    "a size with a plus": exchange(SEVEN, b"\n40\n", b"\n+40\n"),
    "the origin": exchange(SEVEN, b"\n\nexample.org", b"\n\nexample.com"),
    "a carriage return": exchange(SEVEN, b"\n40\n", b"\r\n40\n"),
    "the end of the note": lambda files: files.update({SEVEN: files[SEVEN][:-1]}),
    "another head": lambda files: files.update({SEVEN: made(30, 5).receipt(7).encode()}),
    "the words": exchange("payloads/7.p.json", b"Words", b"Lords"),
    "the salt": lambda files: files.update({"payloads/7.d.salt": bytes(32)}),
    "words without a salt": without("payloads/7.d.salt"),
    "words that are gone": without("payloads/7.p.json", "payloads/7.p.salt"),
    "an entry in the middle": without(LEAF, SEVEN),
    "a receipt": without(SEVEN),
    "an entry alone": without(LEAF),
    "the checkpoint": without("checkpoint"),
    "the checkpoint's root": exchange("checkpoint", b"\n40\n", b"\n39\n"),
}


@pytest.mark.parametrize("spoil", TAMPERED.values(), ids=list(TAMPERED))
def test_comes_to_the_verdict_of_bgverify_on_a_case(
    page: Page, log: Log, tmp_path: Path, spoil: Spoil
) -> None:
    files = log.case_files("case:2")
    spoil(files)
    place = zipped(files, tmp_path / "case.zip")

    word, said = verdict(page, VKEY, place)

    code, told = ask("bundle", place, "--vkey", VKEY)
    assert (word, told.startswith(f"{word}:")) == (word, True), (word, said, code, told)
    assert page.locator("#entries tbody tr").count() == (0 if code else 8)


def test_verifies_a_receipt_with_its_entry(page: Page, log: Log, tmp_path: Path) -> None:
    write({"7.tlog-proof": log.receipt(7).encode(), "7.json": log.leaves[7]}, tmp_path)

    word, said = verdict(page, VKEY, tmp_path / "7.json", tmp_path / "7.tlog-proof")

    assert (word, said.split("\n")[0]) == ("GOOD", "entry 7 of the 40 of example.org/breakglass/1.")


def test_takes_no_other_key(page: Page, log: Log, tmp_path: Path) -> None:
    place = zipped(log.case_files("case:2"), tmp_path / "case.zip")

    assert verdict(page, NEXT_VKEY, place) == ("TAMPERED", "The key did not sign the checkpoint.")


@pytest.mark.parametrize("vkey", ["x", VKEY[:-4], VKEY.replace("+", " ", 1)])
def test_says_when_the_key_is_none(page: Page, log: Log, tmp_path: Path, vkey: str) -> None:
    place = zipped(log.case_files("case:2"), tmp_path / "case.zip")

    assert verdict(page, vkey, place)[0] == "NOT ASKED RIGHT"


def test_says_when_a_byte_of_the_file_was_lost(page: Page, log: Log, tmp_path: Path) -> None:
    place = zipped(log.case_files("case:2"), tmp_path / "case.zip")
    data = place.read_bytes()
    place.write_bytes(data.replace(b"user:ada", b"user:eve", 1))

    assert verdict(page, VKEY, place)[0] == "TAMPERED"


NOT_SUPPORTED = (
    "crypto.subtle.importKey = async () => { throw new DOMException('', 'NotSupportedError'); }"
)


def test_a_browser_without_ed25519_is_told_so(browser: Browser, log: Log, tmp_path: Path) -> None:
    place = zipped(log.case_files("case:2"), tmp_path / "case.zip")
    with opened(browser, tmp_path) as (page, complaints):
        page.add_init_script(NOT_SUPPORTED)
        page.reload()

        word, said = verdict(page, VKEY, place)
        assert not complaints

    assert (word, said[:43]) == ("NOT ASKED RIGHT", "This browser cannot verify Ed25519 signatur")


def test_is_the_same_bytes_each_time() -> None:
    assert pageverifier.packed() == pageverifier.packed()
    assert b"%(" not in pageverifier.packed()
