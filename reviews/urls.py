"""Pages of this room."""

from django.urls import path

from reviews import views

urlpatterns = [
    path("reviews/", views.reviews, name="reviews"),
    path("reviews/<uuid:pk>/", views.review, name="review"),
    path("reviews/<uuid:pk>/start/", views.review_start, name="review-start"),
    path("reviews/<uuid:pk>/verdict/", views.review_close, name="review-close"),
    path("reviews/<uuid:pk>/confirm/", views.review_confirm, name="review-confirm"),
    path("reviews/<uuid:pk>/dispute/", views.review_dispute, name="review-dispute"),
    path("reviews/<uuid:pk>/give-back/", views.review_hand_over, name="review-hand-over"),
    path("reviews/<uuid:pk>/findings/", views.finding_new, name="finding-new"),
    path("findings/", views.findings, name="findings"),
    path("findings/<uuid:pk>/", views.finding, name="finding"),
    path("dashboard/", views.dashboard, name="dashboard"),
]
