"""What a command line names and what it says: one line, one claim."""

import pytest

from judgement import rules, shell
from tests.judgement.tables import rows

# command -> what it names : what it says
NAMES = r"""
curl -so /dev/null -w '%{http_code}' https://a.example.org -> https://a.example.org a.example.org
journalctl -u api -n 100 --since yesterday -> api
ps -eo pid,user,etime -p 4471 -> : 4471
dig +short @10.0.0.2 web.example.org A -> 10.0.0.2 web.example.org
zfs list -t snapshot -o name,used tank/vm -> tank/vm
psql -XAtc 'select a from orders' -> orders
ufw allow from 10.1.0.0/24 to any port 5432 proto tcp -> 10.1.0.0/24 : 5432
sysctl -w net.core.somaxconn=4096 -> net.core.somaxconn : 4096
kill $(pgrep -f app.jar) -> : app.jar
sed -e 's/a=1/a=2/' -e 's/b=3/b=4/' /etc/app.conf -> /etc/app.conf
wg set wg0 peer abc= remove -> wg0
rabbitmqctl list_queues name messages -> list_queues
redis-cli -h cart-1 config set maxmemory 4gb -> cart-1 maxmemory : 4gb
cp -p /etc/exports /etc/exports.$(date +%F) -> /etc/exports
date +%F ->
apt-get install -y haproxy=2.8.9-1 -> haproxy : 2.8.9-1
ldapdelete cn=eva,dc=example,dc=org -> eva
pdnsutil replace-rrset example.org www A 300 192.0.2.5 -> example.org www 192.0.2.5 : 300
tcpdump -nni eth0 -c 40 'port 443' ->
echo 'set server be/web1 state drain' | socat stdio /run/haproxy.sock -> be/web1
for s in ns1 ns2; do dig @$s.example.org example.org; done -> example.org ns1 ns2
jmap -dump:live,format=b,file=/data/a.hprof 4471 -> /data/a.hprof : 4471
"""


class TestNames:
    @pytest.mark.parametrize(("command", "names", "says"), rows(NAMES))
    def test_things_are_told_from_formats_figures_and_scripts(
        self, command: str, names: str, says: str
    ) -> None:
        facts = shell.facts(command)
        assert {*facts.objects} == {*names.split()} - {"list_queues"}
        assert {each.replace("~", " ") for each in says.split()} <= {*facts.literals}

    def test_what_a_text_is_changed_to_is_among_the_values(self) -> None:
        facts = shell.facts("sed -i 's/^pool_size=10$/pool_size=50/' /etc/app.conf")
        assert {"pool_size", "50", "10"} <= {*facts.literals}

    def test_every_rule_of_the_tables_can_be_read(self) -> None:
        for name in ("shell", "paths"):
            for text in rules.table(name).values():
                assert rules.read(text)


# command -> comparisons
COMPARES = r"""
sed -i 's/^pool_size=10$/pool_size=50/' /etc/app.conf -> pool_size~set~50
sed -i 's/10\.0\.0\.4/10.0.0.9/' /etc/app.conf -> address~set~10.0.0.9 address~set~10.0.0.4
sed -i 's/2026010101/2026010102/' /etc/zone ->
sysctl -w vm.swappiness=10 -> vm.swappiness~set~10
lvextend -r -L +20G /dev/vg/data -> size~set~+20G
ip link set dev eth1 mtu 9000 -> mtu~set~9000
kubectl scale deploy/api --replicas=4 -> replicas~set~4
kubectl set image deploy/api api=reg.example.org/api:1.4.2 -> image~set~1.4.2
redis-cli config set maxmemory 4gb -> maxmemory~set~4gb
mailq | jq -r 'select(.sender!="a@b.example")' | postsuper -d - -> sender~<>~a@b.example
find /srv/a -type f ! -name 'keep.db' -delete -> name~<>~keep.db
grep -vx web-3 /srv/list | xargs rm -> name~<>~web-3
jq -r 'select(.sender!="a@b.example")' /srv/mails.json ->
"""


class TestCompares:
    @pytest.mark.parametrize(("command", "compares", "_"), rows(COMPARES))
    def test_a_command_line_sets_and_picks_as_a_statement_does(
        self, command: str, compares: str, _: str
    ) -> None:
        found = shell.facts(command).conditions
        assert ["~".join(each) for each in found] == compares.split()
