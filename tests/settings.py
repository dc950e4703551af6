"""Settings of the tests: private servers first, then the settings of the product.

pytest-django loads this before anything of ours, so it is the place to start the servers.
"""

import os

from tests import turns

turns.take()

from tests import servers  # noqa: E402

os.environ.setdefault("SECRET_KEY", "a-key-for-tests-alone-that-protects-nothing-at-all")
os.environ.setdefault("TARGET_KEYS", "1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
os.environ.setdefault("DEBUG", "no")
for _name in [name for name in os.environ if name.startswith(("LEDGER_", "JUDGEMENT_"))]:
    del os.environ[_name]  # what a developer has elsewhere: tests set what they need
servers.provide()

from config.settings import *  # noqa: E402, F403

# A query takes a third less of the way through a socket than through the network.
DATABASES["default"]["HOST"] = os.environ.get("DATABASE_SOCKET") or DATABASES["default"]["HOST"]  # noqa: F405
# A slow hash protects passwords of people; tests have none.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Files are served from their places; `collectstatic` is the deployment's affair.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True  # otherwise it warns of the directory that `collectstatic` makes

# A record of a developer that lies in the checkout is none of the tests'.
LEDGER_KEY_PATH = LEDGER_MEMORY_PATH = "/nowhere/ledger"
