"""Where each address leads."""

from django.contrib import admin
from django.urls import include, path, re_path

from core.api import NotFound

urlpatterns = [
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
