"""Whether a request speaks of all there is: "every row", "the whole table", and not "all the time".

"The disk is full", "not any more" and "all others stay" have such words and ask for nothing whole.
"""

import re

from judgement import words

_ALL = frozenset(words.stem(word) for word in ("all", "every", "entire", "whole", "everything",
    "complete", "each", "any", "full", "completely"))  # fmt: skip
_TIMES = (
    r"(?:m?s|secs?|seconds?|m|mins?|minutes?|h|hours?|days?|nights?|mornings?|evenings?|weeks?|weekends?"
    r"|months?|quarters?|years?|times?|now and then|so often)"
)
_WRONG = (
    "hangs?|hanging|die[sd]?|fail(?:s|ed|ing)?|blocks?|blocked|waits?|waiting|queues|falls?|stuck|crash(?:es|ed)?"
    "|busy|broken|down|red|wrong|stale|shifted|slow|phones?|complains?"
    "|calls?|times? out|ends? in|refused"
)
# Said of what somebody else does: of themselves they say "drop all", "dropping all".
_HARMS = (
    "rejects?|refuses?|loses?|blocks|slows|affects|denies|misses|fails|drops|breaks|delays|eats|uses"
    "|takes|hits|kicks|starves|evicts|fills|holds|hangs|floods|stalls|throttles|throws|hogs"
)
_NOT_ALL = re.compile(
    r"\bany\s?(?:more|longer|time|way|how|moment|minute)\b"
    r"|\b(?:not|no|without|if|never|nor|n't|cannot|hardly)\s(?:\w+\s){0,4}?any\b"
    rf"|\b(?:every|each)\s(?:few\s|single\s|other\s|couple of\s)?"
    rf"(?:~?\d+\s?|(?:two|three|five|six|ten|fifteen|twenty|thirty)\s)?{_TIMES}\b"
    r"|\b(?:every|each)\s(?:\w+\s)?(?:try|attempt|request|login|call|click|failure|deploy|run|reboot)\b"
    r"|\beach other\b|\b(?:all|every(?:body|one|thing)?|any(?:thing)?) (?:else|others?|the others"
    r"|the rest|of the others|remaining)\b"
    r"|\ball (?:right|good|ok|okay|fine|clear|along|over|of a sudden)\b"
    rf"|\b(?:all|the whole|the entire) (?:the )?{_TIMES}\b"
    r"|\b(?:at|above|after|of|once and for) all\b(?! (?:the|of|its|those|\d))"
    r"|\bnot (?:all|everything|every|each|the (?:whole|entire|full|complete))\b"
    r"|\b(?:in|to|with|has|have|had) full\b"
    r"|\b(?:that['\u2019]?s|dear|hi|hello|thanks|lost|skipped|nearly|almost) (?:all|everything)\b"
    r"|\bany (?:\w+ ){1,3}?(?:is|are|will|would|goes?|comes?|needs?|must|should|shall|has to)\b"
    # That all of something is wrong is told.
    rf"|\b(?:all|every|everything|each)\s(?:[\w'-]+\s){{0,4}}?(?:{_WRONG})\b"
    # So is what does it to all.
    rf"|\b(?:{_HARMS}) (?:nearly |almost )?(?:all|every|everything|everybody|everyone|the whole)\b"
    # What is full has no room; what completes, or is complete, is done.
    r"|\b(?:is|are|was|were|be|been|runs?|running|ran|gets?|got|getting|almost|nearly|again|%|completely"
    r"|disks?|volumes?|partitions?|filesystems?|fs|root|logs?|queues?|quotas?|mailbox(?:es)?|table"
    r"|tablespace|pool|[\w-]*\d|/\w*) full\b|\bfull (?:at|by|since|again|of)\b"
    r"|\bcomplet(?:e[sd]|ing|ion)\b|\b(?:to|not|never|can|cannot|will|is|are|n't|does) complete\b"
)


def speaks_of_all(lowered: str) -> bool:
    """Tell whether a text in lower case speaks of all there is."""
    spoken = _stems(lowered)
    return bool(_ALL & spoken) and bool(_ALL & _stems(_NOT_ALL.sub(" ", lowered)))


def _stems(lowered: str) -> set[str]:
    return set(map(words.stem, re.findall(r"[a-z]+", lowered)))
