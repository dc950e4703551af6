"""Commands that do something to all there is, where a request names some of it."""

import re

from judgement.deeds import CHANGING
from judgement.facts import Kind, Verb
from judgement.grounds import Grounds, Said, named_as_written

_SAYS_ALL = re.compile(
    r"(?<!apply)(?<!smbcontrol)\s(?:all|ALL|--all(?:-\w+)?|-A"
    r"|(?<![\d*] )'?\*'?(?! [\d*\\]))(?=\s|$)"
    r"|=ALL\b|killall|pkill -u \S+(?=\s*(?:$|[;&|]))|\bkill(?: -\w+)* -1(?=\s|$)"
    r"|\b(?:cancel|umount|swapoff|vgchange|lvchange) (?:-\w+ )*-\w*a(?=\s|$)|\bflush\w* \.(?=\s|$)"
    r"|\bdocker[ -]compose (?:-f \S+ )*(?:down|stop|restart|kill|pull|up)(?: -\S+)*\s*(?=$|[;&|])"
    r"|\bcertbot renew(?!.*--cert-name)|\bpostqueue -f|\bsss_cache -\w*E"
    r"|\bkubectl (?:-n \S+ )?(?:drain|cordon|uncordon) (?:-l|--selector)"
    r"|\bprune (?:-\w+ )*-\w*a(?!.*--filter)|\$\((?:sudo )?docker ps(?: -(?!f|-f)\S+)*\)"
    r"|--to-(?:latest|earliest)|--(?:remove|purge|delete)-all\b"
    r"|\bapt(?:-get)? (?:-\S+ )*(?:dist-|full-)?upgrade(?: -\S+)*\s*(?=$|[;&|])"
    r"|\b(?:dnf|yum|zypper) (?:-\S+ )*(?:update|upgrade|up)(?: -\S+)*\s*(?=$|[;&|])"
)
# Processes by what runs in them, or by whose they are, where one is meant.
_BY_PROGRAM = re.compile(
    r"\b(?:pkill|killall)(?: -(?!f|-full|u|-euid|\w*f\b|P|g|t|G)\S+)* [a-z][\w-]*"
    r"(?=\s*(?:$|[;&|'\"]))"
)
_BY_USER = re.compile(
    r"\b(?:pkill|killall) (?:-\w+ )*-(?:u|-euid|-user)[ =]?\S+(?=\s*(?:$|[;&|'\"]))"
)
_OF_SOMEBODY = re.compile(r"\b(?:user|account|login) ['\"]?([a-z_][\w.-]*)")
_ONE_PROCESS = re.compile(
    r"\bpid:? ?\d+|\b(?:this|that|the) (?:one|single) (?:\w+ )?(?:process|one)\b"
    r"|\b(?:kill|just) (?:this|that|the) one\b"
)
# What is in the queue of a printer: not one of it alone.
_JOBS = re.compile(
    r"(?<!other )\bjobs\b(?! (?:of|by|from) )|\bcancel\w* (?:all|every\w*|its|the queue)\b"
)
_EMPTIES = re.compile(
    r"\b(?:empt(?:y|ied|ying)|wip(?:e|ed|ing)|clear(?:ed|ing)?|purg(?:e|ed|ing)|flush\w*"
    r"|drain(?:ed|ing)?|re-?creat\w+|re-?buil\w+|re-?seed\w*|re-?init\w*|re-?clon\w+|re-?sync\w*"
    r"|contents?|throw away|initial sync|from scratch)\b"
)
# One after the other of what is listed; and what picks some of it.
_EACH = re.compile(r"\bfor \w+ in [^;]*\*|\|\s*(?:sudo )?(?:xargs|while read)")
_NUMBERS = re.compile(r"(?<![\d.])\d{4,}(?![\d.])")
_NARROWED = re.compile(
    r"grep|awk(?! '\{ ?print \$\d+ ?\}')"
    r"|select\(|--filter|-name|sed -n|\buniq -d|-newer|-mtime|-mmin|head -"
    r"|--pattern '?[^*'\s]*(?:\d|:\w+:)"
)
_AGED = re.compile(r"-(?:[acm](?:time|min)) \+?\d|-newermt|-older|--changed-before|! -newer")


def says_all(grounds: Grounds, said: Said) -> bool:
    """Tell whether a command does something to all there is, where the request names some."""
    if said.facts.kind is not Kind.SHELL or grounds.everything:
        return False
    if _SAYS_ALL.search(said.text):
        meant = empties(grounds) or (_JOBS.search(grounds.lowered) and "cancel " in said.text)
        whole = meant and said.facts.objects and len(said.facts.objects) == 1
        return not (whole and named_as_written(said.facts.objects[0], grounds))
    return _kills_others(grounds, said) or _for_each(grounds, said)


def _kills_others(grounds: Grounds, said: Said) -> bool:
    """Whether all processes of a program are killed, where one or those of one user are meant."""
    if "pkill" not in said.text and "killall" not in said.text:
        return False
    if _BY_USER.search(said.text):
        return bool(_ONE_PROCESS.search(grounds.lowered))
    if not _BY_PROGRAM.search(said.text):
        return False
    if _ONE_PROCESS.search(grounds.lowered):
        return True
    whose = _OF_SOMEBODY.search(grounds.lowered)
    return whose is not None and whose[1] not in said.text


def _for_each(grounds: Grounds, said: Said) -> bool:
    """Whether it changes each of what a pattern finds, or each of a list that nothing narrows."""
    changes = said.facts.verbs & (CHANGING | {Verb.EXEC})
    if not changes:
        return False
    stars = [each for each in said.facts.objects if "*" in each]
    if (
        any(not (named_as_written(each, grounds) or _of_one(each, grounds)) for each in stars)
        and _AGED.search(said.text) is None
    ):
        return True
    each = _EACH.search(said.text)
    if not each or _NARROWED.search(said.text):
        return False
    numbers = _NUMBERS.findall(said.text[: each.start()])
    return grounds.tokens.isdisjoint(numbers)  # it goes through what one number has


def empties(grounds: Grounds) -> bool:
    """Tell whether a request wants something that it names to be emptied, or filled anew."""
    return bool(_EMPTIES.search(grounds.lowered))


def _of_one(pattern: str, grounds: Grounds) -> bool:
    """Whether a pattern only leaves open how the name of one thing goes on, or is all in it."""
    begin, _, behind = pattern.partition("*")
    name = begin.lstrip("~^").rstrip(".:")
    if name[:1] == "/" and not behind:
        return name.rstrip("/") in grounds.whole.literals and empties(grounds)
    return (
        "/" not in name
        and not behind.strip("$")
        and any(map(str.isdigit, name))
        and name in grounds.tokens
    )
