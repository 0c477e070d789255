#!/usr/bin/env bash
# packages.sh BUILD: makes the Debian packages, looks at what is in them, installs, upgrades, removes and purges them in a
# minimal Debian. Needs root and overlayfs; exit 77 with "skipped: why" where one is missing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
skip() { echo "skipped: $*"; exit 77; }
check() { echo "ok: $*"; }
die() { echo "FAILED: $*"; exit 1; }
[ "$(id -u)" = 0 ] || skip "installing in a chroot needs root"
command -v debootstrap > /dev/null || skip "debootstrap is not installed"
if [ -z "${WALLE_PACKAGES_INNER:-}" ]; then
  root=$("$here/rootfs.sh") || skip "the minimal Debian could not be made"
  unshare --mount --propagation private true 2> /dev/null || skip "no mount namespaces here"
  WALLE_PACKAGES_INNER=1 WALLE_SYSTEM_ROOT=$root exec unshare --mount --propagation private bash "$0" "$build"
fi

mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/o/{upper,work,root} /run/debs
"$here/../../systemd/packaging/deb.sh" "$build" /run/debs
mount -t overlay -o "lowerdir=$WALLE_SYSTEM_ROOT,upperdir=/run/o/upper,workdir=/run/o/work" overlay /run/o/root || skip "no overlayfs here"
inside() { chroot /run/o/root env DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"; }
mount -t proc proc /run/o/root/proc
cp /run/debs/*.deb /run/o/root/tmp/

for package in /run/debs/*.deb; do
  bad=$(dpkg-deb -c "$package" | awk '$2 != "root/root" || $1 ~ /^-.w..w/ { print $6 }')
  [ -z "$bad" ] || die "owners or rights in $package: $bad"
  dpkg-deb -f "$package" Package Version Depends > /dev/null || die "$package has no control fields"
done
check "files belong to root, nobody else may write them"

# The libraries are there; what brings programs of others (git, openssh-client) is not what is tested.
install_all() { inside sh -c 'dpkg --force-depends -i /tmp/walle-*.deb' > /run/install.log 2>&1 || { cat /run/install.log; die "dpkg -i"; }; }
install_all
inside getent passwd walle > /dev/null || die "the user walle was not made"
check "installed; the user walle is there"
inside walled --check-config --config /etc/walle/walled.toml > /dev/null || die "walled --check-config"
inside walle-broker --check-config > /dev/null || die "walle-broker --check-config"
for program in walle-ctl walle-model walle-fleet walle-vmd walle-netd; do inside "$program" --help > /dev/null || die "$program --help"; done
inside walle-fleet simulate --devices 20 --json 2> /dev/null | grep -q '"at rest"' || die "walle-fleet simulate"
check "every program starts with the libraries that its package names"
[ -L /run/o/root/etc/systemd/system/multi-user.target.wants/walled.service ] || die "walled is not enabled"
[ ! -L /run/o/root/etc/systemd/system/multi-user.target.wants/walle-broker.service ] || die "the broker is enabled unasked"
check "walled is enabled, the broker waits for an administrator"

echo '# mine' >> /run/o/root/etc/walle/walled.toml
mkdir -p /run/o/root/var/lib/walle && echo kept > /run/o/root/var/lib/walle/kept
install_all
grep -q '^# mine' /run/o/root/etc/walle/walled.toml || die "an upgrade overwrote the configuration"
check "an upgrade keeps the administrator's configuration"
inside dpkg --force-depends -r walle-device walle-broker walle-tools > /dev/null 2>&1 || die "dpkg -r"
[ -e /run/o/root/var/lib/walle/kept ] && [ -e /run/o/root/etc/walle/walled.toml ] || die "a removal took state or configuration"
inside dpkg --force-depends -P walle-device walle-broker walle-tools > /dev/null 2>&1 || die "dpkg -P"
[ ! -e /run/o/root/var/lib/walle ] && [ ! -e /run/o/root/etc/walle ] || die "a purge left state or configuration"
left=$(cd /run/o/root && find usr etc/systemd -name '*walle*' | head -5)
[ -z "$left" ] || die "a purge left $left"
check "a removal keeps state and configuration, a purge takes them"
