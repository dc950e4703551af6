"""Sentences: English where they are kept, the reader's language where they are shown."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.test import Client
from django.utils import timezone, translation

from core.errors import BadInput
from core.speech import phrase, phrase_count, shown
from core.words import minutes_words
from tests.make import make_user

CATALOGUES = sorted((settings.BASE_DIR / "locale").glob("*/LC_MESSAGES/django.po"))


class TestPhrase:
    def test_is_english_where_it_is_kept(self) -> None:
        with translation.override("de"):
            assert json.dumps(phrase("Save")) == '"Save"'
            assert str(BadInput(phrase("Save"))) == "Save"

    def test_speaks_the_readers_language_on_a_page(self) -> None:
        with translation.override("de"):
            assert Template("{{ why }}").render(Context({"why": phrase("Save")})) == "Speichern"
            assert BadInput(phrase("Save")).sentence == "Speichern"

    def test_escapes_what_people_wrote(self) -> None:
        why = phrase("%(who)s is frozen.", who="<b>Ada</b>")
        assert (
            Template("{{ why }}").render(Context({"why": why}))
            == "&lt;b&gt;Ada&lt;/b&gt; is frozen."
        )

    def test_counts(self) -> None:
        made = [phrase_count("%(number)s door", "%(number)s doors", n) for n in (1, 2)]
        assert made == ["1 door", "2 doors"]
        assert [shown(each) for each in made] == ["1 door", "2 doors"]

    def test_leaves_other_text_alone(self) -> None:
        assert shown("100 % done") == "100 % done"


@pytest.mark.django_db
class TestReader:
    def test_chooses_the_language_of_pages(self, client: Client) -> None:
        client.force_login(make_user("ada", language="ar"))
        page = client.get("/profile/").content.decode()
        assert '<html lang="ar" dir="rtl">' in page

    def test_else_has_the_browsers(self, client: Client) -> None:
        client.force_login(make_user("ada"))
        page = client.get("/profile/", headers={"Accept-Language": "de-AT,de;q=0.9"})
        assert "Speichern" in page.content.decode()
        assert "Accept-Language" in page.headers["Vary"]

    def test_gets_english_from_the_api(self, client: Client) -> None:
        client.force_login(make_user("ada", language="de"))
        answer = client.get("/api/v1/requests/nothing", headers={"Accept-Language": "de"})
        assert "There is nothing here" in answer.json()["detail"]


@pytest.mark.needs("msgfmt")
@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.parts[-3])
def test_compiled_catalogues_are_those_of_the_sources(catalogue: Path, tmp_path: Path) -> None:
    compiled = tmp_path / "django.mo"
    subprocess.run(
        ["msgfmt", "--check-format", "-o", compiled, catalogue], check=True, capture_output=True
    )
    assert compiled.read_bytes() == catalogue.with_suffix(".mo").read_bytes()


def test_a_time_is_utc_in_the_record_and_the_readers_own_on_a_page() -> None:
    said = phrase("Frozen since %(when)s.", when=datetime(2026, 11, 2, 12, 5, tzinfo=UTC))

    assert said == "Frozen since 02 Nov, 12:05 UTC."
    with timezone.override("Europe/Berlin"):
        assert shown(said) == "Frozen since 2 Nov, 13:05 CET."
        with translation.override("de"):
            assert shown(said) == "Frozen since 2. Nov., 13:05 MEZ."


def test_a_length_keeps_its_order_among_words_from_right_to_left() -> None:
    with translation.override("ar"):
        assert minutes_words(30) == "\N{FIRST STRONG ISOLATE}30 min\N{POP DIRECTIONAL ISOLATE}"
    assert minutes_words(30) == "30 min"
