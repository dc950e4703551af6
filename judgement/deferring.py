"""Whether a request leaves what has to be changed to others, or to another time.

"Any change is made by the network team", "Anna decides what gets cleaned" and "the correction comes
later" say that whoever speaks only looks; "any other change" speaks of what is left.
"""

import re

_MENDED = (
    r"(?:possible |necessary |actual |real )?(?:changes?|corrections?|fix(?:es)?|repairs?"
    r"|clean-?ups?|deletions?|removals?|modifications?|adjustments?|interventions?)(?: itself)?"
)
_MENDING = rf"(?:an?|any|the) {_MENDED}"
_DONE = (
    r"(?:is|are|will be|gets?|would be) (?:then )?(?:made|done|planned|decided|carried out|handled"
    r"|requested|proposed|filed|ordered|raised|agreed)"
)
# What is asked for another time, and where.
_ASKED = (
    r"(?:requests?|tickets?|changes?|cases?|tasks?|chg|prs?|pull requests?|merge requests?|reviews?"
    r"|releases?|deployments?)"
)
_OWN = r"(?:an?|another|its own|the next|his own) (?:own |separate |second |new |other |next )?"
_LATER = r"(?:later|tomorrow|separately|elsewhere|afterwards)"
_WHO = (
    r"(?:the |our |another |an? )?(?:[\w-]+ ){0,2}?(?:team|group|desk|department|colleagues?|vendor"
    r"|owners?|support|others?|dbas?)"
)
_COMES = (
    rf"(?:will )?(?:comes?|follows?|happens?|goes?) (?:(?:only|in|by|as|through|with) )?(?:{_LATER}"
    rf"|an? (?:own|separate|other)|another|the next|{_WHO})"
)
_BECOMES = (
    r"(?:will be|is|are|becomes?|would be|comes?|follows?|goes?) (?:then |only )?"
    rf"(?:(?:with|in|by|into|as|through) )?{_OWN}{_ASKED}"
)
# Who decides is somebody, and neither who speaks nor a thing of which one tells what it does.
_SOMEBODY = (
    r"(?!(?:i|we|it|he|she|that|which|who|you|flag|job|script|system|rule|trigger|function"
    r"|procedure|column|value|setting|code|policy)\b)[\w-]{1,40}"
)
_DEED = (
    r"(?:clean(?:ed)?|deleted?|removed?|purged?|drop(?:ped)?|changed?|correct(?:ed)?|fix(?:ed)?"
    r"|repair(?:ed)?|do|done|go)"
)
_OTHERS = re.compile(
    rf"\b{_MENDING} {_DONE} (?:by {_WHO}|{_LATER})\b"
    rf"|\bany (?:changes?|corrections?|fix(?:es)?) {_DONE} by (?!me\b|us\b)"
    rf"|\b{_MENDED} (?:{_COMES}|{_BECOMES})\b"
    rf"|\b(?:corrections?|fix|fixes|deletions?|repairs?) {_DONE} {_LATER}\b"
    rf"|\bfor the {_MENDED} (?:i|we) (?:will |shall |then )?(?:file|open|raise|make|write"
    rf"|request) {_OWN}"
    r"|\b(?:i|we) (?:will |shall )?(?:then )?decide (?:later|then|tomorrow|afterwards)"
    r" (?:what|which|whether|if)\b"
    rf"|\b{_MENDING} is [\w-]+'s? (?:decision|job|task|call|business)\b"
    rf"|\b{_MENDING} (?:makes?|does|do) {_WHO}\b"
    rf"|\b{_SOMEBODY} (?:will |must |has to |have to )?decides? (?:(?:later|then|tomorrow) )?"
    r"(?:what|which|whether|if)\b[\w\s-]{0,40}?\b(?:gets?|is|are|to|be|must|can) (?:be )?"
    rf"{_DEED}\b"
)


def leaves_to_others(text: str) -> bool:
    """Tell whether a text says that others change what has to be, or that it is done later."""
    return bool(_OTHERS.search(text.lower()))
