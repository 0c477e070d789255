#!/usr/bin/env bash
# rootfs.sh: makes (once, cached) a minimal Debian 12 with systemd, D-Bus and the libraries that Walle's programs link,
# and prints its folder.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../tools/setup/cache.sh"
packages=systemd,systemd-sysv,dbus,libsystemd0,libuv1,libseccomp2,libsqlite3-0,libzstd1,libssl3,libcurl4,libpaho-mqtt1.3,libpaho-mqttpp3-1,libgit2-1.5,libsoci-core4.0,libsoci-sqlite3-4.0,libsoci-postgresql4.0,libprometheus-cpp-core1.0,libonnx1,libprotobuf32,libpng16-16,libturbojpeg0,libwebp7,libspdlog1.10,libfmt9,libpolyclipping22,libflatbuffers2,zlib1g,libcpp-httplib0.11,mosquitto,openssl
root=$WALLE_CACHE/rootfs-$(content_hash "$here/rootfs.sh")
exec 9> "$root.lock"
flock 9  # two tests ask for it at the same time
if [ ! -e "$root.done" ]; then
  say "making a minimal Debian 12 for the system test (once, about a minute)"
  mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -1)
  rm -rf "$root"
  debootstrap --variant=minbase --include="$packages" bookworm "$root" "$mirror" > "$root.log" 2>&1 || { tail -20 "$root.log" >&2; exit 1; }
  echo '127.0.0.1 localhost' > "$root/etc/hosts"
  rm -f "$root/usr/sbin/policy-rc.d"
  : > "$root.done"
fi
echo "$root"
