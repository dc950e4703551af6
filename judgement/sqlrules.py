"""What SQL statements of administration do, by their words: of several servers' dialects.

Queries and changes of rows are not here; `sqltree` reads them from their syntax.
"""

import re
from functools import cache

from judgement import rules

_FILE = "sql"
_STANDS_FOR = {
    # A name, with its schema, in any of the quotes of the dialects.
    "NAME": r"(?P<o>[\w$.\"`\[\]@%*'-]+)",
    "IF_EXISTS ": r"(?:if (?:not )?exists )?",
}

# First words of statements that neither change nor disclose anything.
_NEUTRAL = (
    "abort commit rollback savepoint release end use show describe desc help connect go fetch move"
    " declare close delimiter explain unlisten xa signal resignal get status quit exit clear"
    " prepare source"
)
NEUTRAL = frozenset(_NEUTRAL.split())

# One look says whether any of the above can match: most statements have none of these.
# Statements are in lower case then.
MAY_MATTER = re.compile(
    r"pg_|load_|file|utl_|open|bfile|adminpack|lo_(?:ex|im)port|dblink|http|_fdw|dbms|aws_|sys_e"
    r"|cmdshell|sp_|shell|cron|pgagent|rds_kill|set_config|nextval|setval|setting|privilege"
    r"|to_xml|copy_to|benchmark|sleep|language"
)

# Tables and columns that hold what opens other doors.
SECRET_TABLE = re.compile(
    r"(?:^|[._])(?:pg_authid|pg_shadow|pg_user_mappings?|user\$|sql_logins|syslogins|global_priv"
    r"|dba_users|wp_users|auth_user|keyring\w*|vault\w*|secrets?|credentials?|passwords?|passwd"
    r"|(?:api|access|auth|refresh|session|oauth2?|bearer|reset|signing|ssh|private|encryption"
    r"|secret|device|service|personal|id|push|csrf|mfa|jwt|license)_?\w*?_?(?:tokens?|keys?)"
    r"|\w*_tokens?|tokens|api_?keys?|\w*_(?:secrets?|credentials?|passwords?)|otp_?\w*|totp_?\w*"
    r"|recovery_codes|webauthn\w*|private_keys?|linked_logins)$|^mysql\.(?:user|db|global_priv)$"
    r"|^(?:system\.)?(?:sys)?users?\$$",
    re.IGNORECASE,
)
SECRET_COLUMN = re.compile(
    r"(?:^|_)(?:password|passwd|passphrase|pwd|pass|pw|secret|token|credential|apikey|salt|otp"
    r"|totp|cvv|cvc|pin|puk\d?|ki|opc|adm1|seed|pwd_\w+|p12_?\w*|pfx_?\w*|card_?number|pan|pin_?(?:code|hash)|rolpassword|authentication_string|passwort)s?(?:_?(?:hash"
    r"|hashed|digest|key|enc|encrypted|value|text|plain|string|salt))?$"
    r"|(?:^|_)(?:api|private|secret|encryption|signing|access|ssh|license|master|session)_?keys?"
    r"(?:_?hash|_?pem)?$|(?:^|_)(?:auth|unicast|pairwise|psk|wpa)_keys?$"
    r"|(?:^|_)(?:recovery|backup|pickup|access|door|locker|unlock|pin|login)_?codes?$"
    r"|(?:^|_)cookies?(?:_?(?:value|data))?$|^(?:encrypted|hashed|hash)_?(?:password|passwd|pw)\w*$|^(?:passwordhash"
    r"|srvpass\w*|umoptions)$|[a-z](?:secret|password|passwd|refreshtoken|accesstoken|apitoken|apikey)$",
    re.IGNORECASE,
)
# Columns that only count or date such things, or say how they are.
HARMLESS_COLUMN = re.compile(
    r"(?:_at|_on|_by|_count|_id|_date|_expires?\w*|_policy|_(?:tries|attempts|retries|failures|errors"
    r"|changed|required|length|status|state|type|sent|valid))$|^(?:\w+_)?tokens$"
    r"|^(?:failed|wrong|bad|invalid|incorrect|must|needs?|force|has|is|num|max|min|requires?)_",
    re.IGNORECASE,
)
# Those of which whoever picks a row by one knows it already: a card, a token of a link.
PICKED_BY = re.compile(r"(?:^|_)(?:card_?number|pan|token|key)$", re.IGNORECASE)
# What in a table of secrets may be one; its other columns say whose it is, and since when.
MAY_HOLD = re.compile(
    r"^\*$|pass|pwd|pw$|secret|token|hash|salt|^codes?$|(?:backup|recovery|verif\w*|access|reset|login)_codes?$|cred|cipher|crypt|digest|authentication"
    r"|(?:^|_)(?:keys?|seed|auth|cert|pem|otp|pin|val|values?|data|content|text|body|blob|json|config"
    r"|spare\d)(?:$|_)",
    re.IGNORECASE,
)
# Tables in which a server keeps what opens it, whatever is read of them.
SERVERS_OWN = re.compile(
    r"pg_authid|pg_shadow|user_mapping|user\$|sql_logins|syslogins|global_priv|dba_users|mysql\.",
    re.IGNORECASE,
)
# Tables into which a system writes what was done in it.
AUDIT_TABLE = re.compile(
    # The night audit of a hotel and the audits of a quality system are business.
    r"(?:^|[._])(?:(?<!night_)audit(?!_?(?:or|visit|firm|plan|finding|appointment|checklist|question|batch|team))\w*"
    r"|(?!night_)\w*(?<!_night)_audit(?:_?(?:log|trail|event|entr)\w*)?|pgaudit\w*|\w*audit_?logs?"
    r"|(?:access|security|login|auth|activity|event|change|admin|query|general|slow|user|session"
    r"|statement|transaction|history|system|command|sudo|ddl|dml)_?(?:logs?|history|trail|journal)"
    r"|log_entr(?:y|ies)|logged_actions|logins?_attempts?|aud\$|fga_log\$|unified_audit_trail"
    r"|binary_?logs?|django_admin_log|auditlog\w*|failed_logins?|pg_stat_statements|versions_log)$"
    r"|^mysql\.(?:general|slow)_log$",
    re.IGNORECASE,
)
# Where an application keeps who may do what.
RIGHTS_TABLE = re.compile(
    r"(?:^|[._])(?:admins?|administrators|superusers|(?:user|role|group|member|account)_?(?:roles?"
    r"|permissions?|privileges?|grants?|rights?|acls?|memberships?|assignments?)|permissions"
    r"|role_(?:members|bindings)|auth_user_(?:groups|user_permissions)|acls?|sudoers)$",
    re.IGNORECASE,
)
RIGHTS_COLUMN = re.compile(
    r"^(?:is_|has_)?(?:admin|administrator|superuser|staff|root|sudo|owner|privileged)$"
    r"|^(?:user_|account_)?(?:roles?|permissions?|privileges?|access_level|scopes?|rights?)$",
    re.IGNORECASE,
)
RIGHTS_VALUE = re.compile(r"admin|root|super|owner|^(?:all|true|t|1|y|yes|\*)$", re.IGNORECASE)
# Functions that change something, by what they are called: of a server's own ones there are rules.
CALLED = re.compile(
    r"^(?!set_(?:config|bit|byte|masklen)$)(?:(?:sp|fn|usp|f|p|proc|func|api|do|admin|job)_)?(?:(?P<deletes>drop|delete|remove|purge|truncate|wipe|erase|clear"
    r"|clean_?up|prune|unlink)|start|run|rerun|resume|restart|stop|pause|cancel|abort|post|repost|book|process|reprocess"
    r"|apply|set|update|insert|create|send|resend|close|reopen|reset|release|unlock|lock|pay|refund|credit|debit|void"
    r"|approve|assign|requeue|enqueue|retry|replay|move|merge|sync|refresh|rebuild|recalc\w*|execute|submit|publish"
    r"|rollback|revert|undo|detach|attach|enable|disable|activate|deactivate|mark|import|migrate)_",
    re.IGNORECASE,
)
CALL_SEVERITY = 0.4
# Settings that decide what is recorded; with a value that says "less".
AUDIT_SETTING = re.compile(
    r"(?<!role )(?<!user )(?<!table )(?<!login )(?<!group )(?<!schema )\b"
    r"(?P<o>log_statement\w*|log_min_\w+|log_connections|log_disconnections|log_duration|log_line_prefix"
    r"|log_destination|logging_collector|log_directory|log_filename|log_file_mode|log_truncate\w*"
    r"|log_rotation\w*|log_parameter\w*|log_hostname|log_error\w*|log_output|log_bin\w*|log_raw"
    r"|log_checkpoints|log_lock_waits|log_replication\w*|log_autovacuum\w*|log_executor\w*"
    r"|pgaudit\.\w+|auto_explain\.\w+|pg_stat_statements\.\w+|server_audit\w*|audit_\w+|general_log\w*|slow_query_log\w*"
    r"|sql_log_\w+|binlog_\w+|expire_logs_days|binlog_expire\w*|session_replication_role|track_\w+"
    r"|syslog_\w+|event_source|performance_schema|default_trace_enabled|c2_audit_mode"
    r"|recording_enabled|audit_trail)\b['\"`\]]?\s*(?:=|:=|\bto\b|,|\s)\s*\(?\s*(?P<value>'[^']*'|[\w.+-]*)",
    re.IGNORECASE,
)
MORE_IS_RECORDED = re.compile(
    r"^'?(?:on|1|true|yes|all|ddl|mod|debug\d?|info|log|notice|verbose|origin|table|file|csvlog"
    r"|jsonlog|stderr|full|top|row|\d*[1-9]\d*(?:ms|s|min)?|0ms|read|write|all,.*|enabled)'?$",
    re.IGNORECASE,
)
# Structure rather than content: what `\\d` and SHOW tell as well.
CATALOGUE = re.compile(
    r"^(?:information_schema\..*|(?:pg_catalog\.)?pg_(?:class|namespace|attribute|indexes|index"
    r"|tables|views|settings|database|type|constraint|proc|extension|tablespace|description|locks"
    r"|available_extensions|sequences|attrdef|matviews|stat_(?:user|all|activity|replication|database|bgwriter)\w*"
    r"|statio_\w+|roles)|sqlite_(?:master|schema|sequence)|sys\.(?:tables|columns|objects|indexes|schemas|databases)"
    r"|(?:all|user|dba)_(?:tables|tab_columns|objects|indexes|constraints)|dual|performance_schema\..*)$",
    re.IGNORECASE,
)


@cache
def of_word(word: str) -> tuple[rules.Rule, ...]:
    """Return the rules for statements that begin with a word; none if there are none."""
    text = rules.table(_FILE).get(word, "")
    for name, pattern in _STANDS_FOR.items():
        text = text.replace(name, pattern)
    return rules.read(text)


def anywhere() -> tuple[rules.Rule, ...]:
    """Return the rules for words that tell wherever they stand."""
    return of_word("*")
