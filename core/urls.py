"""Addresses of the frame."""

from django.urls import path

from core import views

urlpatterns = [
    path("live/", views.live, name="live"),
    path("counts/", views.counts, name="counts"),
    path("search/", views.search, name="search"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("views/keep/", views.view_keep, name="view-keep"),
    path("views/<uuid:pk>/forget/", views.view_forget, name="view-forget"),
    path("looks/", views.choose_looks, name="looks"),
]
