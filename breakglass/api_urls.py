"""Addresses of this room's API, under /api/v1/."""

from django.urls import path

from breakglass.api import cases, grants, questions, requests, scenarios

_ONE = "requests/<uuid:pk>/"

urlpatterns = [
    path("requests", requests.Requests.as_view(), name="api-requests"),
    path("requests/<uuid:pk>", requests.RequestDetail.as_view(), name="api-request"),
    path(f"{_ONE}withdraw", requests.RequestWithdrawal.as_view()),
    path(f"{_ONE}reference", requests.RequestReference.as_view()),
    path(f"{_ONE}approve", requests.RequestApproval.as_view()),
    path(f"{_ONE}deny", requests.RequestDenial.as_view()),
    path(f"{_ONE}counter", requests.RequestCounter.as_view()),
    path(f"{_ONE}accept", requests.OfferAcceptance.as_view()),
    path(f"{_ONE}decline", requests.OfferDecline.as_view()),
    path(f"{_ONE}ratify", requests.RequestRatification.as_view()),
    path(f"{_ONE}refuse", requests.RequestRefusal.as_view()),
    path(f"{_ONE}questions", questions.RequestQuestions.as_view()),
    path("questions/<uuid:pk>/answer", questions.QuestionAnswer.as_view()),
    path("grants/<uuid:pk>", grants.GrantDetail.as_view(), name="api-grant"),
    path("grants/<uuid:pk>/extend", grants.GrantExtension.as_view()),
    path("grants/<uuid:pk>/relinquish", grants.GrantRelinquishment.as_view()),
    path("grants/<uuid:pk>/revoke", grants.GrantRevocation.as_view()),
    path(
        "grants/<uuid:pk>/doors/<slug:target>/credentials",
        grants.DoorCredentials.as_view(),
        name="api-credentials",
    ),
    path("cases", cases.Cases.as_view(), name="api-cases"),
    path("cases/<int:case>", cases.CaseDetail.as_view(), name="api-case"),
    path("cases/<int:case>/file", cases.CaseFile.as_view(), name="api-case-file"),
    path("scenarios", scenarios.Scenarios.as_view(), name="api-scenarios"),
    path("scenarios/<slug:slug>/preflight", scenarios.ScenarioPreflight.as_view()),
]
