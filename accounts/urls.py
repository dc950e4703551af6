"""Pages of this room. Sign-in is allauth's; addresses are changed by administrators only."""

from django.urls import include, path
from django.views.defaults import page_not_found

from accounts import views

urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("profile/sessions/end/", views.sessions_end, name="sessions-end"),
    path("profile/tokens/", views.token_new, name="token-new"),
    path("profile/tokens/<uuid:pk>/revoke/", views.token_revoke, name="token-revoke"),
    path("accounts/email/", page_not_found, {"exception": None}),
    path("accounts/", include("allauth.account.urls")),
]
