"""What events of AWS, Kubernetes and HTTP say: one line, one claim."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judgement import cloudtrail, http, kubernetes
from judgement.facts import Condition, Kind, Quality
from judgement.reading import facts_of
from tests.judgement.tables import rows

CALLS = """
ec2:DescribeInstances -> read
s3:GetObject -> read
s3:PutObject -> write
ec2:TerminateInstances -> delete
rds:DeleteDBInstance -> delete
ec2:RebootInstances -> exec
ssm:SendCommand -> exec
ssm:StartSession -> exec
cloudtrail:StopLogging -> tamper
cloudtrail:DeleteTrail -> tamper
cloudtrail:LookupEvents -> read
guardduty:DeleteDetector -> tamper
ec2:DeleteFlowLogs -> tamper
route53resolver:DeleteResolverQueryLogConfig -> tamper
eks:AssociateAccessPolicy -> privilege
config:StopConfigurationRecorder -> tamper
secretsmanager:GetSecretValue -> secret read
ssm:GetParameters -> secret read
ec2:GetPasswordData -> secret read
iam:CreateAccessKey -> privilege persistence
iam:CreateUser -> privilege persistence
iam:AttachUserPolicy -> privilege
iam:ListUsers -> read
sts:AssumeRole -> privilege exec
sts:GetCallerIdentity -> neutral
kms:Encrypt -> read
kms:ScheduleKeyDeletion -> delete secret tamper
s3:PutBucketPolicy -> privilege export
ec2:ModifySnapshotAttribute -> privilege export
ec2:CreateSnapshot -> export write
ec2:AuthorizeSecurityGroupIngress -> network privilege
lambda:CreateFunction20150331 -> persistence write exec
signin:ConsoleLogin -> neutral
newservice:DescribeThings -> read
newservice:DeleteThing -> delete
newservice:UpdateThing -> write
"""

REQUESTS = """
get pods -> read
list secrets -> secret read
get secrets -> secret read
patch deployments -> write
delete pods -> delete
delete namespaces -> delete
deletecollection pods -> delete
create pods/exec -> exec network
create pods/portforward -> exec network
get pods/log -> read
create clusterrolebindings -> privilege
impersonate users -> privilege
create selfsubjectaccessreviews -> neutral
create cronjobs -> persistence write
delete events -> tamper delete
delete networkpolicies -> tamper delete
create serviceaccounts/token -> secret privilege
"""

LINES = """
GET /orders/881 -> read : /orders
HEAD /orders -> read
OPTIONS /orders -> neutral
POST /orders -> write : /orders
PATCH /orders/881 -> write
DELETE /orders/881 -> delete : /orders
DELETE /logs/_all -> delete
GET /orders/export?format=csv -> read export
GET /api/secrets/4 -> read secret
POST /users/4/roles -> write privilege
GET /users/4/roles -> read
DELETE /audit-log/4 -> delete tamper
POST /webhooks -> write persistence
POST /actuator/shutdown -> write exec
GET https://shop.example.org/orders/881?limit=5 -> read : shop.example.org /orders
"""


def request(asked: str) -> dict[str, object]:
    verb, _, resource = asked.partition(" ")
    resource, _, below = resource.partition("/")
    reference = {"resource": resource, "subresource": below, "namespace": "shop", "name": "api"}
    return {"verb": verb, "objectRef": reference}


class TestCloudTrail:
    @pytest.mark.parametrize(("call", "verbs", "_"), rows(CALLS))
    def test_a_call_does_this(self, call: str, verbs: str, _: str) -> None:
        service, _, name = call.partition(":")
        facts = cloudtrail.facts({"eventSource": f"{service}.amazonaws.com", "eventName": name})
        assert {*facts.verbs} == {*verbs.split()}

    def test_what_is_acted_on_is_named_and_how_is_said(self) -> None:
        facts = cloudtrail.facts(
            {
                "eventSource": "ec2.amazonaws.com",
                "eventName": "TerminateInstances",
                "requestParameters": {
                    "instancesSet": {"items": [{"instanceId": "i-0ABC"}]},
                    "reason": "test",
                },
                "resources": [{"ARN": "arn:aws:ec2:x"}],
            }
        )
        assert facts.objects == ("i-0abc", "arn:aws:ec2:x")
        assert facts.literals == ("test",)

    def test_the_rights_of_an_administrator_and_an_open_door_are_grave(self) -> None:
        event = {"eventSource": "iam.amazonaws.com", "eventName": "AttachUserPolicy"}
        policy = {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
        assert cloudtrail.facts({**event, "requestParameters": policy}).severity == 0.95
        rule = {"ipPermissions": [{"cidrIp": "0.0.0.0/0"}]}
        opened = {"eventName": "AuthorizeSecurityGroupIngress", "requestParameters": rule}
        assert {*cloudtrail.facts(opened).breadth} == {"open_to_all"}

    def test_a_call_that_was_refused_weighs_less(self) -> None:
        event = {"eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging"}
        refused = {**event, "errorCode": "AccessDenied"}
        assert cloudtrail.facts(refused).severity < cloudtrail.facts(event).severity
        assert cloudtrail.facts(refused).verbs == cloudtrail.facts(event).verbs

    def test_a_name_that_says_nothing_is_read_by_read_only_and_is_partial(self) -> None:
        event: dict[str, object] = {"eventName": "Frobnicate"}
        assert {*cloudtrail.facts({**event, "readOnly": True}).verbs} == {"read"}
        assert {*cloudtrail.facts(event).verbs} == {"write"}
        assert cloudtrail.facts(event).quality is Quality.PARTIAL


class TestKubernetes:
    @pytest.mark.parametrize(("asked", "verbs", "_"), rows(REQUESTS))
    def test_a_request_does_this(self, asked: str, verbs: str, _: str) -> None:
        facts = kubernetes.facts(request(asked))
        assert {*facts.verbs} == {*verbs.split()}
        assert "api" in facts.objects

    def test_an_object_has_its_namespace_before_it(self) -> None:
        assert kubernetes.facts(request("get pods")).objects[0] == "shop/pods/api"

    def test_a_pod_with_the_rights_of_its_host_is_a_privilege(self) -> None:
        container = {"securityContext": {"privileged": True}}
        facts = kubernetes.facts(
            {**request("create pods"), "requestObject": {"spec": {"containers": [container]}}}
        )
        assert {*facts.verbs} == {"write", "privilege"}

    def test_whoever_acts_as_somebody_else_uses_a_privilege(self) -> None:
        acting = {**request("get pods"), "impersonatedUser": {"username": "system:admin"}}
        assert {*kubernetes.facts(acting).verbs} == {"read", "privilege"}

    def test_a_namespace_that_is_removed_takes_everything_with_it(self) -> None:
        assert {*kubernetes.facts(request("delete namespaces")).breadth} == {"everything"}


class TestHttp:
    @pytest.mark.parametrize(("line", "verbs", "objects"), rows(LINES))
    def test_a_request_does_this_to_that(self, line: str, verbs: str, objects: str) -> None:
        facts = http.facts(line)
        assert {*facts.verbs} == {*verbs.split()}
        assert {*objects.split()} <= {*facts.objects}

    def test_identifiers_are_values_and_a_query_is_compared(self) -> None:
        facts = http.facts("GET /orders/881?state=open&limit=5")
        assert facts.literals == ("881", "open", "5")
        assert Condition("state", "=", "open") in facts.conditions
        assert facts.limit == 5

    def test_a_large_answer_is_more_than_reading(self) -> None:
        event = {"method": "GET", "path": "/orders", "bytes": 50_000_000}
        assert {*http.facts(event).verbs} == {"read", "export"}

    def test_a_line_of_an_access_log_is_read(self) -> None:
        line = '192.0.2.1 - kim [28/Nov/2026:10:00:00 +0000] "DELETE /orders/5 HTTP/1.1" 204 0'
        assert {*http.facts(line).verbs} == {"delete"}


class TestReading:
    def test_each_kind_has_its_reader(self) -> None:
        event = json.dumps({"eventSource": "s3.amazonaws.com", "eventName": "GetObject"})
        for kind, said in {
            Kind.SQL: "SELECT a FROM t",
            Kind.SHELL: "cat a",
            Kind.CLOUDTRAIL: event,
            Kind.KUBERNETES: json.dumps(request("get pods")),
            Kind.HTTP: "GET /a",
        }.items():
            facts = facts_of(kind, said)
            assert facts.kind is kind
            assert {*facts.verbs} == {"read"}

    def test_a_statement_may_stand_in_an_event(self) -> None:
        assert {*facts_of(Kind.SQL, {"statement": "DROP TABLE t"}).verbs} == {"schema", "delete"}

    def test_what_a_statement_starts_in_a_shell_is_read_too(self) -> None:
        facts = facts_of(Kind.SQL, r"\! rm -rf /srv/app")
        assert {*facts.verbs} == {"exec", "delete"}
        assert facts.kind is Kind.SQL

    def test_what_is_no_event_is_known_to_be_unknown(self) -> None:
        for kind in Kind:
            for said in ("", "{", "[" * 5000, "{}", {}, {"eventName": {}, "verb": 3}):
                assert facts_of(kind, said).quality is not Quality.WHOLE, (kind, said)

    @settings(max_examples=150, deadline=None)
    @given(
        st.sampled_from(Kind),
        st.dictionaries(
            st.sampled_from(
                [
                    *("eventName", "eventSource", "requestParameters", "verb", "objectRef"),
                    *("requestObject", "url", "status", "responseStatus", "statement", "command"),
                    "method",
                ]
            ),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
                max_leaves=8,
            ),
        ),
    )
    def test_no_event_makes_it_crash(self, kind: Kind, event: dict[str, object]) -> None:
        facts = facts_of(kind, event)
        assert (facts.quality is Quality.NONE) == (not facts.verbs)
