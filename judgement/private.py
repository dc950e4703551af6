"""What is of people, and is read by nobody who does not speak of it: pay, health, reviews."""

import re
from functools import lru_cache

from judgement import words
from judgement.facts import Facts

# Words of one line mean one thing: whoever speaks of one of them has spoken of all.
_OF_PEOPLE = (
    "salary salaries wage wages payroll payslip payslips paycheck compensation bonus bonuses pay"
    " remuneration hr personnel employee employees staff attrition disciplinary grievance"
    " grievances appraisal appraisals candidate candidates applicant applicants recruiting"
    " headcount leave absence absences sickness layoff",
    "patient patients medical diagnosis diagnoses prescription prescriptions therapy ehr clinical",
    "passport passports ssn iban biometric biometrics taxid nationalid",
    "mailbox mailboxes inbox inboxes whatsapp chat chats dm dms",
    "whistleblower whistleblowing lawsuit lawsuits litigation",
)
# Said of more than people: they tell only beside another word of theirs.
_TEAMS = re.compile(r"\bpeople[-_](?:ops|analytics|finance|data|team|hr)\b|\bleave[-_]requests?\b")
_WEAK = frozenset(
    map(words.stem, ("pay", "staff", "leave", "chat", "chats", "compensation", "bonus"))
)
_GROUPS = tuple(frozenset(map(words.stem, each.split())) for each in _OF_PEOPLE)
_LONGEST = 20_000


def read(text: str, facts: Facts) -> str:
    """Return what is named by an action that is of people, "" if a request speaks of the like."""
    for name in facts.objects:
        group = _group(name)
        if group and not group & _spoken(text[:_LONGEST]):
            return name
    return ""


@lru_cache(maxsize=5_000)
def _group(name: str) -> frozenset[str]:
    """Return the words that mean what a name is about; none if it is not about people."""
    if _TEAMS.search(name):
        return _GROUPS[0]
    stems = {words.stem(each) for each in words.pieces(name)} - _WEAK
    return next((group for group in _GROUPS if group & stems), frozenset())


@lru_cache(maxsize=200)
def _spoken(text: str) -> frozenset[str]:
    return frozenset(map(words.stem, re.findall(r"[a-z]+", text.lower())))
