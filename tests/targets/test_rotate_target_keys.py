"""After the command, older keys may be taken away."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from targets.models import Target
from tests.make import NOON, make_target
from tests.targets.test_vault import key


def test_seals_every_secret_with_the_newest_key(db: None, settings: Settings) -> None:
    settings.TARGET_KEYS = [key("1")]
    target = make_target()
    target.seal_secret("secret", at=NOON)
    target.save()
    settings.TARGET_KEYS = [key("2"), key("1")]
    call_command("rotate_target_keys", stdout=StringIO())
    settings.TARGET_KEYS = [key("2")]
    assert Target.objects.get().secret() == "secret"


def test_goes_on_after_a_broken_one_and_names_it(db: None, settings: Settings) -> None:
    settings.TARGET_KEYS = [key("1")]
    broken, sound = make_target("a-db"), make_target("b-db")
    sound.seal_secret("secret", at=NOON)
    sound.save()
    Target.objects.filter(pk=broken.pk).update(admin_secret=sound.admin_secret)
    out = StringIO()
    with pytest.raises(CommandError, match=r"a-db: The secret at .* belongs to another row"):
        call_command("rotate_target_keys", stdout=out)
    assert "b-db: sealed" in out.getvalue()
