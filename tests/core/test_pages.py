"""What all pages share: words, looks, forms, refusals."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone, translation

from breakglass.models import Request
from core import slots, zones
from core.errors import BadInput, WrongState
from core.faces import face
from core.forms import Cards, ReasonForm, refused
from core.pages import navigation, say
from core.templatetags.ui import midsentence, moment_words
from core.words import duration_words, relative_words, within_words

AT = datetime(2026, 11, 17, 1, 14, 5, tzinfo=UTC)


def drawn(source: str, **context: Any) -> str:
    """Return what a piece of template draws."""
    return " ".join(Template(source).render(Context(context)).split())


class TestWords:
    @pytest.mark.parametrize(
        ("seconds", "words"),
        [
            (0, "0 s"), (59, "59 s"), (60, "1 min"), (5400, "1 h 30 min"), (7200, "2 h"),
            (86_400, "1 day"), (180_000, "2 d 2 h"), (-5, "0 s"),
        ],
    )  # fmt: skip
    def test_lengths(self, seconds: int, words: str) -> None:
        assert duration_words(timedelta(seconds=seconds)) == words

    def test_distances(self) -> None:
        assert relative_words(timedelta(minutes=-3)) == "3 min ago"
        assert relative_words(timedelta(minutes=26)) == "in 26 min"
        assert relative_words(timedelta(seconds=2)) == "now"

    @pytest.mark.parametrize(
        ("length", "words"),
        [
            ({"days": 7}, "within 7 days"),
            ({"days": 1, "minutes": 59}, "within 1 day"),
            ({"days": 2, "hours": 3}, "within 2 d 3 h"),
            ({"minutes": 45}, "within 45 min"),
        ],
    )
    def test_a_limit_is_one_sentence_part(self, length: dict[str, int], words: str) -> None:
        assert within_words(timedelta(**length)) == words

    def test_days_are_inflected_by_what_stands_around_them(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        german = {
            "within %(number)s days": "innerhalb von %(number)s Tagen",
            "in %(number)s days": "in %(number)s Tagen",
            "%(number)s days ago": "vor %(number)s Tagen",
        }
        monkeypatch.setattr("core.words.ngettext", lambda _, many, number: german[many])
        week = timedelta(days=7)
        assert within_words(week) == "innerhalb von 7 Tagen"
        assert relative_words(week) == "in 7 Tagen"
        assert relative_words(-week) == "vor 7 Tagen"

    def test_lists(self) -> None:
        assert drawn("{{ names|listed }}", names=["a", "b", "c"]) == "a, b and c"
        assert drawn("{{ names|listed }}", names=["a"]) == "a"
        assert drawn("{{ names|listed }}", names=[]) == ""


class TestMoment:
    @pytest.mark.parametrize(
        ("form", "later", "words"),
        [
            ("auto", timedelta(minutes=3), "3 min ago"),
            ("auto", timedelta(days=2), "17 Nov, 02:14"),
            ("auto", timedelta(days=400), "17 Nov 2026, 02:14"),
            ("clock", timedelta(minutes=3), "02:14"),
            ("clock", timedelta(days=1), "17 Nov, 02:14"),
            ("seconds", timedelta(), "02:14:05"),
            ("full", timedelta(), "17 Nov 2026, 02:14"),
        ],
    )
    def test_reads_in_the_readers_zone(self, form: str, later: timedelta, words: str) -> None:
        with timezone.override("Europe/Berlin"):
            assert moment_words(AT, form, now=AT + later) == words

    def test_what_is_due_until_the_end_of_a_day_is_due_on_that_day_in_every_zone(self) -> None:
        with timezone.override("Europe/Berlin"):
            assert moment_words(zones.day_end(date(2026, 12, 4)), "due", now=AT) == "4 Dec"
            assert moment_words(zones.day_end(date(2027, 1, 4)), "due", now=AT) == "4 Jan 2027"
            assert moment_words(AT, "due", now=AT) == "17 Nov 2026, 02:14"

    def test_carries_utc(self) -> None:
        with timezone.override("Europe/Berlin"):
            markup = drawn('{% moment at "full" %}', at=AT)
        assert 'datetime="2026-11-17T01:14:05+00:00"' in markup
        assert 'title="2026-11-17 01:14:05 UTC"' in markup

    def test_of_nothing_is_nothing(self) -> None:
        assert drawn("{% moment at %}", at=None) == ""


class TestStates:
    def test_always_show_a_word_and_an_icon(self) -> None:
        markup = drawn('{% status "close_failed" of="door" %}')
        assert "Close failed" in markup
        assert "icons.svg#i-warn" in markup

    def test_unknown_ones_look_plain(self) -> None:
        assert face("something new").tone == ""

    def test_of_the_same_name_are_told_apart(self) -> None:
        assert face("open", of="finding") != face("open", of="door")


class TestForms:
    def test_errors_are_tied_to_their_field(self) -> None:
        markup = drawn("{{ form.reason.as_field_group }}", form=ReasonForm({"reason": ""}))
        assert 'aria-invalid="true"' in markup
        assert 'aria-describedby="id_reason_error"' in markup
        assert '<ul class="errors" id="id_reason_error">' in markup

    def test_a_refusal_stands_beside_its_field_or_on_top(self) -> None:
        form = ReasonForm({"reason": "Long enough."})
        refused(form, BadInput("Not this one.", field="reason"))
        refused(form, WrongState("It is over."))
        assert form.errors["reason"] == ["Not this one."]
        assert form.non_field_errors() == ["It is over."]

    def test_cards_carry_a_sentence(self) -> None:
        class Choose(forms.Form):
            what = forms.ChoiceField(
                choices=[("a", "Ada")], widget=Cards(notes={"a": "1 access ends"})
            )

        assert "1 access ends" in drawn("{{ form.what.as_field_group }}", form=Choose())


class TestNavigation:
    def test_leaves_out_pages_that_do_not_exist(self, monkeypatch: pytest.MonkeyPatch) -> None:
        item = slots.NavItem(group="Me", label="Dream", url_name="no-such-page", icon="home")
        monkeypatch.setattr(slots.nav, "gather", lambda _request: [item])
        assert navigation(RequestFactory().get("/")).groups == []

    def test_is_gathered_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        calls: list[object] = []

        def gather(request: object) -> list[slots.NavItem]:
            calls.append(request)
            return []

        monkeypatch.setattr(slots.nav, "gather", gather)
        request = RequestFactory().get("/")
        assert navigation(request) is navigation(request)
        assert len(calls) == 1


class TestRefusals:
    def test_are_a_page_with_a_sentence(self) -> None:
        response = say(RequestFactory().get("/"), "This link is spent.", status=410)
        assert response.status_code == 410
        assert b"This link is spent." in response.content

    @pytest.mark.django_db
    def test_what_does_not_exist_says_so(self) -> None:
        response = Client().get("/no/such/page/")
        assert response.status_code == 404
        assert b"There is nothing here for you" in response.content

    @pytest.mark.django_db
    @override_settings(DEBUG=False)
    def test_an_old_form_says_so(self) -> None:
        response = Client(enforce_csrf_checks=True).post("/accounts/login/", {})
        assert response.status_code == 403
        assert b"This form is too old" in response.content


class TestMidsentence:
    @pytest.mark.parametrize(
        ("language", "words"),
        [("en-gb", "ratification overdue"), ("de", "Nachträgliche Genehmigung überfällig")],
    )
    def test_leaves_german_nouns_large(self, language: str, words: str) -> None:
        with translation.override(language):
            assert midsentence(Request.Ratification.OVERDUE.label) == words
