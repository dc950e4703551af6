"""Views of lists that a person keeps: filters under a name, and how dense lists are."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import Part
from core import kept
from core.models import KeptView
from tests.make import make_group, make_user

pytestmark = pytest.mark.django_db
OPEN = {"page": "cases", "query": "state=open", "name": "Open"}


@pytest.fixture
def cora(client: Client) -> Client:
    cora = make_user("cora")
    make_group("Compliance", cora, part=Part.COMPLIANCE)
    client.force_login(cora)
    return client


def keep(browser: Client, **changes: str) -> str:
    answer = browser.post("/views/keep/", OPEN | changes, follow=True)
    return answer.content.decode()


class TestKeeping:
    def test_makes_a_chip_that_leads_back(self, cora: Client) -> None:
        page = keep(cora)
        assert "Kept as “Open”." in page
        assert 'href="/cases/?state=open" aria-current="true"' in page
        assert 'class="chip" href="/cases/?state=open"' in cora.get("/cases/").content.decode()

    @pytest.mark.parametrize(
        ("page", "query", "address"),
        [
            ("reviews", "tab=overdue&cursor=x", "/reviews/?tab=overdue"),
            ("findings", "tab=open&severity=high", "/findings/?severity=high&amp;tab=open"),
            ("ledger", "kind=door.opened&before=7", "/ledger/?kind=door.opened"),
        ],
    )
    def test_works_in_every_list_and_keeps_no_place(
        self, cora: Client, page: str, query: str, address: str
    ) -> None:
        assert f'href="{address}"' in keep(cora, page=page, query=query)

    def test_is_offered_where_filters_are_on(self, cora: Client) -> None:
        assert "Keep this view" in cora.get("/cases/?state=open").content.decode()
        assert "Keep this view" not in cora.get("/cases/").content.decode()
        keep(cora)
        assert "Keep this view" not in cora.get("/cases/?state=open").content.decode()

    def test_the_same_name_again_replaces(self, cora: Client) -> None:
        keep(cora)
        keep(cora, query="state=ended")
        assert [view.query for view in KeptView.objects.all()] == ["state=ended"]

    def test_is_each_person_s_own(self, cora: Client) -> None:
        keep(cora)
        other = Client()
        other.force_login(make_user("ada"))
        assert "state=open" in cora.get("/cases/").content.decode()
        assert ">Open</bdi>" not in other.get("/cases/").content.decode()
        view = KeptView.objects.get()
        assert other.post(f"/views/{view.pk}/forget/").status_code == 404

    def test_has_an_end(self, cora: Client) -> None:
        for number in range(kept.MOST):
            keep(cora, name=f"View {number}")
        assert "Forget one first" in keep(cora, name="One more")
        assert KeptView.objects.count() == kept.MOST

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"name": ""}, "Give the view a name"),
            ({"name": "x" * 41}, "Give the view a name"),
            ({"query": "before=3"}, "Choose filters in a list first"),
            ({"page": "//evil.example"}, "Choose filters in a list first"),
            ({"page": "admin:index"}, "Choose filters in a list first"),
        ],
    )
    def test_says_what_is_wrong(self, cora: Client, changes: dict[str, str], said: str) -> None:
        assert said in keep(cora, **changes)
        assert not KeptView.objects.exists()

    def test_names_are_text(self, cora: Client) -> None:
        page = keep(cora, name="<b>Mine</b>")
        assert "<bdi>&lt;b&gt;Mine&lt;/b&gt;</bdi>" in page

    def test_is_for_people_who_are_signed_in(self, client: Client) -> None:
        assert "/login/" in client.post("/views/keep/", OPEN)["Location"]
        assert client.get("/views/keep/").status_code == 405


def test_a_view_is_forgotten_and_the_list_stays(cora: Client) -> None:
    keep(cora)
    view = KeptView.objects.get()
    page = cora.post(f"/views/{view.pk}/forget/", follow=True)
    assert page.request["PATH_INFO"] == "/cases/"
    assert "“Open” is forgotten." in page.content.decode()
    assert not KeptView.objects.exists()


def test_lists_become_denser_where_one_stands(cora: Client) -> None:
    assert "Denser rows" in cora.get("/cases/?state=open").content.decode()
    back = {"back": "/cases/?state=open", "density": "compact"}
    page = cora.post("/looks/", back, follow=True)
    assert page.request["QUERY_STRING"] == "state=open"
    assert "More space" in page.content.decode()


@pytest.mark.parametrize("wrong", [{"page": "home"}, {"query": ""}, {"name": ""}])
def test_the_database_refuses(wrong: dict[str, str]) -> None:
    fields = {"person": make_user("ada").pk, **OPEN} | wrong
    with pytest.raises(IntegrityError), transaction.atomic():
        KeptView.objects.create(**fields)
