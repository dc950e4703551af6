"""Addresses of the frame."""

from django.urls import path

from core import views

urlpatterns = [
    path("live/", views.live, name="live"),
    path("counts/", views.counts, name="counts"),
    path("search/", views.search, name="search"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("looks/", views.choose_looks, name="looks"),
]
