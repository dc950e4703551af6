"""What we really send is what the record reads: every form of message is a witness."""

import json
from email import message_from_bytes, policy

import pytest
from django.core.mail import EmailMultiAlternatives

from alerts import letters, plain
from alerts.channels.webhook import payload
from alerts.messages import compose
from alerts.models import Delivery
from alerts.slack import cards
from alerts.slack.cards import Reading
from alerts.stories import story_at
from audit.fitting import answer
from audit.models import State
from tests.alerts.make import SOON, catch_up, make_cast
from tests.alerts.slack_server import texts
from tests.audit.make import sql, unprotected
from tests.make import make_broken_glass, make_user

pytestmark = pytest.mark.django_db


def sources(mail: EmailMultiAlternatives) -> list[str]:
    """Return a mail as it is sent, as a relay that knows 7 bits passes it on, and its two parts."""
    raw = mail.message().as_bytes()
    parsed = message_from_bytes(raw, policy=policy.default)
    for part in parsed.walk():
        if part.get_content_type() == "text/html":
            part.set_content(part.get_content(), subtype="html", cte="base64")
        elif part.get_content_type() == "text/plain":
            part.set_content(part.get_content(), cte="quoted-printable")
    return [raw.decode(), parsed.as_string(), str(mail.body), str(mail.alternatives[0][0])]


@pytest.mark.parametrize("language", ["en-gb", "de", "ar"])
def test_each_form_of_a_message_fits_until_the_record_is_changed(language: str) -> None:
    make_broken_glass(make_cast(), by=make_user("ada"))
    catch_up()
    row = Delivery.objects.filter(kind="breakglass.activated").order_by("pk")[0]
    row.recipient.language = language  # type: ignore[union-attr]
    message = compose(row, story_at(row.entry_seq), at=SOON)
    said = [*sources(letters.write(message)), plain.text([message]), json.dumps(payload(message))]
    reading = Reading(channel=row.channel, reader=row.recipient, at=SOON)
    card = cards.of_case(message.story.asked, reading)
    drawn = [card, cards.of_event(message), cards.of_many([message])]
    said += [texts(each.blocks) for each in drawn]

    for text in said:
        found = answer(text)
        assert found, text
        assert (found.fits, found.head.size) == (True, State.objects.get().size), text
        assert found.entry, text
        assert found.entry.seq == row.entry_seq
    with unprotected():
        sql("UPDATE audit_entry SET leaf_hash = sha256('x') WHERE seq = 0")
    assert [bool((found := answer(text)) and found.fits) for text in said] == [False] * len(said)
