#!/usr/bin/env bash
# Builds the tailored CPython 3.13 as a static library and prints its prefix:
#   lib/libpython3.13.a, include/, link.txt (libraries to add), stdlib/ (the modules a task may import, as bytecode).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
setup=$here/../../tools/setup
. "$setup/cache.sh"
prefix=$WALLE_CACHE/third_party/cpython-$(content_hash "$here"/build.sh "$here"/patches/*.patch "$here"/disabled_modules.txt "$here"/stdlib.txt "$setup/debian_source.sh")
if [ ! -e "$prefix/.done" ]; then
  say "building CPython 3.13 (once, about two minutes)"
  work=$(mktemp -d -p /var/tmp walle-cpython.XXXXXX); trap 'rm -rf "$work"' EXIT
  "$setup/debian_source.sh" python3.13 3.13.5-2+deb13u5 "$work/src"
  for p in "$here"/patches/*.patch; do patch -s -d "$work/src" -p1 < "$p"; done
  mkdir "$work/build"; cd "$work/build"
  "$work/src/configure" --prefix="$prefix" --disable-shared --without-ensurepip --disable-test-modules --without-doc-strings \
    CFLAGS=-g0 OPT="-DNDEBUG -O3 -Wall -ffunction-sections -fdata-sections" > "$work/log" 2>&1 || { tail -30 "$work/log" >&2; fail "CPython did not configure"; }
  sed 's/^\*shared\*/*static*/' Modules/Setup.stdlib > Modules/Setup.local
  while read -r module _; do sed -i "/^$module /d" Modules/Setup.local; done < <(grep -v '^#' "$here/disabled_modules.txt")
  { echo '*disabled*'; grep -v '^#' "$here/disabled_modules.txt" | awk '{print $1}'; } >> Modules/Setup.local
  make -j"$(nproc)" python >> "$work/log" 2>&1 || { tail -50 "$work/log" >&2; fail "CPython did not build"; }
  mkdir -p "$prefix/lib" "$prefix/include" "$prefix/stdlib"
  cp libpython3.13.a "$prefix/lib/"
  cp -r "$work/src/Include/." "$prefix/include/"; cp pyconfig.h "$prefix/include/"
  make -s -f Makefile -f <(echo 'pl:;@echo $(MODLIBS) $(LIBS) $(SYSLIBS)') pl | sed "s#Modules/[^ ]*\.a##g" > "$prefix/link.txt"
  find Modules -name '*.a' -exec cp {} "$prefix/lib/" \;
  (cd "$work/src/Lib" && grep -v '^[#!]' "$here/stdlib.txt" | while read -r entry _; do
     [ -e "$entry" ] || fail "stdlib.txt names $entry, which CPython does not have"
     find "$entry" -name '*.py' ! -path '*/test/*' ! -path '*/tests/*' ! -path '*/idlelib/*' -exec cp --parents {} "$prefix/stdlib/" \;
   done)
  (cd "$prefix/stdlib" && grep '^!' "$here/stdlib.txt" | while read -r pattern _; do rm -r ${pattern#!}; done)
  # Bytecode without sources and without checks against them: imports are four times as fast, nothing is written later.
  PYTHONHOME=$work/src PYTHONPATH=$work/src/Lib ./python -S "$work/src/Lib/compileall.py" -q -b -o 2 \
    --invalidation-mode unchecked-hash -s "$prefix/stdlib" -p '<python>' "$prefix/stdlib" || fail "the standard library did not compile"
  find "$prefix/stdlib" -name '*.py' -delete
  cp Modules/Setup.local "$prefix/modules.txt"
  touch "$prefix/.done"
fi
echo "$prefix"
