"""Which changes of scenarios django-auditlog keeps (and `audit` mirrors)."""

from audit.config import track
from breakglass.models import ApprovalStep, GroupPermit, Scenario

# Archiving has an event of its own.
track(Scenario, exclude_fields=["archived_at"], m2m_fields={"targets", "alert_groups"})
track(ApprovalStep)
track(GroupPermit)
