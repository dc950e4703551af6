"""Pages of this room."""

from django.urls import path

from reviews.views.dashboard import dashboard, dashboard_sheet
from reviews.views.lists import findings, findings_sheet, reviews, reviews_sheet
from reviews.views.review import (
    finding,
    finding_new,
    review,
    review_close,
    review_confirm,
    review_dispute,
    review_hand_over,
    review_start,
)

urlpatterns = [
    path("reviews/", reviews, name="reviews"),
    path("reviews.csv", reviews_sheet, name="reviews-sheet"),
    path("reviews/<uuid:pk>/", review, name="review"),
    path("reviews/<uuid:pk>/start/", review_start, name="review-start"),
    path("reviews/<uuid:pk>/verdict/", review_close, name="review-close"),
    path("reviews/<uuid:pk>/confirm/", review_confirm, name="review-confirm"),
    path("reviews/<uuid:pk>/dispute/", review_dispute, name="review-dispute"),
    path("reviews/<uuid:pk>/give-back/", review_hand_over, name="review-hand-over"),
    path("reviews/<uuid:pk>/findings/", finding_new, name="finding-new"),
    path("findings/", findings, name="findings"),
    path("findings.csv", findings_sheet, name="findings-sheet"),
    path("findings/<uuid:pk>/", finding, name="finding"),
    path("dashboard/", dashboard, name="dashboard"),
    path("dashboard/<slug:table>.csv", dashboard_sheet, name="dashboard-sheet"),
]
