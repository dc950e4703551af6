"""Whether an action is about another than the one that a request names."""

import pytest

from judgement import http, kubernetes, others, reasons
from judgement.facts import Facts

# reason | name of a deployment -> the one that it should have been
NAMES = [
    ("raise the memory of checkout-api", "checkout-callbacks", "checkout-api"),
    ("raise the memory of checkout-api", "checkout-api", ""),
    ("raise the memory of checkout-api", "checkout-cfg", ""),
    ("raise the memory of checkout-api and its callbacks", "checkout-callbacks", ""),
    ("drain worker-fra-23", "worker-fra-32", "worker-fra-23"),
    ("drain worker-fra-23 and 32", "worker-fra-32", ""),
    ("drain web-3 to web-5", "web-4", ""),
    ("set voucher SPRING26 right", "spring27", "spring26"),
    ("unlock user 00u9kl", "00u8zz", "00u9kl"),
    ("reboot i-0b3f9a77c1d2e4455", "i-0b3f9a71e8806d31a", "i-0b3f9a77c1d2e4455"),
    ("restart tenant-red since 2026-11-12", "2026-11-13", ""),
]


def patched(name: str, namespace: str = "") -> Facts:
    reference = {"resource": "deployments", "name": name, "namespace": namespace}
    return kubernetes.facts({"verb": "patch", "objectRef": reference})


class TestAnother:
    @pytest.mark.parametrize(("reason", "name", "meant"), NAMES)
    def test_a_name_like_the_one_that_is_named_is_another(
        self, reason: str, name: str, meant: str
    ) -> None:
        found = others.another(reasons.read(reason), patched(name))
        assert found == ((name, meant) if meant else None)

    def test_a_number_is_another_of_what_is_called_by_it_and_of_nothing_else(self) -> None:
        reason = reasons.read("Reset the second factor of user 55102")
        assert others.another(reason, http.facts("POST /users/55120/mfa/reset")) == (
            "55120", "55102",
        )  # fmt: skip
        assert not others.another(reason, http.facts("POST /users/55102/mfa/reset"))
        assert not others.another(reason, http.facts("PATCH /enrolments/77120"))
        assert not others.another(reason, http.facts("PATCH /users/55102/factors/88123"))


class TestElsewhere:
    def test_another_namespace_than_the_one_that_is_named(self) -> None:
        for reason in ("restart api in namespace shop", "restart api (ns shop)"):
            found = others.elsewhere(reason, patched("api", "people"))
            assert found == ("people", "shop")
            assert not others.elsewhere(reason, patched("api", "shop"))

    def test_where_no_namespace_is_named_none_is_another(self) -> None:
        assert not others.elsewhere("restart api of the shop", patched("api", "people"))
        assert not others.elsewhere("which namespaces are full", patched("api", "people"))


class TestUnasked:
    def unasked(self, reason: str, body: object) -> str:
        reference = {"resource": "deployments", "name": "checkout-api"}
        event = {"verb": "patch", "objectRef": reference, "requestObject": {"spec": body}}
        return others.unasked(reasons.read(reason), kubernetes.facts(event))

    def test_a_field_beside_those_that_are_spoken_of_is_told(self) -> None:
        reason = "raise the memory of checkout-api to 1Gi"
        assert self.unasked(reason, {"memory": "1Gi", "image": "checkout:2.32"}) == "image"
        assert not self.unasked(reason, {"memory": "1Gi"})

    def test_what_is_switched_or_named_or_a_time_is_as_good_as_spoken_of(self) -> None:
        reason = "raise the memory of checkout-api to 1Gi, image checkout:2.32"
        for value in (True, "checkout:2.32", "2026-11-12T16:17:03Z"):
            assert not self.unasked(reason, {"memory": "1Gi", "revision": value})

    def test_where_no_field_is_spoken_of_none_is_beside(self) -> None:
        assert not self.unasked("repair checkout-api", {"memory": "1Gi", "image": "a:2"})
