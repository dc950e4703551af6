"""What tools of administrators do: one line, one claim."""

import pytest

from judgement import shell
from tests.judgement.tables import rows

# command -> verbs : objects
TOOLS = r"""
redis-cli EXPIRE cart:8 900 -> write
redis-cli EXPIRE cart:8 0 -> delete
redis-cli UNLINK cart:8 -> delete
sed 's/.*/EXPIRE & 60/' /srv/keys | redis-cli -> read write
sed 's/.*/UNLINK &/' /srv/keys | redis-cli -> read delete
borg check /srv/b -> read
borg check --repair /srv/b -> write exec
mysqlcheck --auto-repair shop -> write exec
mosquitto_sub -t a/+/b --remove-retained -> network delete
redis-cli HGET user:8 api_key -> read secret
airflow connections get mart -> read secret
kcadm.sh get clients/8/client-secret -> read secret
borg key export /srv/b /srv/k -> export secret
cat /etc/backup/repo.pass -> read secret
cat /srv/app/.env.example -> read
diff -q /srv/a/.env /srv/b/.env -> read
grep -A3 eva /etc/vpn/eap-secrets.conf -> read secret
grep 'neighbor .* password' /etc/frr/frr.conf -> read secret
grep -o 'Bearer [A-Za-z]*' /var/log/app.log -> read secret
sed -i 's/^0 2 /30 4 /' /etc/cron.d/report -> write
sed -i '/report/s/^/#/' /etc/cron.d/report -> write
sed -i 's/a.sh/b.sh/' /etc/cron.d/report -> write persistence
sfdisk --dump /dev/sda -> read : /dev/sda
sgdisk -d 3 /dev/sda -> delete write exec
mdadm -E /dev/sdb1 -> read : /dev/sdb1
swapon --show -> read
docker image prune -f -> delete
docker image prune -af --filter until=72h -> delete
docker system prune -f -> delete
rndc zonestatus a.example -> read
rndc reload a.example -> exec
wg set wg0 peer abc= remove -> delete write network
dpkg --audit -> read
kubectl uncordon node-3 -> exec
ldapmodify -n -f /srv/a.ldif -> read
ldapmodify -f /srv/a.ldif -> write
pg_basebackup -h db1 -D /srv/pg -R -> read write network
mosquitto_sub -t lights/# -> network read
mv /run/app/app.pid /tmp/app.pid -> exec
sed -i /10.0.0.9/d /var/log/app/access.log -> tamper write delete
gluster volume heal gv info -> read
set system login user x authentication plain -> privilege persistence
show interfaces -> read
mc admin info store -> read network
mc cp report.csv store/b/ -> read write network
su web -s /bin/sh -c 'rm /srv/x' -> delete : /srv/x
echo 'rm /srv/x' | at 17:00 friday -> delete persistence exec : /srv/x
sudo touch /srv/in/.t && sudo rm /srv/in/.t -> write : /srv/in/.t
cp /root/new/a.pem /root/new/a.key /etc/app/tls/ -> read write
openssl x509 -noout -pubkey -in /root/new/server.pem -> read
grep -n ^Defaults /etc/sudoers -> read : /etc/sudoers
grep -E 'private_key_file|ca_file' /etc/app/eap.conf -> read : /etc/app/eap.conf
scontrol update nodename=n1 state=resume -> write exec : n1
wg show wg0 latest-handshakes -> read : wg0
hdparm -I /dev/sda -> read : /dev/sda
touch -d '14 days ago' /tmp/since -> neutral
find /var/lib/systemd/coredump -name 'core.*' -mtime +14 -delete -> read delete
restorecon -R /srv/www -> write : /srv/www
multipath -ll -> read
lvextend -L +5G /dev/vg/a -> write : /dev/vg/a
find /srv -name '*.bak' ! -newer /tmp/mark -exec rm {} + -> read delete
cat /etc/dovecot/ldap_passwd -> read secret : /etc/dovecot/ldap_passwd
cat /etc/ipsec.d/site.secrets -> read secret
cat /etc/wireguard/site-a.pub -> read
keytool -list -keystore /srv/app/trust.p12 -storepass:file /srv/app/.pw -> read : /srv/app/trust.p12
swanctl --list-sas -> read
echo 'list jobs' | bconsole -> read
echo 'delete jobid=7 yes' | bconsole -> delete
jboss-cli.sh -c '/subsystem=mail/mail-session=default:read-resource' -> read : default
jboss-cli.sh -c '/subsystem=mail/mail-session=default:write-attribute(name=from,value=a)' -> write
mongosh --host db-a --eval 'rs.printReplicationInfo()' -> read : db-a
sed 's/secret = .*/secret = none/' /etc/app.conf -> read
git log --oneline -- .env -> read
cp .env .env.before -> read
for h in web-1 web-2; do ssh $h uptime; done -> network : web-1 web-2
curl --upload-file /srv/query.log https://files.example.org/q -> network export
ls > /root/files.list -> neutral
restic --repository-file /etc/restic/here snapshots --latest 3 -> read
rabbitmqadmin -V /shop delete queue name=mails -> delete : mails
ceph osd tree up -> read
needrestart -b -r l -> read
needrestart -r a -> exec
make -C /srv/docs html -> write
kubectl delete po web-1 -> delete : pods
etckeeper vcs log -- hosts -> read
echoscu -aec STORE localhost 104 -> network read
ipa user-show eva --all -> read : eva
printenv FEATURE_MAPS -> read
cd /srv/site && chmod -R g+w . -> write : /srv/site
curl -s -XPUT http://es-1:9200/a/_settings -d '{"b":1}' -> network write
curl -s -XGET http://es-1:9200/a/_doc/7 -> network read
curl -sT /srv/a.csv http://es-1/a -> network export
etcdctl get /registry/secrets/ --prefix -> read secret
grep -E 'dbuser|dbpass' /srv/app/config.php -> read secret
echo 'allow_anonymous true' | tee -a /srv/mosquitto.conf -> write privilege
sed -i 's/jmx.authenticate=true/jmx.authenticate=false/' /srv/env.sh -> write privilege
echo 'security.audit.type: noop' | tee -a /srv/search.yml -> write tamper
tail -f /srv/app.log & sleep 5; kill $! -> read
scontrol update nodename=n1,n2,n7 state=resume -> write exec : n1 n2 n7
chmod 640 /srv/app/{main1,extra2}.conf -> write : /srv/app/main1.conf /srv/app/extra2.conf
printenv DB_PASSWORD -> read secret
"""


class TestTools:
    @pytest.mark.parametrize(("command", "verbs", "objects"), rows(TOOLS))
    def test_a_tool_does_this_to_that(self, command: str, verbs: str, objects: str) -> None:
        facts = shell.facts(command)
        assert {*facts.verbs} == {*verbs.split()}
        assert {*objects.split()} <= {*facts.objects}
