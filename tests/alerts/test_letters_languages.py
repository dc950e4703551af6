"""Each mail speaks its recipient's language, whoever acted; the record stays English."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from accounts.models import User
from alerts.models import Delivery, Mail
from alerts.routes import ROUTES
from alerts.templatetags.letters import due
from breakglass import transitions
from tests.alerts.make import (
    catch_up,
    make_cast,
    tell_of_alerts,
    tell_of_campaigns,
    tell_of_erasures,
    tell_of_holds,
    tell_of_substitutes,
)
from tests.alerts.reviewing import tell_of_reviews
from tests.alerts.test_letters import (
    NASTY,
    letter_to,
    part,
    tell_every_kind,
    tell_of_changes,
    written,
)
from tests.make import NOON, make_broken_glass, make_request, make_user, voice
from tests.shared import made_once

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)
ENGLISH = {"the", "and", "is", "of", "for"}


def everybody_reads(language: str) -> None:
    User.objects.update(language=language)


class TestLanguage:
    def test_is_the_recipients_in_subject_words_buttons_and_foot(self) -> None:
        scenario = make_cast()
        User.objects.filter(email="bob@example.com").update(
            language="de", time_zone="Europe/Berlin"
        )
        make_request(scenario, reference="INC-7")
        catch_up()
        mail = letter_to("bob")
        assert mail["Subject"].endswith("Ada fragt shop-db an")
        assert "[Fall " in mail["Subject"]
        for text in (part(mail, "plain"), part(mail, "html")):
            for words in ("verfällt die Anfrage am 2. Nov. 17:00 MEZ", "Entscheiden", "Referenz",
                          "weil Sie um Entscheidung gebeten werden", "Eintrag"):  # fmt: skip
                assert words in " ".join(text.split())
        assert '<html lang="de" dir="ltr">' in part(mail, "html")

    def test_is_each_recipients_own(self) -> None:
        scenario = make_cast()
        User.objects.filter(email="bob@example.com").update(language="de")
        make_request(scenario)
        catch_up()
        with translation.override("de"):  # that of whoever acted
            assert "asks for" in letter_to("carl")["Subject"]
        assert "fragt" in letter_to("bob")["Subject"]

    def test_runs_from_right_to_left_where_it_does(self) -> None:
        scenario = make_cast()
        everybody_reads("ar")
        make_request(scenario)
        catch_up()
        html = part(letter_to("bob"), "html")
        assert '<html lang="ar" dir="rtl">' in html
        assert '<th align="right"' in html

    def test_says_what_is_frozen(self) -> None:
        make_cast()
        everybody_reads("de")
        transitions.freeze(by=make_user("rob"), reason="Odd queries.", at=NOON)
        catch_up()
        assert letter_to("rosa")["Subject"] == "Gesperrt: alles"

    def test_escapes_what_people_wrote(self) -> None:
        scenario = make_cast()
        everybody_reads("de")
        User.objects.filter(email="ada@example.com").update(name="<b>Ada</b>")
        make_request(scenario, justification=NASTY)
        catch_up()
        mail = letter_to("bob")
        assert "&lt;b&gt;Ada&lt;/b&gt; fragt shop-db an" in part(mail, "html")
        assert "<b>Ada</b> fragt" in part(mail, "plain")
        assert "<script>" not in part(mail, "html")
        assert mail["Bcc"] is None

    def test_names_the_verdict_and_the_message_that_was_lost(self) -> None:
        make_cast()
        request = make_broken_glass(at=NOON)
        everybody_reads("de")
        catch_up()
        transitions.refuse(request, voice=voice("bob", "No emergency."), at=LATER)
        catch_up()
        refused = letter_to("ada", "ratification.refused")
        assert "dass der Notzugriff falsch war" in " ".join(part(refused, "plain").split())
        assert "Kommentar:\n  > No emergency." in part(refused, "plain")


def _every_kind() -> None:
    """Everything that anybody is told, to everybody who is told it."""
    tell_every_kind()
    tell_of_changes()
    tell_of_erasures()
    tell_of_holds()
    tell_of_substitutes()
    tell_of_reviews()
    tell_of_alerts()
    tell_of_campaigns()


every_kind = made_once(_every_kind, scope="class")


@pytest.mark.usefixtures("every_kind")
class TestEveryKindOfMail:
    def test_is_sent_with_all_its_words(self) -> None:
        broken = Delivery.objects.exclude(state="sent").values_list("kind", "last_error")
        assert not list(broken)
        assert set(Delivery.objects.values_list("kind", flat=True)) == set(ROUTES)
        for mail in Mail.objects.all():
            assert len(mail.subject) > 10
            assert not re.search(r"None|\{\{|\{%|  on  |: \.|\(\)", mail.text), mail.text

    def test_is_written_in_german(self) -> None:
        everybody_reads("de")
        once = Delivery.objects.order_by("entry_seq", "audience").distinct("entry_seq", "audience")
        assert set(once.values_list("kind", flat=True)) == set(ROUTES)
        for row in once:
            mail = written(row, at=row.next_attempt_at or LATER)
            body = str(mail.body)
            assert "Sie erhalten dies, weil " in body, body
            ours = [line for line in body.splitlines() if not line.startswith("  > ")]
            assert not ENGLISH & set(" ".join([str(mail.subject), *ours]).split()), body


def test_a_deadline_at_the_end_of_a_day_is_said_as_that_day_in_every_zone() -> None:
    with timezone.override("Europe/Berlin"):
        assert due("2026-12-07T00:00:00+00:00") == "6 Dec"
        assert due("2026-12-07T00:30:00+00:00") == "7 Dec 01:30 CET (00:30 UTC)"
    assert due(None) == ""
