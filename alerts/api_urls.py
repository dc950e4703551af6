"""Addresses of this room's API, under /api/v1/."""

from django.urls import path

from alerts import api

urlpatterns = [
    path("alerts", api.Alerts.as_view(), name="api-alerts"),
    path("alerts/<uuid:pk>/acknowledge", api.AlertAcknowledgement.as_view()),
]
