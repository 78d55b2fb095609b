#!/usr/bin/env bash
# debian.sh FOLDER [-EXCLUDED...] PACKAGE...
# Unpacks those packages of Debian 13, and what they need, into FOLDER: from the mirror that this machine's apt uses,
# verified by Debian's keys, without running any of their scripts. Documentation and translations are left out.
# -EXCLUDED leaves out packages of that name (a shell pattern) although others ask for them.
set -euo pipefail
SUITE=trixie

folder=$1
shift
excluded=() wanted=()
for word; do
  case $word in -*) excluded+=("${word#-}") ;; *) wanted+=("$word") ;; esac
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/archives/partial"
touch "$work/status"

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 '/debian/*$') ||
  { echo "debian.sh: this machine's apt knows no mirror of Debian" >&2; exit 1; }
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $SUITE main" >"$work/sources.list"

apt() {
  apt-get -qq -o Dir::State="$work" -o Dir::State::status="$work/status" -o Dir::State::lists="$work/lists" \
    -o Dir::Cache="$work" -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o APT::Install-Recommends=false -o APT::Sandbox::User=root -o Acquire::Languages=none \
    -o APT::Update::Post-Invoke= -o APT::Update::Post-Invoke-Success= "$@"
}

is_excluded() {
  local pattern
  for pattern in "${excluded[@]}"; do
    # shellcheck disable=SC2053
    [[ $1 == $pattern ]] && return 0
  done
  return 1
}

apt update
names=()
for name in $(apt install --simulate "${wanted[@]}" | awk '/^Inst/ {print $2}'); do
  is_excluded "$name" || names+=("$name")
done
(cd "$work/archives" && apt download "${names[@]}" >/dev/null)

mkdir -p "$folder"
# First the package that makes /bin, /lib and /sbin links into /usr.
for package in "$work"/archives/base-files_*.deb "$work"/archives/*.deb; do
  [ -e "$package" ] || continue
  dpkg-deb --extract "$package" "$folder"
done
rm -rf "$folder"/usr/share/{doc,man,info,locale,lintian,bug,bash-completion} "$folder"/etc/{systemd,init.d,logrotate.d,default,cron*}
