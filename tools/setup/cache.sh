# Sourced by the set-up scripts: where things that are fetched or built once live, outside the tree.
WALLE_CACHE=${WALLE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/walle}
export WALLE_CACHE
mkdir -p "$WALLE_CACHE"

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# content_hash FILE...: one hash over the named files, so that a change of a recipe makes a new folder.
content_hash() { cat "$@" | sha256sum | cut -c1-16; }
