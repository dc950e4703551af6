"""Settings of Breakglass. Every variable is in `.env.example`; a checkout runs without any."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config import env

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env.flag("DEBUG", default=False)
DEMO = env.flag("DEMO", default=False)
SECRET_KEY = env.text("SECRET_KEY")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured("SECRET_KEY is not set; `make run` makes one for you.")
    SECRET_KEY = "only-for-tools-that-load-settings-and-never-serve"  # noqa: S105
# AES keys for secrets at rest, newest first: "id:base64,id:base64" (32 bytes each).
TARGET_KEYS = env.words("TARGET_KEYS")
# AES keys that wrap those of words on the record, newest first, in the same form.
LEDGER_DATA_KEYS = env.words("LEDGER_DATA_KEYS")
# The key that signs the record: itself, a command of a key store that prints it, or where the
# sealer keeps it; and where it remembers what it has signed.
LEDGER_KEY = env.text("LEDGER_KEY")
LEDGER_KEY_COMMAND = env.text("LEDGER_KEY_COMMAND")
LEDGER_KEY_PATH = env.text("LEDGER_KEY_PATH", str(BASE_DIR / ".local" / "ledger" / "key"))
LEDGER_MEMORY_PATH = env.text("LEDGER_MEMORY_PATH", str(BASE_DIR / ".local" / "ledger" / "memory"))
# Whether nobody gets credentials while the record cannot be signed.
LEDGER_REQUIRE_SEAL = env.flag("LEDGER_REQUIRE_SEAL", default=False)
# Where copies of it are kept, without anybody's words: folders, and buckets that speak S3.
LEDGER_COPIES = env.words("LEDGER_COPIES")
# How many days it is kept, by the classes of scenarios: for ever where nothing is said.
RETENTION = env.words("RETENTION")
# Whom its heads are mailed to each day, and who stamps them with the time (RFC 3161) each hour.
LEDGER_MAILS = env.words("LEDGER_MAILS")
LEDGER_STAMPS = env.words("LEDGER_STAMPS")
# Likewise while enough of its witnesses cannot be reached.
LEDGER_REQUIRE_WITNESS = env.flag("LEDGER_REQUIRE_WITNESS", default=False)
# Who signs its heads as well: "key address, key address"; and how many of them are enough.
LEDGER_WITNESSES = env.words("LEDGER_WITNESSES")
LEDGER_WITNESS_QUORUM = env.number("LEDGER_WITNESS_QUORUM", default=0)  # 0 is more than half
BASE_URL = env.text("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "core",
    "audit",
    "accounts",
    "targets",
    "breakglass",
    "reviews",
    "alerts",
    "config",
    "django.contrib.admin",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "guardian",
    "auditlog",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.first_run.FirstRunMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "auditlog.middleware.AuditlogMiddleware",
    "accounts.middleware.ReaderMiddleware",
    "accounts.middleware.SeenMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.pages.shell",
            ],
            "builtins": [
                "django.templatetags.static",
                "django.templatetags.i18n",
                "core.templatetags.ui",
            ],
        },
    }
]

DATABASES = {
    "default": env.database("DATABASE_URL", "postgresql://breakglass@127.0.0.1:5432/breakglass")
}
REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
# Holds nothing but counters of failed sign-ins: shared by all processes, and not lost with Redis.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.Backend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_SESSION_REMEMBER = True  # for SESSION_COOKIE_AGE, without asking
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Breakglass] "
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
# Guardian's backend stays out: it would take a permit for standing whose end date has passed, and
# let superusers do anything. Rules ask `GroupPermit` instead.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
GUARDIAN_RAISE_403 = False
ANONYMOUS_USER_NAME = None

# Record, API and logs are in the first; pages follow the reader (docs/translating.md).
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("de", "Deutsch"), ("ar", "العربية")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
FORMAT_MODULE_PATH = ["core.formats"]
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG
FORM_RENDERER = "core.forms.Renderer"

# No inline script or style, no eval, nothing from another host.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
_HTTPS = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

_MAIL = env.mail("EMAIL_URL")
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if _MAIL else "alerts.mailbox.MailboxBackend"
)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text(
    "DEFAULT_FROM_EMAIL", "Breakglass <breakglass@example.com>"
)
globals().update(_MAIL)

# Slack's Web API, or a server that speaks it; whether buttons in chats decide, or open the page.
SLACK_API_URL = env.text("SLACK_API_URL", "https://slack.com/api/")
CHAT_DECIDES = env.flag("CHAT_DECIDES", default=True)

# Folders with detection rules of one's own in the Sigma format, separated by commas.
SIGMA_RULES = env.words("SIGMA_RULES")
# What is reviewed by itself, and how often; how many cases a sample has.
_OFTEN = ("monthly", "quarterly", "never")
CAMPAIGNS = {
    "cases": env.one_of("CAMPAIGN_CASES", *_OFTEN, default="monthly"),
    "rights": env.one_of("CAMPAIGN_RIGHTS", *_OFTEN, default="quarterly"),
    "follow_up": env.one_of("CAMPAIGN_FOLLOW_UP", *_OFTEN, default="quarterly"),
}
CAMPAIGN_SAMPLE = env.number("CAMPAIGN_SAMPLE", default=25)
# Models that others run and that may give second opinions on cases: addresses of their interfaces
# (as OpenAI's), what they are asked as, and keys. Without an address none is asked.
JUDGEMENT_EMBEDDING_URL = env.text("JUDGEMENT_EMBEDDING_URL")
JUDGEMENT_EMBEDDING_MODEL = env.text("JUDGEMENT_EMBEDDING_MODEL")
JUDGEMENT_EMBEDDING_KEY = env.text("JUDGEMENT_EMBEDDING_KEY")
# Percent of likeness from which two texts are alike, and down to which they are not at all; and
# whether the model may see values (numbers, strings, addresses) of reasons and actions.
JUDGEMENT_EMBEDDING_ALIKE = env.number("JUDGEMENT_EMBEDDING_ALIKE", default=40)
JUDGEMENT_EMBEDDING_UNLIKE = env.number("JUDGEMENT_EMBEDDING_UNLIKE", default=10)
JUDGEMENT_EMBEDDING_VALUES = env.flag("JUDGEMENT_EMBEDDING_VALUES", default=False)
JUDGEMENT_CHAT_URL = env.text("JUDGEMENT_CHAT_URL")
JUDGEMENT_CHAT_MODEL = env.text("JUDGEMENT_CHAT_MODEL")
JUDGEMENT_CHAT_KEY = env.text("JUDGEMENT_CHAT_KEY")
# How many unusual uses a day somebody is to look at; the threshold follows from it.
ALERTS_A_DAY = env.number("ALERTS_A_DAY", default=2)

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Whoever rings a worker tries once: otherwise it is six seconds that an emergency waits for Redis.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "max_retries": 0,
    "interval_start": 0,
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
# Seconds between the runs of each sweep. Sweeps only tidy: the clock has already decided.
SWEEPS: dict[str, float] = {
    "core.tasks.forget_answers": 3600.0,
    "accounts.tasks.tidy_erasures": 5.0,
    "audit.tasks.verify_new": 60.0,
    "audit.tasks.verify_whole": 5.0,
    "audit.tasks.replay": 15.0,
    "audit.tasks.finish_erasures": 5.0,
    "audit.tasks.finish_prunings": 15.0,
    "audit.tasks.keep_to_policy": 900.0,
    "audit.tasks.look_after_anchors": 15.0,
    "audit.tasks.copy_record": 60.0,
    "audit.tasks.mail_heads": 300.0,
    "audit.tasks.stamp_heads": 60.0,
    "breakglass.tasks.tidy_grants": 1,
    "breakglass.tasks.tidy_requests": 5,
    "breakglass.tasks.tidy_changes": 600.0,
    "reviews.tasks.judge": 1.0,
    "reviews.tasks.compare": 5.0,
    "reviews.tasks.ask_models": 15.0,
    "reviews.tasks.detect": 5.0,
    "reviews.tasks.follow": 2.0,
    "reviews.tasks.tidy": 120.0,
    "reviews.tasks.take_up_again": 300.0,
    "reviews.tasks.look_after_campaigns": 600.0,
    "reviews.tasks.look_at_pairs": 3600.0,
    "reviews.tasks.look_at_night": 900.0,
    "reviews.tasks.tally": 5.0,
    "reviews.tasks.add_up_teams": 30.0,
    "reviews.tasks.report": 900.0,
    "targets.tasks.close_due": 0.5,
    "targets.tasks.settle": 5.0,
    "targets.tasks.collect": 3.0,
    "targets.tasks.reconcile": 30.0,
    "targets.tasks.try_targets": 300.0,
    "targets.tasks.forget_received": 3600.0,
    "targets.tasks.notice_silence": 30.0,
    "alerts.tasks.relay": 1.0,
    "alerts.tasks.deliver": 2.0,
    "alerts.tasks.go_on": 5.0,
    "alerts.tasks.take_up_again": 300.0,
    "alerts.tasks.forget_calls": 3600.0,
    "alerts.tasks.test_itself": 300.0,
    "alerts.tasks.read_calendars": 3600.0,
}
CELERY_BEAT_SCHEDULE = {
    task: {"task": task, "schedule": seconds, "options": {"expires": max(seconds, 1)}}
    for task, seconds in SWEEPS.items()
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.BearerToken",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.parsing.Json"],
    "DEFAULT_SCHEMA_CLASS": "core.schema.HouseSchema",
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "core.api.problem",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Breakglass",
    "DESCRIPTION": "Break-glass access with a record that can be proved.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "RequestState": "breakglass.models.Request.State",
        "ReviewState": "reviews.models.Review.State",
        "CampaignState": "reviews.models.Campaign.State",
        "CampaignKind": "reviews.models.Campaign.Kind",
        "FindingState": "reviews.models.Finding.State",
        "FindingKind": "reviews.models.Finding.Kind",
        "ObligationKind": "reviews.models.Obligation.Kind",
        "ObligationState": "reviews.models.Obligation.State",
        "DecisionKind": "breakglass.models.Decision.Kind",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
