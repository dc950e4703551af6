"""Where each address leads."""

from django.contrib import admin
from django.urls import include, path, re_path

from config import administration
from config.first_run import set_up
from core.api import NotFound

urlpatterns = [
    path("set-up/", set_up, name="set-up"),
    path("admin/", admin.site.admin_view(administration.overview)),
    path("admin/test-mail/", admin.site.admin_view(administration.test_mail), name="test-mail"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("config.api_urls")),
    re_path("^api/", NotFound.as_view()),
    path("", include("core.urls")),
    path("", include("accounts.urls")),
    path("", include("audit.urls")),
    path("", include("breakglass.urls")),
    path("", include("alerts.urls")),
    path("", include("reviews.urls")),
]
