#!/bin/bash
# Runs inside the booted container: the installed units start, a model answers over the system bus, hardening holds.
set -euo pipefail
check() { echo "ok: $*"; }
fail() { echo "FAILED: $*"; systemctl --no-pager status walled.service | head -20; journalctl --no-pager -u walled.service | tail -30; exit 1; }

systemd-sysusers
systemd-tmpfiles --create walle.conf
busctl call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus ReloadConfig > /dev/null
systemctl daemon-reload

for file in /usr/share/man/man1/walle-ctl.1 /usr/share/man/man8/walled.8 /usr/share/man/man5/org.walle.Walle1.Tasks.5; do
  [ -s "$file" ] || fail "$file is not installed"
done
bash -c 'source /usr/share/bash-completion/completions/walle-ctl; COMP_WORDS=(walle-ctl release wa); COMP_CWORD=2; _walle_ctl; [ "${COMPREPLY[*]}" = watch ]' ||
  fail "the bash completion does not complete"
check "man pages and bash completion are installed"

systemctl start walled.service || fail "walled does not start"
check "walled is $(systemctl is-active walled.service), Type=notify said READY"
busctl status org.walle.Walle1 > /dev/null || fail "the name org.walle.Walle1 has no owner"
check "org.walle.Walle1 is owned on the system bus"
walle-ctl --bus system status > /dev/null || fail "walle-ctl status"
check "walle-ctl status over the system bus"

if [ -e /walle-test/model.walle ]; then
  walle-ctl --bus system model load /walle-test/model.walle --name cls > /dev/null || fail "model load"
  walle-ctl --bus system model infer cls --shape x=1x3x48x192 --json | grep -q '"outputs"' || fail "model infer"
  check "an inference over the system bus"
fi

killed=$(systemctl show --property MainPID --value walled.service)
systemctl kill --signal=KILL walled.service
back() { [ "$(systemctl show --property MainPID --value walled.service)" != "$killed" ] && systemctl is-active --quiet walled.service; }
for _ in $(seq 100); do back && break; sleep 0.1; done
back || fail "walled does not come back after kill -9"
check "walled is back after kill -9"
systemctl stop walled.service
busctl call org.walle.Walle1 /org/walle/Walle1 org.freedesktop.DBus.Peer Ping > /dev/null || fail "D-Bus activation"
check "a call to the bus name starts walled (D-Bus activation)"

for unit in walled walle-netd walle-broker; do
  score=$(systemd-analyze security "$unit.service" --no-pager 2> /dev/null | grep -o 'exposure level for .*: [0-9.]*' | grep -o '[0-9.]*$')
  check "systemd-analyze security $unit: $score"
  awk -v s="$score" 'BEGIN { exit !(s <= 1.5) }' || fail "$unit is exposed more than 1.5"
done
