"""The API: what each room offers, its description, and how the house is."""

from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView

from config.health import Health

urlpatterns = [
    path("", include("audit.api_urls")),
    path("", include("breakglass.api_urls")),
    path("", include("reviews.api_urls")),
    path("health", Health.as_view(), name="health"),
    path("schema", SpectacularJSONAPIView.as_view(), name="api-schema"),
]
