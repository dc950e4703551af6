"""What no amount of care can see: what each kind of log and source does not show, in words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from judgement.facts import Kind
from targets.models import Target

# By the kind of a target whose own log is read; a kind that is not here keeps none.
OF_LOG: Mapping[str, str | Promise] = {
    Target.Kind.POSTGRESQL.value: _(
        "Its log shows each statement and how it ended. It does not show which rows were seen, nor"
        " what functions and triggers did by themselves."
    ),
}
OF_LANGUAGE: Mapping[str, str | Promise] = {
    Kind.SQL.value: _("Statements are seen, the rows that they showed are not."),
    Kind.SHELL.value: _(
        "Commands are seen. What is done inside an editor, a script or another program is not."
    ),
    Kind.CLOUDTRAIL.value: _(
        "Calls of the AWS API are seen, some minutes late. What is done on a machine is not, nor"
        " are reads of data unless data events are switched on."
    ),
    Kind.KUBERNETES.value: _(
        "Requests to the API server are seen. What is typed in a container is not."
    ),
    Kind.HTTP.value: _("Requests are seen. What they carried and what was answered is not."),
}
