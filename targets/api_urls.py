"""Where the API of this room is."""

from django.urls import path

from targets import api

urlpatterns = [
    path("ingest", api.Ingest.as_view(), name="api-ingest"),
]
