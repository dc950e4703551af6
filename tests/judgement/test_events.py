"""What events of AWS, Kubernetes and HTTP say: one line, one claim."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judgement import cloudtrail, http, kubernetes
from judgement.facts import Condition, Facts, Kind, Quality
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
ssm:GetParameters -> read
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
ec2:AuthorizeSecurityGroupIngress -> network write
lambda:CreateFunction20150331 -> persistence write exec
signin:ConsoleLogin -> neutral
iam:GetLoginProfile -> read
iam:DeleteUser -> privilege delete
ec2:ReplaceIamInstanceProfileAssociation -> privilege
lambda:UpdateFunctionConfiguration20150331v2 -> write
lambda:UpdateFunctionCode20150331v2 -> write exec
rds:RestoreDBInstanceFromDBSnapshot -> write
logs:PutRetentionPolicy -> write
route53:ChangeResourceRecordSets -> write
sqs:PurgeQueue -> delete
s3:CopyObject -> export write
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
patch cronjobs -> write
create serviceaccounts -> privilege persistence
create pods/eviction -> exec
patch deployments/scale -> write
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
POST /users/4/roles -> privilege
GET /users/4/roles -> read
DELETE /audit-log/4 -> delete tamper
DELETE /videos/4/decisions/history -> delete tamper
DELETE /users/4/tokens/5 -> delete
POST /silences -> write tamper
PUT /zones/4/event-recording?enabled=false -> write tamper
POST /webhooks -> write persistence
POST /webhooks/4/deliveries/5/retry -> exec
POST /users/4/impersonate -> privilege
PUT /settings/sso -> privilege
POST /service-accounts/4/tokens -> persistence privilege
POST /actuator/shutdown -> exec
POST /api/ds/query -> read
POST /flags/new-checkout/evaluate -> read
POST /scriptText -> write exec
POST /cdn/purge -> delete
GET /users/4/mfa/totp-seed?reveal=true -> read secret
GET /cards/4?fields=pan,cvv -> read secret
GET https://shop.example.org/orders/881?limit=5 -> read : shop.example.org /orders
"""


def request(asked: str) -> dict[str, object]:
    verb, _, resource = asked.partition(" ")
    resource, _, below = resource.partition("/")
    reference = {"resource": resource, "subresource": below, "namespace": "shop", "name": "api"}
    return {"verb": verb, "objectRef": reference}


def called(call: str, parameters: dict[str, object]) -> Facts:
    service, _, name = call.partition(":")
    event = {"eventSource": f"{service}.amazonaws.com", "eventName": name}
    return cloudtrail.facts({**event, "requestParameters": parameters})


def patched(body: object, asked: str = "patch deployments") -> Facts:
    return kubernetes.facts({**request(asked), "requestObject": body})


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
        assert "privilege" in cloudtrail.facts(opened).verbs

    def test_a_long_name_is_what_people_say_of_it(self) -> None:
        queue = "arn:aws:sqs:eu-west-1:228810456677:orders-dlq"
        url = "https://sqs.eu-west-1.amazonaws.com/228810456677/orders"
        facts = called("sqs:StartMessageMoveTask", {"sourceArn": queue, "queueUrl": url})
        assert facts.objects == ("orders-dlq", "orders")

    def test_what_a_machine_named_is_a_value_beside_a_name_that_people_say(self) -> None:
        key = "AKIA5QXLEXAMPLE7VTRM"
        facts = called("iam:UpdateAccessKey", {"userName": "m.ferreira", "accessKeyId": key})
        assert facts.objects == ("m.ferreira",)
        assert key in facts.literals
        assert called("iam:DeleteAccessKey", {"accessKeyId": key}).objects == (key.lower(),)

    def test_a_filter_names_what_it_looks_for_and_a_metric_nothing(self) -> None:
        asked = {"name": "tag:Name", "valueSet": {"items": [{"value": "agent-07"}]}}
        facts = called("ec2:DescribeInstances", {"filterSet": {"items": [asked]}})
        assert facts.objects == ("agent-07",)
        metric = {"metricName": "Errors", "dimensions": [{"name": "Queue", "value": "orders"}]}
        assert called("monitoring:GetMetricData", metric | {"period": 300}).objects == ("orders",)

    def test_what_is_set_is_a_condition(self) -> None:
        facts = called("lambda:UpdateFunctionConfiguration", {"functionName": "a", "memorySize": 9})
        assert Condition("memory_size", "set", "9") in facts.conditions

    def test_a_parameter_is_a_secret_that_is_decrypted_or_called_so(self) -> None:
        plain = called("ssm:GetParameter", {"name": "/shop/flags/new-cart"})
        assert {*plain.verbs} == {"read"}
        opened = called("ssm:GetParameter", {"name": "/shop/a", "withDecryption": True})
        assert "secret" in opened.verbs
        assert "secret" in called("ssm:GetParameter", {"name": "/shop/db/password"}).verbs

    def test_a_log_that_is_kept_for_days_alone_is_tampered_with(self) -> None:
        for days, verb in ((1, "tamper"), (90, "write")):
            asked = {"logGroupName": "/aws/x", "retentionInDays": days}
            assert verb in called("logs:PutRetentionPolicy", asked).verbs
        assert "tamper" not in called("logs:PutRetentionPolicy", asked).verbs

    def test_what_runs_at_the_next_start_stays(self) -> None:
        facts = called("ec2:ModifyInstanceAttribute", {"instanceId": "i-0ab", "userData": "x"})
        assert "persistence" in facts.verbs

    def test_a_call_that_only_reads_starts_nothing(self) -> None:
        event = {"eventSource": "logs.amazonaws.com", "eventName": "StartQuery", "readOnly": True}
        assert {*cloudtrail.facts(event).verbs} == {"read"}

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
        assert "api" in facts.objects + facts.literals

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

    def test_what_a_patch_sets_is_a_condition_by_its_last_key(self) -> None:
        limits = {"containers": [{"name": "api", "resources": {"limits": {"memory": "1Gi"}}}]}
        facts = patched({"spec": {"template": {"spec": limits}}})
        assert facts.conditions == (Condition("memory", "set", "1Gi"),)

    def test_a_mark_of_a_restart_runs_something_and_sets_nothing(self) -> None:
        marks = {"kubectl.kubernetes.io/restartedAt": "2026-11-12T16:17:03Z"}
        facts = patched({"spec": {"template": {"metadata": {"annotations": marks}}}})
        assert {*facts.verbs} == {"exec"}
        assert not facts.conditions

    def test_a_log_that_is_turned_off_is_tampered_with_and_an_open_range_is_a_right(self) -> None:
        log = patched({"metadata": {"annotations": {"x.example/enable-access-log": "false"}}})
        assert "tamper" in log.verbs
        opened = patched({"metadata": {"annotations": {"x.example/source-range": "0.0.0.0/0"}}})
        assert {*opened.breadth} == {"open_to_all"}

    def test_a_command_in_a_container_is_read_as_one(self) -> None:
        asked = {**request("create pods/exec")}
        asked["requestURI"] = "/exec?command=sh&command=-c&command=cat+%2Fetc%2Fshadow&container=a"
        assert "secret" in kubernetes.facts(asked).verbs
        asked["requestURI"] = "/exec?command=tar&command=cf&command=-&command=%2Fdata"
        assert "export" in kubernetes.facts(asked).verbs
        asked["requestURI"] = "/exec?command=df&command=-h"
        assert {*kubernetes.facts(asked).verbs} == {"read"}

    def test_a_binding_names_to_whom_it_gives_which_role(self) -> None:
        body = {"subjects": [{"name": "eva"}], "roleRef": {"name": "edit"}}
        facts = patched(body, "create rolebindings")
        assert {"eva", "edit"} <= {*facts.objects}

    def test_what_belongs_to_the_cluster_alone_names_nothing_where_it_is_read(self) -> None:
        facts = kubernetes.facts(request("list storageclasses"))
        assert facts.objects == ()
        assert kubernetes.facts(request("delete storageclasses")).objects


class TestHttp:
    @pytest.mark.parametrize(("line", "verbs", "objects"), rows(LINES))
    def test_a_request_does_this_to_that(self, line: str, verbs: str, objects: str) -> None:
        facts = http.facts(line)
        assert {*facts.verbs} == {*verbs.split()}
        assert {*objects.split()} <= {*facts.objects}

    def test_identifiers_are_values_and_a_query_is_compared(self) -> None:
        facts = http.facts("GET /orders/881?state=open&limit=5")
        assert facts.literals == ("881", "open")
        assert Condition("state", "=", "open") in facts.conditions
        assert facts.limit == 5

    def test_what_a_body_sets_and_picks_is_told_apart(self) -> None:
        body = '{"query": "group:Returns", "ticket": {"status": "closed"}, "note": "as agreed"}'
        facts = http.facts(f"PUT /tickets/bulk_by_query 202 {body}")
        assert {*facts.conditions} == {
            Condition("group", "=", "Returns"), Condition("ticket.status", "set", "closed"),
        }  # fmt: skip
        assert {*facts.breadth} == {"whole_table"}

    def test_cents_are_told_as_people_tell_them(self) -> None:
        facts = http.facts('POST /refunds 201 {"amount_minor": 18990}')
        assert facts.conditions == (Condition("amount", "set", "189.90"),)

    def test_where_something_is_sent_is_a_destination(self) -> None:
        facts = http.facts("POST /shops/4/webhooks?url=https://hooks.example.org/in 201")
        assert facts.destinations == ("https://hooks.example.org/in",)
        facts = http.facts('POST /exports 202 {"deliver_to": "r.lindt@mailbox.example"}')
        assert facts.destinations == ("r.lindt@mailbox.example",)

    def test_a_segment_after_a_plural_is_a_name_and_a_service_is_none(self) -> None:
        facts = http.facts("PUT /desk/tenants/kestrel/flags/tax-engine")
        assert facts.objects == ("/desk/tenants/flags", "tenants", "flags", "tax-engine")
        assert facts.literals == ("kestrel", "tax-engine")
        facts = http.facts("DELETE /api/queues/%2f/invoices.retry/contents")
        assert facts.objects == ("/api/queues/contents", "queues", "invoices.retry")

    def test_a_collection_without_a_name_is_all_of_it(self) -> None:
        for line in ("DELETE /suppressions", "DELETE /locks?zone=*", "POST /queue/cancelAll"):
            assert "everything" in http.facts(line).breadth, line
        for line in ("DELETE /suppressions/4", "DELETE /locks?zone=4", "POST /recall"):
            assert "everything" not in http.facts(line).breadth, line

    def test_a_high_role_in_a_body_is_as_good_as_root(self) -> None:
        facts = http.facts('PATCH /users/4 200 {"role": "admin"}')
        assert "privilege" in facts.verbs
        assert facts.severity == 0.9

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
