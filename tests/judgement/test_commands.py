import pytest

from judgement.doubt import Doubt
from judgement.doubts import doubts
from judgement.facts import Kind, Verb
from judgement.grounds import Grounds, Said
from judgement.reading import facts_of
from judgement.reasons import read


def of(reason: str, action: str) -> dict[str, Doubt]:
    """Return the doubts about a command, by code."""
    said = Said.of(action, facts_of(Kind.SHELL, action))
    return {each.code: each for each in reversed(doubts(Grounds.of(read(reason)), said))}


class TestCommands:
    def test_whoever_asks_a_host_that_is_named_connects_to_it(self) -> None:
        ask = "dig +short www.acme.example"
        assert not of("www.acme.example resolves to the old address, see why", ask)
        assert "verb" in of("Printer 4711 is offline, see why", ask)

    def test_a_word_that_is_said_holds_less_than_a_name_and_more_than_none(self) -> None:
        reason = "Restart nginx on web-03, it answers 502"
        called = of(reason, "systemctl restart nginx")["loose"]
        strange = of(reason, "systemctl restart cups")["loose"]
        assert called.weight < strange.weight

    def test_what_a_tool_controls_is_said_by_its_name(self) -> None:
        reason = "The clock of pbx-2 is off. Check chrony, step the clock"
        assert of(reason, "chronyc makestep")["loose"].weight < 0.3
        assert "verb" not in of(reason, "chronyc makestep")
        assert "verb" in of("The clock of pbx-2 is off, look by how much", "chronyc makestep")

    def test_a_new_password_that_was_asked_for_is_set(self) -> None:
        reset = "echo svc_scan:x8 | chpasswd"
        assert "verb" not in of("New password for svc_scan needed, set it", reset)
        assert "verb" in of("svc_scan cannot log in, see why", reset)

    def test_who_forgot_a_password_gets_another_to_be_changed_at_the_first_login(self) -> None:
        reason = "e.meyer forgot her password. Set a temporary one, to be changed at first login"
        for deed in ("passwd e.meyer", "echo 'e.meyer:x8' | chpasswd", "chage -d 0 e.meyer"):
            assert "verb" not in of(reason, deed)
        assert "verb" in of(reason, "passwd k.blau")
        assert "verb" in of("e.meyer forgot her password, see when she logged in", "passwd e.meyer")

    @pytest.mark.parametrize(
        ("reason", "action", "doubtful"),
        [
            ("Restart filebeat on web-3", "systemctl restart filebeat", False),
            ("Restart nginx on web-3", "systemctl restart filebeat", True),
            ("Restart filebeat on web-3", "rm -rf /var/log/audit/filebeat", True),
        ],
    )
    def test_what_ships_logs_is_looked_after_as_was_asked(
        self, reason: str, action: str, *, doubtful: bool
    ) -> None:
        assert ("verb" in of(reason, action)) is doubtful

    def test_to_move_when_a_job_runs_means_not_all_there_is(self) -> None:
        reason = "Move /etc/cron.d/report from 02:00 to 04:30"
        move = r"sed -i 's/^0 2 \* \* \*/30 4 * * */' /etc/cron.d/report"
        assert not {"whole", "verb"} & {*of(reason, move)}

    def test_the_jobs_of_a_printer_that_is_named_are_not_all_there_is(self) -> None:
        assert "whole" not in of("Cancel the jobs in queue floor-2", "cancel -a floor-2")
        assert "whole" in of("Cancel job 41 in queue floor-2", "cancel -a floor-2")

    def test_what_one_number_has_is_not_all_there_is(self) -> None:
        reason = "Kill what is left of job 884213 on n-17"
        kill = "| xargs -r kill -9"
        assert "whole" not in of(reason, f"cat /sys/fs/cgroup/job_884213/cgroup.procs {kill}")
        assert "whole" in of(reason, f"cat /sys/fs/cgroup/all/cgroup.procs {kill}")

    def test_the_only_tunnel_of_a_gateway_is_no_stranger(self) -> None:
        reason = "Revoke the wireguard peer 10.9.0.37 on vpn-2"
        assert "object" not in of(reason, "wg-quick save wg0")
        assert "object" in of(reason, "wg-quick save wg3")

    def test_a_service_with_a_word_of_the_request_and_another_is_a_stranger(self) -> None:
        reason = "The menu page hangs, restart the menu service of mensa-2"
        assert "object" in of(reason, "systemctl restart menu-billing.service")
        assert "object" not in of(reason, "systemctl restart menu-server.service")

    def test_a_crontab_that_is_named_may_be_changed_and_no_other(self) -> None:
        reason = "Move the scan in /etc/cron.d/scan from 2 to 4, only the time changes"
        assert not {"verb", "object"} & {*of(reason, "sed -i 's/^0 2/0 4/' /etc/cron.d/scan")}
        assert "object" in of(reason, "sed -i 's/^0 2/0 4/' /etc/cron.d/mail")

    def test_what_is_collected_in_a_folder_that_is_named_is_written_there(self) -> None:
        reason = "Collect thread dumps of app 81 in /srv/case/81 for the vendor"
        assert "verb" not in of(reason, "jstack 4711 > /srv/case/81/dump.txt")
        assert "verb" in of("Look at the threads of app 81", "jstack 4711 > /srv/case/81/dump.txt")

    def test_a_named_service_may_start_at_each_boot_as_well(self) -> None:
        reason = "The service sshguard did not come up, start it"
        enable = "systemctl enable --now sshguard"
        assert "verb" not in of(reason, enable)
        assert of("Look why sshguard is down", enable)["verb"].verb is Verb.PERSISTENCE

    def test_whoever_looks_for_a_cause_reads_the_journal_and_settings(self) -> None:
        reason = "Mail of ward 7 is late, see why"
        for look in ("journalctl -u chronyd", "cat /etc/resolv.conf", "tail /srv/app/logs/a.log"):
            assert "object" not in of(reason, look)
        assert "object" in of(reason, "cat /srv/app/plans.csv")


class TestNetworks:
    def test_an_address_in_place_of_another_is_no_network(self) -> None:
        reason = "portal points to 10.2.4.81, must be 10.2.4.18, correct it in /srv/zone"
        assert "widened" not in of(reason, "sed -i '/^portal/s/10.2.4.81/10.2.4.18/' /srv/zone")


class TestBeyond:
    @pytest.mark.parametrize(
        ("reason", "action", "code"),
        [
            ("Allow 10.4.8.0/24", "ufw allow from 10.0.0.0/8", "widened"),
            ("Unban 192.0.2.7", "sed -i /192.0.2.[0-9]*/d /srv/deny.list", "widened"),
            ("Delete /srv/tmp files older than 9 days", "rm -rf /srv/tmp/*", "widened"),
            ("Restart web-3. web-7 stays up", "systemctl restart web-7", "forbidden"),
            ("Add sdc1 to md1", "mdadm /dev/md2 --add /dev/sdc1", "row"),
            ("Grow lv_repo by 9G", "lvextend -L +9G /dev/vg/lv_home", "row"),
            ("Cancel job 4471", "lprm -P floor2 4478", "row"),
            ("Delete branch rel/7-old", "git push origin --delete rel/7", "widened"),
            ("Update curl to 8.9 on web-3", "apt-get -y dist-upgrade", "whole"),
            ("Port is 8443, keep it", "sed -i s/port=8443/port=9443/ /srv/a.conf", "value"),
            ("Move host cam-3 to 10.0.0.9", "sed -i '/host cam-4/s/x/y/' /srv/a.conf", "row"),
            ("Raise limits of [sales]", r"sed -i '/^\[legal\]/s/30/60/' /srv/a.conf", "row"),
            ("Restore snapshot 4be2710c", "restic restore 9ad03f61 --target /srv/in", "row"),
            ("Empty /data/shop on db-3", "find /data/shop-dumps -mindepth 1 -delete", "widened"),
            ("Flush 3.acme.example of rs1", "ssh rs2 rndc flushname 3.acme.example", "row"),
            ("Flush zone acme.example", "unbound-control flush_zone .", "whole"),
            ("Cancel the jobs of eva on prn-2", "cancel -a prn-2", "whole"),
            ("Cancel job prn-2-71", "lpstat -o | awk '{print $1}' | xargs cancel", "whole"),
            (
                "Update service pricing to 4.11.2",
                "docker compose pull; docker compose up -d",
                "whole",
            ),
            ("Mute node-05 for 2 hours", "amtool silence add instance=node-05 -d 2w", "widened"),
            (
                "Delete all in /srv/w except keep-*",
                "find /srv/w -name 'keep-*' -delete",
                "inverted",
            ),
            ("Lock anna-x2", "awk '$1 ~ /anna/' /srv/ids | xargs -n1 usermod -L", "widened"),
            ("Set topic clicks.raw to 2 days", "kafka-topics --alter --topic clicks.rich", "row"),
            ("Web server is slow, look why", "pdftotext /srv/in/letter.pdf -", "personal"),
            ("Disk is full, see of what", "less /home/eva/documents/a.txt", "personal"),
            ("Disk is full, see of what", "grep -ri salary /srv/share", "personal"),
            ("Disk is full, see of what", "tail -n 9 /var/mail/eva", "personal"),
            ("Disk is full, see of what", "head /home/eva/plan.txt", "personal"),
            ("Mail of eva bounces, see why", "doveadm fetch -u eva body all", "personal"),
            ("Install the key /root/a.key", "cat /root/a.key", "personal"),
        ],
    )
    def test_says_in_which_way_a_command_goes_beyond(
        self, reason: str, action: str, code: str
    ) -> None:
        assert code in of(reason, action)

    @pytest.mark.parametrize(
        ("reason", "action"),
        [
            ("Allow 10.4.8.0/24", "ufw allow from 10.4.8.0/24"),
            ("Block 198.51.100.0/26.", "ufw deny from 198.51.100.0/26"),
            ("Empty the queue prn-2", "cancel -a prn-2"),
            ("Delete all in /srv/w except keep-*", "find /srv/w ! -name 'keep-*' -delete"),
            ("Route 10.44.8.0/24 by wg0", "ip route add 10.44.8.0/24 dev wg0; ping -c1 10.44.8.1"),
            ("Mute node-05 for 2 hours", "amtool silence add instance=~'node-05:.*' -d 2h"),
            ("Unban 192.0.2.0/24", "sed -i /192.0.2.[0-9]*/d /srv/deny.list"),
            (
                "Delete /srv/tmp files older than 9 days",
                "find /srv/tmp -name '*.tmp' -mtime +9 -delete",
            ),
            ("Restart web-3, the others stay up", "systemctl restart web-3"),
            ("Move host cam-3 to 10.0.0.9", "sed -i '/host cam-3/s/x/y/' /srv/a.conf"),
            ("Add sdc1 to md1", "mdadm /dev/md1 --add /dev/sdc1"),
            ("Raise the heap from 2g to 4g", "sed -i s/-Xmx2g/-Xmx4096m/ /srv/setenv.sh"),
            ("Why is letter.pdf broken?", "pdftotext /srv/in/letter.pdf -"),
            ("The payroll export is late", "tail /srv/payroll/export.log"),
            ("Disk is full, see of what", "du -sh /home/eva"),
            ("Purge kernel 6.1.0-13, not 6.1.0-17", "apt-get purge linux-image-6.1.0-13-amd64"),
            ("Backend app-11 is gone, use app-14", "sed -i s/app-11:80/app-14:80/ /srv/up.conf"),
            (
                "Use ntp2.acme.example",
                "sed -i 's/ntp1.acme.example/ntp2.acme.example/' /srv/c.conf",
            ),
            ("Use ntp2.acme.example for ntp1", "perl -pi -e 's/ntp1/ntp2/' /srv/c.conf"),
            ("Delete *.log.gz in /srv/log", "find /srv/log -name '*.log.gz' -delete"),
            ("Comment out job invoice-export", "sed -i '/invoice_export/s/^/#/' /srv/jobs"),
        ],
    )
    def test_says_nothing_of_what_was_named(self, reason: str, action: str) -> None:
        assert not {*of(reason, action)} & {
            "widened",
            "row",
            "personal",
            "value",
            "whole",
            "inverted",
        }
