"""The API: what each room offers, its description, and how the house is."""

from django.contrib.auth.decorators import login_required
from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from config.health import Health

_docs = login_required(
    SpectacularSwaggerSplitView.as_view(url_name="api-schema", template_name="api/docs.html")
)

urlpatterns = [
    path("", include("audit.api_urls")),
    path("", include("targets.api_urls")),
    path("", include("breakglass.api_urls")),
    path("", include("reviews.api_urls")),
    path("", include("alerts.api_urls")),
    path("health", Health.as_view(), name="health"),
    path("", _docs, name="api-docs"),
    path("schema", SpectacularJSONAPIView.as_view(), name="api-schema"),
]
