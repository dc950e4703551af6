"""Pages of this room. Sign-in is allauth's; addresses are changed by administrators only."""

from django.urls import include, path
from django.views.defaults import page_not_found

from accounts.views import erasures, profile

urlpatterns = [
    path("profile/", profile.profile, name="profile"),
    path("profile/sessions/end/", profile.sessions_end, name="sessions-end"),
    path("profile/tokens/", profile.token_new, name="token-new"),
    path("profile/tokens/<uuid:pk>/revoke/", profile.token_revoke, name="token-revoke"),
    path("people/<uuid:pk>/erase/", erasures.person_erase, name="person-erase"),
    path("erasures/", erasures.erasures, name="erasures"),
    path("erasures/<uuid:pk>/", erasures.erasure, name="erasure"),
    path("accounts/email/", page_not_found, {"exception": None}),
    path("accounts/", include("allauth.account.urls")),
]
