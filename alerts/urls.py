"""Pages of this room."""

from django.urls import path

from alerts import views
from alerts.slack.views import pressed

urlpatterns = [
    path("alerts/", views.alerts, name="alerts"),
    path("alerts/words/", views.words, name="alert-words"),
    path("alerts/<uuid:pk>/", views.alert, name="alert"),
    path("alerts/<uuid:pk>/acknowledge/", views.alert_acknowledge, name="alert-acknowledge"),
    path("alerts/<uuid:pk>/retry/", views.alert_retry, name="alert-retry"),
    path("alerts/case/<int:case>/read/", views.alert_acknowledge_case, name="alert-read-case"),
    path("alerts/unread/<int:entry>/", views.alert_unread, name="alert-unread"),
    path("profile/reach/", views.reach, name="reach"),
    path("mailbox/", views.mailbox, name="mailbox"),
    path("mailbox/<int:pk>/", views.mail, name="mail"),
    path("slack/actions/", pressed, name="slack-actions"),
]
