#!/usr/bin/env bash
# images.sh [SERVICE...]: stand-ins for the images of docker-compose.yml, under exactly the names that it pins, where no
# registry can be reached. Without names: for all services. What upstream ships as one binary on nothing, is that: the same
# binary at the same path, for the same user, without a shell (test/compose/README.md says what a stand-in cannot show).
#
# An image that is there already is left alone unless it is an outdated stand-in. Needs Docker Compose v2 (else
# `obsctl tools install compose`), Node, npm, and for PostgreSQL, Redis and Node the apt of a Debian.
set -euo pipefail
cd "$(dirname "$0")/../.."

cache=${XDG_CACHE_HOME:-$HOME/.cache}/obsctl/images
recipes=test/compose/images
LABEL=obsctl.stand-in
DEBIAN=obsctl-stand-in/debian:13
NODE_VERSION=20.20.2 NPM_VERSION=10.8.2

say() { echo "images: $*" >&2; }
fail() { say "$*"; exit 1; }

# tool NAME: the folder of the binary, downloaded or built if need be.
tool() {
  local path
  [ -e dist/cli/main.js ] || npm run build >&2
  path=$(node bin/obsctl.js tools install "$1" --json 2> >(grep -v cache: >&2) | node -p 'JSON.parse(require("fs").readFileSync(0, "utf8"))[0].path')
  echo "$path"
}

# Variables without a default are for running; their values do not matter here.
compose() {
  local name
  for name in $(grep -oE '\$\{[A-Z_]+:\?' docker-compose.yml | tr -dc 'A-Z_\n' | sort -u); do export "$name=${!name:-unused}"; done
  if docker compose version >/dev/null 2>&1; then docker compose "$@"; else "$(tool compose)" "$@"; fi
}

# Lines of `service image`, and `node image` for what our own image is made from.
pinned() {
  compose --profile '*' config --format json | node -e '
    const { services } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
    for (const [name, { image }] of Object.entries(services)) console.log(name, image);
    console.log("node", services.api.build.args.NODE_IMAGE);'
}

# once FOLDER COMMAND...: runs the command, which fills FOLDER, unless it was filled by the very same before.
once() {
  local folder=$1 stamp
  shift
  stamp=$(sha256sum <<<"$* $(declare -f "$1") $(cat test/compose/debian.sh)")
  [ "$(cat "$folder.stamp" 2>/dev/null)" != "$stamp" ] || return 0
  rm -rf "$folder"
  mkdir -p "${folder%/*}"
  "$@"
  echo "$stamp" >"$folder.stamp"
}

# Besides what the packages hold: links that installing makes.
debian_files() {
  test/compose/debian.sh "$@"
  rm -rf "$1"/var/{run,lock}
  ln -s /run "$1/var/run"
  ln -s /run/lock "$1/var/lock"
}

redis_files() { test/compose/debian.sh "$@"; }

# Without the JIT: it would need LLVM, which is bigger than all the rest.
postgres_files() {
  test/compose/debian.sh "$@"
  rm -r "$1"/usr/lib/postgresql/*/lib/{bitcode,llvmjit*}
}

# npm_package NAME VERSION FOLDER: its files.
npm_package() {
  local work
  work=$(mktemp -d)
  npm pack --silent --pack-destination "$work" "$1@$2" >/dev/null
  mkdir -p "$3"
  tar -xzf "$work"/*.tgz -C "$3" --strip-components 1
  rm -r "$work"
}

# Node as upstream lays it out, and what this machine's npm knows of its registry: needed by the build, and by npm only.
node_files() {
  local arch registry cafile
  arch=$(node -p process.arch)
  npm_package "node-linux-$arch" "$NODE_VERSION" "$1/node"
  npm_package npm "$NPM_VERSION" "$1/lib/node_modules/npm"
  mkdir -p "$1/bin" "$1/etc"
  mv "$1/node/bin/node" "$1/bin/node"
  rm -r "$1/node"
  registry=$(npm config get registry) cafile=$(npm config get cafile)
  echo "registry=$registry" >"$1/etc/npmrc"
  [ -r "$cafile" ] || return 0
  cp "$cafile" "$1/etc/npm-certificates.pem"
  echo "cafile=/usr/local/etc/npm-certificates.pem" >>"$1/etc/npmrc"
}

# put_binary TOOL FILE
put_binary() {
  local path
  path=$(tool "$1")
  if ldd "$path" 2>/dev/null | grep -q '=>'; then fail "$path needs libraries, and an empty image has none"; fi
  ln -f "$path" "$2" 2>/dev/null || cp "$path" "$2"
}

# prepare SERVICE: fills its folder in the cache with what the Dockerfile needs.
prepare() {
  local folder=$cache/$1 name
  case $1 in
    debian) once "$folder/root" debian_files "$folder/root" base-files libc-bin bash dash coreutils sed grep findutils gosu libstdc++6 ;;
    postgres) once "$folder/root" postgres_files "$folder/root" "${POSTGRES_WITHOUT[@]}" postgresql-17 tzdata ;;
    redis) once "$folder/root" redis_files "$folder/root" "${REDIS_WITHOUT[@]}" redis-server redis-tools ;;
    node) once "$folder/local" node_files "$folder/local" ;;
    grafana) ;;
    collector) name=otelcol ;;
    *) name=$1 ;;
  esac
  mkdir -p "$folder"
  cp "$recipes/$1"/* "$folder/"
  if [ -n "${name:-}" ]; then put_binary "$name" "$folder/$name"; fi
}
# Perl, LLVM and what only installing needs; and what the base has already.
IN_BASE=(-gcc-14-base -libc6 -libgcc-s1 -libstdc++6 -zlib1g -libzstd1 -libssl3t64 -libselinux1 -libpcre2-8-0 -libtinfo6
  -libacl1 -libattr1 -libcap2 -libsystemd0 -openssl-provider-legacy -base-files -libc-bin)
INSTALLING=(-debconf '-init-*' -adduser -passwd '-base-*' '-login*' '-libsem*' '-libsepol*' '-libpam-*' '-libdb*' -sysvinit-utils
  -libdebconfclient0)
POSTGRES_WITHOUT=("${IN_BASE[@]}" "${INSTALLING[@]}" '-*perl*' '-libllvm*' -libz3-4 '-postgresql-common*' -postgresql-client-common
  -ssl-cert -openssl '-libgdbm*' -procps '-libproc2*' -locales -libc-l10n -ucf -sensible-utils -netbase)
REDIS_WITHOUT=("${IN_BASE[@]}" "${INSTALLING[@]}")

# What the image is made of, in a hash: the recipe, and the stamps and binaries beside it.
identity() {
  (cd "$cache/$1" && find . -maxdepth 1 -type f -o -maxdepth 1 -name '*.stamp' | sort | xargs sha256sum; cat "$cache/debian/root.stamp") |
    sha256sum | cut -c1-16
}

# build SERVICE IMAGE: makes the stand-in, unless there is that very one, or the real image.
build() {
  local is want
  is=$(docker image inspect --format "{{index .Config.Labels \"$LABEL\"}}" "$2" 2>/dev/null) || is=none
  [ "$is" != '' ] && [ "$is" != '<no value>' ] || { say "$2 is the real one"; return; }
  [ "$1" = debian ] || [ -n "$(docker image ls --quiet "$DEBIAN")" ] || build debian "$DEBIAN"
  prepare "$1"
  want=$(identity "$1")
  [ "$is" != "$want" ] || { say "$2 is there"; return; }
  quietly docker build --build-arg "NODE_IMAGE=$node_image" --label "$LABEL=$want" --tag "$2" "$cache/$1"
  say "$2 made, $(docker image inspect --format '{{.Size}}' "$2" | awk '{printf "%.0f MB", $1 / 1e6}'), in $((SECONDS - started)) s"
}

quietly() {
  local log
  log=$(mktemp)
  "$@" >"$log" 2>&1 || { tail -40 "$log" >&2; rm "$log"; fail "failed: $*"; }
  rm "$log"
}

# Our own image is no stand-in: it is built as everybody builds it, on the stand-in of Node.
build_service() {
  quietly compose build api
  say "$1 is built, in $((SECONDS - started)) s"
}

main() {
  local list service image
  list=$(pinned)
  node_image=$(awk '$1 == "node" {print $2}' <<<"$list")
  while read -r service image; do
    [ $# = 0 ] || [[ " $* " == *" $service "* ]] || continue
    started=$SECONDS
    case $service in
      api)
        build node "$node_image"
        build_service "$image"
        ;;
      grafana)
        build node "$node_image"
        build grafana "$image"
        ;;
      inventory | worker | minio-init | volume-init | node) ;;
      *) build "$service" "$image" ;;
    esac
  done <<<"$list"
}
main "$@"
