"""The admin shows reviews and findings, and changes none."""

import pytest
from django.contrib import admin
from django.test import RequestFactory

from reviews.models import Finding, Review
from tests.make import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [Review, Finding])
def test_is_for_looking_only(model: type[Review] | type[Finding]) -> None:
    page = admin.site.get_model_admin(model)
    request = RequestFactory().get("/")
    request.user = make_user("root", is_staff=True, is_superuser=True)

    assert page.has_view_permission(request)
    assert not page.has_add_permission(request)
    assert not page.has_change_permission(request)
    assert not page.has_delete_permission(request)
