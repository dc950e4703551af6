"""What the text of a change says that is put into a file: a right, a way in, a record turned off.

Whichever file that is: `NOPASSWD` gives rights of root, and a rule for the log that is taken out
leaves no trace of what comes after.
"""

import re

from judgement.facts import Verb
from judgement.gathering import Gathered

_LONGEST = 4_000
_CALLS_HOME = re.compile(r"/dev/(?:tcp|udp)/([\w.-]+)/\d")
_COPIES_MAIL = re.compile(r"\b\w*_bcc\w*\s*=\s*([\w.+-]+@[\w.-]+)")
_REPLACED = re.compile(r"\bs([/|#,])(?:\\.|(?!\1)[^\\]){0,200}(?=\1)")  # what sed takes out
_SAYS: tuple[tuple[re.Pattern[str], Verb, float], ...] = (
    (
        re.compile(
            r"NOPASSWD|\bALL\s*=\s*\(ALL|PermitRootLogin\W+(?:yes|without|prohibit)|PermitEmptyPasswords\W+yes"
            r"|--privileged|\bprivileged['\"]?\s*[:=]\s*true|SYS_ADMIN|cap_sys_|hostPID"
            r"|-v[ =]\\?/:|docker\.sock|skip[-_]grant[-_]tables|\bsuperuser\b|cluster-admin"
            r"|AdministratorAccess"
        ),
        Verb.PRIVILEGE, 0.9,
    ),
    (
        re.compile(
            r"\b(?:auth|authenticate|authentication|authorization|require_?(?:auth|pass\w*|ssl)|verify_?(?:ssl|tls|peer)\w*"
            r"|password_?auth\w*|protected-mode|selinux|enforc\w+)['\"]?\s*[:= ]\s*['\"]?"
            r"(?:off|no|none|false|disabled?|permissive|trust|0)\b|\bhost\b.{0,60}\btrust\b"
            r"|\bgrant\b.{0,60}\bANY\b|allow-(?:update|transfer)\s*\{\s*any|\bRequire all granted"
            r"|disable_functions\W*=\s*(?:/|$|['\"])|smtpd_tls_security_level\s*=\s*none"
            r"|\badmin_users?\s*=|\bauth_type\s*=\s*(?:any|trust)"
            r"|\ballow_?anonymous['\"]?\s*[:= ]\s*['\"]?(?:true|yes|on|1)\b"
            r"|mynetworks\s*=.*0\.0\.0\.0/0|write\s*=\s*all\b",
            re.IGNORECASE,
        ),
        Verb.PRIVILEGE, 0.7,
    ),
    (
        re.compile(
            r"\b(?:member|memberUid|sudo\w+|userPassword|sshPublicKey|uidNumber|gidNumber)::?\s"
        ),
        Verb.PRIVILEGE, 0.85,
    ),
    (
        re.compile(r"\b(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\w+)\s+AAAA|command=\"|/dev/tcp/"),
        Verb.PERSISTENCE, 0.85,
    ),
    (
        re.compile(
            r"/[^/]{0,30}\blog (?:prefix|level|group)[^/]{0,40}/d|\baccess_log\s+off"
            r"|\berror_log\s+/dev/null"
            r"|\b(?:audit\w*|log_(?:statement|connections|disconnections)|general_log|slow_query_log"
            r"|pgaudit\.log|auditlog|logging|log-bin)['\"]?\s*[:=]\s*['\"]?(?:off|no|none|false|0|disabled?)\b"
            r"|\baudit[\w.]*['\"]?\s*[:=]\s*['\"]?(?:noop|off|none|false|disabled?)\b"
            r"|\bLogLevel\W+(?:QUIET|off|none)\b|\bStorage\s*=\s*none\b|\bMaxLevelStore\s*=\s*(?:emerg|none)"
            r"|\boption dontlog|\bno log\b|\bdisable_audit|/auditd?/d",
            re.IGNORECASE,
        ),
        Verb.TAMPER, 0.8,
    ),
)  # fmt: skip


def judge(text: str, gathered: Gathered) -> None:
    """Add what follows from the text of a change."""
    text = _REPLACED.sub(" ", text[:_LONGEST].replace("\\n", "\n"))
    for pattern in (_CALLS_HOME, _COPIES_MAIL):
        if found := pattern.search(text):
            gathered.does(Verb.EXPORT, Verb.NETWORK, severity=0.8)
            gathered.sends_to(found[1])
    for pattern, verb, severity in _SAYS:
        if pattern.search(text):
            gathered.does(verb, severity=severity)
