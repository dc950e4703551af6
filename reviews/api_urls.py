"""Where the API of this room is."""

from django.urls import path

from reviews import api

urlpatterns = [
    path("reviews", api.Reviews.as_view(), name="api-reviews"),
    path("reviews/<uuid:pk>", api.ReviewDetail.as_view(), name="api-review"),
    path("reviews/<uuid:pk>/start", api.ReviewStart.as_view()),
    path("reviews/<uuid:pk>/close", api.ReviewClosure.as_view()),
    path("reviews/<uuid:pk>/confirm", api.ReviewConfirmation.as_view()),
    path("findings", api.Findings.as_view(), name="api-findings"),
]
