#!/usr/bin/env bash
# boot.sh BUILD: boots a real systemd with Walle installed in it, and runs inside.sh there.
# Needs root, overlayfs and systemd-nspawn; exit 77 with "skipped: why" where one is missing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
skip() { echo "skipped: $*"; exit 77; }
[ "$(id -u)" = 0 ] || skip "booting a container needs root"
command -v systemd-nspawn > /dev/null || skip "systemd-nspawn is not installed"
command -v debootstrap > /dev/null || skip "debootstrap is not installed"
if [ -z "${WALLE_SYSTEM_INNER:-}" ]; then
  root=$("$here/rootfs.sh") || skip "the minimal Debian could not be made"
  unshare --mount --propagation private true 2> /dev/null || skip "no mount namespaces here"
  WALLE_SYSTEM_INNER=1 WALLE_SYSTEM_ROOT=$root exec unshare --mount --propagation private bash "$0" "$build"
fi

mount -t tmpfs -o mode=755 tmpfs /run
if ! mountpoint -q /sys/fs/cgroup || [ "$(stat -fc %T /sys/fs/cgroup)" != cgroup2fs ]; then
  umount -R /sys/fs/cgroup 2> /dev/null || true
  mount -t cgroup2 cgroup2 /sys/fs/cgroup || skip "no cgroup v2 here"
fi
mkdir -p /run/o/{upper,work,root}
DESTDIR=/run/o/upper cmake --install "$build" --prefix /usr --strip > /dev/null
mkdir -p /run/o/upper/etc/walle /run/o/upper/walle-test /run/o/upper/etc/dbus-1/system.d
cp "$here/../../systemd/walled.toml" /run/o/upper/etc/walle/walled.toml
cp "$here"/inside.sh /run/o/upper/walle-test/
model=${WALLE_CACHE:-$HOME/.cache/walle}/models/ppocr_cls.onnx
[ -e "$model" ] && "$build/bin/walle-model" convert "$model" -o /run/o/upper/walle-test/model.walle > /dev/null
mount -t overlay -o "lowerdir=$WALLE_SYSTEM_ROOT,upperdir=/run/o/upper,workdir=/run/o/work" overlay /run/o/root || skip "no overlayfs here"

filters=()
for call in bpf landlock_create_ruleset landlock_add_rule landlock_restrict_self @keyring perf_event_open; do
  filters+=("--system-call-filter=$call")
done
systemd-nspawn -q -D /run/o/root --boot --register=no --keep-unit --private-network --console=pipe --capability=all \
  "${filters[@]}" < /dev/null > /run/o/console.log 2>&1 &
container=$!
trap 'kill -KILL $container 2> /dev/null || true' EXIT
leader= booted=
for _ in $(seq 200); do
  leader=$(cat "/proc/$container/task/$container/children" 2> /dev/null || true)
  leader=${leader%% *}
  [ -n "$leader" ] && nsenter -at "$leader" systemctl show > /dev/null 2>&1 && booted=1 && break
  kill -0 $container 2> /dev/null || { tail -5 /run/o/console.log; skip "systemd-nspawn could not boot here"; }
  sleep 0.1
done
[ -n "$booted" ] || { tail -5 /run/o/console.log; skip "the container's systemd does not answer here (a chroot without its own cgroups?)"; }
nsenter -at "$leader" systemctl is-system-running --wait > /dev/null || true
echo "booted: $(nsenter -at "$leader" systemctl --version | head -1)"
set +e
nsenter -at "$leader" systemd-run -q --pipe --wait -- /bin/bash /walle-test/inside.sh
rc=$?
kill -RTMIN+4 "$leader"
wait $container
trap - EXIT
exit $rc
