"""Who is given a right that a request does not speak of."""

from judgement import cloudtrail, kubernetes, whom
from judgement.facts import Facts


def called(call: str, **parameters: str) -> Facts:
    return cloudtrail.facts(
        {"eventSource": "iam", "eventName": call, "requestParameters": parameters}
    )


class TestWhom:
    def test_who_is_not_named_is_a_stranger_and_so_is_another_group(self) -> None:
        reason = "new starter Ines Ito: add user i.ito to group developers"
        added = "AddUserToGroup"
        assert not whom.stranger(reason, called(added, userName="i.ito", groupName="developers"))
        assert whom.stranger(reason, called(added, userName="i.ito", groupName="admins"))
        assert whom.stranger(reason, called("CreateLoginProfile", userName="old.user"))

    def test_whoever_loses_a_right_is_no_stranger(self) -> None:
        assert not whom.stranger("offboarding", called("DetachUserPolicy", userName="kim"))

    def test_a_binding_is_for_those_who_are_named_and_to_the_role_that_is(self) -> None:
        def bound(who: str, role: str) -> Facts:
            body = {"subjects": [{"name": who}], "roleRef": {"name": role}}
            reference = {"resource": "rolebindings", "name": "eva-edit", "namespace": "lab"}
            return kubernetes.facts(
                {"verb": "create", "objectRef": reference, "requestObject": body}
            )

        reason = "give Eva the edit role in namespace lab"
        assert not whom.stranger(reason, bound("eva", "edit"))
        assert whom.stranger(reason, bound("max", "edit")) == "max"
        assert whom.stranger(reason, bound("eva", "cluster-admin")) == "cluster-admin"
