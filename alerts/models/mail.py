"""Mails that are kept here, because no mail server is named."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.urls import reverse

from accounts.models import User


class MailQuerySet(models.QuerySet["Mail"]):
    def of(self, person: User) -> MailQuerySet:
        """One person's mails, newest first."""
        return self.filter(person=person).order_by("-pk")

    def unread(self) -> MailQuerySet:
        """Mails that nobody has opened."""
        return self.filter(read_at=None)


class Mail(models.Model):
    """A mail that was kept here, because no mail server is named. `person` may be nobody's."""

    address = models.CharField(max_length=320)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="mails", null=True)
    message_id = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=998)
    text = models.TextField()
    html = models.TextField(blank=True)
    sent_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)
    objects = models.Manager.from_queryset(MailQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["person", "-id"], name="mail_of_person")]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return reverse("mail", args=[self.pk])
