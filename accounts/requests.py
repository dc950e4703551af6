"""Requests of people who are signed in, for type checkers: the views behind them require it."""

from django.http import HttpRequest
from rest_framework.request import Request

from accounts.models import User


class PageRequest(HttpRequest):
    """A request for a page by somebody who is signed in."""

    user: User


class ApiRequest(Request):
    """A request to the API by somebody who is signed in or has sent a token."""

    user: User
