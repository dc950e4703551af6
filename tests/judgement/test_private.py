"""What is of people is told where a request does not speak of the like."""

import pytest

from judgement import http, private

OF_PEOPLE = ["/salaries", "/employees/3/salary", "/hr/appraisals/17", "/mailboxes/kim"]
OF_OTHERS = ["/orders/17", "/chat/health", "/queues/leave/messages"]


class TestPrivate:
    @pytest.mark.parametrize("path", OF_PEOPLE)
    def test_what_is_of_people_is_told(self, path: str) -> None:
        assert private.read("the shop is slow", http.facts(f"GET {path}"))

    @pytest.mark.parametrize("path", OF_OTHERS)
    def test_what_is_of_something_else_is_not(self, path: str) -> None:
        assert not private.read("the shop is slow", http.facts(f"GET {path}"))

    def test_whoever_speaks_of_the_like_may_read_it(self) -> None:
        facts = http.facts("GET /payroll/batches/3")
        assert not private.read("the payslips of March are wrong", facts)
        assert private.read("the invoices of March are wrong", facts)
