"""The style guide draws every component, and each says what it takes."""

import pytest
from django.test import Client

from core import styleguide
from tests.make import make_user


def test_each_component_says_what_it_takes() -> None:
    for path in styleguide.PARTIALS.glob("*.html"):
        assert path.read_text().startswith("{# "), path.name
        assert path.name in dict(styleguide.contracts())


@pytest.mark.django_db
def test_staff_see_it_in_both_themes_and_nobody_else_does(client: Client) -> None:
    client.force_login(make_user("ada"))
    assert client.get("/styleguide/").status_code == 403
    client.force_login(make_user("mei", is_staff=True))
    page = client.get("/styleguide/").content.decode()
    assert page.count('class="specimen stack" data-theme="light"') == 6
    assert page.count('class="specimen stack" data-theme="dark"') == 6
    assert "Say why; it stands in the record." in page
