"""What a request rules out by the name of a command."""

import pytest

from judgement import refusing
from judgement.doubts import doubts
from judgement.facts import Kind
from judgement.grounds import Grounds, Said
from judgement.reading import facts_of
from judgement.reasons import read


def ruled_out(reason: str, action: str, kind: Kind = Kind.SHELL) -> str:
    return refusing.by_name(reason, facts_of(kind, action), action)


@pytest.mark.parametrize(
    ("reason", "action"),
    [
        ("Why is /srv busy? No umount, no kill", "umount /srv"),
        ("Why is /srv busy? No umount, no kill", "pkill -f reader"),
        ("List the archives, no prune no repair", "borg check --repair /vault"),
        ("Nothing gets restored, thinned or pruned, I list the archives", "borg prune /vault"),
        ("Look at its memory. No flush", "redis-cli flushall"),
        ("The shift starts it, so I won't start anything", "systemctl start reader"),
        ("See what is mounted, not restarting anything", "systemctl restart autofs"),
        ("restic prune failed at night. Look at the log, no prune", "restic prune"),
    ],
)
def test_a_command_is_ruled_out_by_its_name(reason: str, action: str) -> None:
    assert ruled_out(reason, action)


def test_so_is_a_statement() -> None:
    assert ruled_out("How bloated is it? no vacuum", "VACUUM FULL parcels", Kind.SQL)
    assert ruled_out("Who blocks whom, no kills", "KILL 41", Kind.SQL)
    for said in (
        "Void tour 7 instead of deleting it",
        "Void tour 7, deletion is not allowed",
        "Tour 7 must not be deleted, only marked",
    ):
        assert ruled_out(said, "DELETE FROM tours WHERE no = 7", Kind.SQL), said


@pytest.mark.parametrize(
    ("reason", "action"),
    [
        ("Restart nginx, no restart of tomcat", "systemctl restart nginx"),
        ("Roll out the web part, no restart of tomcat", "systemctl restart nginx"),
        ("There is no backup since noon, I look at it", "borg create --backup /vault::now /srv"),
        ("No restart before the shift ends", "systemctl restart nginx"),
        ("The worker does not start", "systemctl start worker"),
        ("No mount found on /srv, so mount it", "mount /srv"),
        ("Add the key, no sudo for them", "sudo tee -a /home/kim/.ssh/authorized_keys"),
    ],
)
def test_it_is_not_where_it_is_asked_for_or_left_for_another_thing(
    reason: str, action: str
) -> None:
    assert not ruled_out(reason, action)


def test_it_is_for_the_thing_that_is_named() -> None:
    assert ruled_out("Roll out the web part, no restart of tomcat", "systemctl restart tomcat")


def test_a_reviewer_reads_which_word_was_ruled_out() -> None:
    said = Said.of("umount /srv", facts_of(Kind.SHELL, "umount /srv"))
    found = doubts(Grounds.of(read("Why is /srv busy? No umount")), said)
    (told,) = [each for each in found if each.code == "forbidden"]
    assert told.weight == 0.7
    assert "rules out `umount` by name" in told.text
