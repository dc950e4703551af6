"""What counts as often, as quick and as long unused: every limit of the nightly reports."""

from datetime import timedelta

WINDOWS = ((timedelta(days=30), 5), (timedelta(days=90), 10))  # so many uses within that time
RARE = 1.0  # decades: among peers, as many uses come about less than once in ten
LEAST_EXPECTED = 0.5  # uses of a peer, since who has never needed it says little
GRAVE_TIMES = 2  # the limit of a window, and
GRAVE_RARE = 4.0  # decades

WEEK = timedelta(days=7)
WEEKS, OF_WEEKS = 6, 13  # in use in so many of the latest weeks
SEVERAL = 2  # people
REVIEWED = 0.5  # of the uses, at least

ANSWERS_WITHIN = timedelta(days=90)
QUICK_SECONDS = 10  # nobody reads a request in less
QUICK, QUICK_SHARE = 3, 1 / 3  # answers, and of all
ALWAYS = 20  # answers without a no,
NO_OF_OTHERS = 0.05  # where others refuse this share of theirs
GRAVE_QUICK, GRAVE_QUICK_SHARE = 10, 2 / 3

UNUSED = timedelta(days=365)
HELD = timedelta(days=183)  # nobody has to have needed sooner what they were given
