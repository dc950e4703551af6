"""Where the API of this room is."""

from django.urls import path

from reviews.api import coverage, obligations, reviews
from reviews.campaigns import api as campaigns
from reviews.nights import api as nights

urlpatterns = [
    path("reviews", reviews.Reviews.as_view(), name="api-reviews"),
    path("reviews/<uuid:pk>", reviews.ReviewDetail.as_view(), name="api-review"),
    path("reviews/<uuid:pk>/start", reviews.ReviewStart.as_view()),
    path("reviews/<uuid:pk>/assign", reviews.ReviewTurn.as_view()),
    path("reviews/<uuid:pk>/close", reviews.ReviewClosure.as_view()),
    path("reviews/<uuid:pk>/confirm", reviews.ReviewConfirmation.as_view()),
    path("reviews/<uuid:pk>/reopen", reviews.ReviewReopening.as_view()),
    path("cases/<int:case>/coverage", coverage.CoverageOfCase.as_view(), name="api-coverage"),
    path("campaigns", campaigns.Campaigns.as_view(), name="api-campaigns"),
    path("campaigns/<uuid:pk>", campaigns.CampaignDetail.as_view(), name="api-campaign"),
    path("campaigns/<uuid:pk>/items", campaigns.CampaignItems.as_view(), name="api-campaign-items"),
    path("reports", nights.Patterns.as_view(), name="api-reports"),
    path("findings", reviews.Findings.as_view(), name="api-findings"),
    path("findings/<uuid:pk>/assign", reviews.FindingOwner.as_view()),
    path("obligations", obligations.Obligations.as_view(), name="api-obligations"),
    path("obligations/<uuid:pk>", obligations.ObligationDetail.as_view()),
    path("obligations/<uuid:pk>/done", obligations.ObligationDone.as_view()),
    path("obligations/<uuid:pk>/waive", obligations.ObligationWaiver.as_view()),
]
