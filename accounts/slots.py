"""What this room shows on shared pages."""

from django.http import HttpRequest

from core.slots import NavItem, nav


@nav.provide(order=90)
def profile(request: HttpRequest) -> list[NavItem]:
    """Everybody has a profile."""
    if not request.user.is_authenticated:
        return []
    return [NavItem(group="You", label="Profile", url_name="profile", icon="user", phone=True)]
