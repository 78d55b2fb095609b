#!/usr/bin/env bash
# A Docker engine for the tests of the platform in containers: the one that answers, else one of our own.
#
#   engine.sh start   prints the address of an engine. Where none answers it starts one: Linux, as root; Debian's docker.io
#                     is installed if there is no dockerd.
#   engine.sh stop    ends the engine that `start` started, and removes everything it made. Any other is left alone.
#
# All of our engine lies in $OBSCTL_ENGINE (default: obsctl-engine in the temporary folder): images, containers, socket.
set -euo pipefail

folder=${OBSCTL_ENGINE:-${TMPDIR:-/tmp}/obsctl-engine}
socket=$folder/docker.sock
ours=unix://$socket
START_SECONDS=60
STOP_SECONDS=30

say() { echo "engine: $*" >&2; }
fail() { say "$*"; exit 1; }
answers() { timeout 10 docker --host "$1" version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# The address that `docker` itself would use: DOCKER_HOST, else the context that is in use.
usual_address() {
  docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null || echo "${DOCKER_HOST:-unix:///var/run/docker.sock}"
}

install_engine() {
  [ "$(uname -s)" = Linux ] || fail "no engine answers at $(usual_address); start Docker and try again"
  [ "$(id -u)" = 0 ] || fail "no engine answers at $(usual_address), and only root can start one"
  command -v dockerd >/dev/null && return
  command -v apt-get >/dev/null || fail "no engine answers at $(usual_address), and dockerd is not installed"
  say "installing docker.io"
  # Outside systemd the package would start an engine of its own at any other runlevel.
  local log
  log=$(mktemp)
  (apt-get update && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends docker.io) >"$log" 2>&1 ||
    { tail -20 "$log" >&2; rm "$log"; fail "docker.io could not be installed"; }
  rm "$log"
}

# What has to be as it was again after `stop`; of an engine that crashed, what was before it.
remember() {
  [ ! -e "$folder/absent.before" ] || return 0
  iptables-save >"$folder/iptables.before" 2>/dev/null || true
  cat /proc/sys/net/ipv4/ip_forward >"$folder/forward.before"
  for path in /sys/class/net/docker0 /etc/docker /run/docker /run/containerd; do
    [ -e "$path" ] || echo "$path"
  done >"$folder/absent.before"
}

launch() {
  say "starting dockerd, all of it in $folder"
  setsid dockerd --host "$ours" --data-root "$folder/data" --exec-root "$folder/run" --pidfile "$folder/dockerd.pid" \
    </dev/null >"$folder/dockerd.log" 2>&1 9>&- &
  local pid=$! end=$((SECONDS + START_SECONDS))
  until answers "$ours"; do
    kill -0 "$pid" 2>/dev/null || { tail -20 "$folder/dockerd.log" >&2; fail "dockerd ended; its log is $folder/dockerd.log"; }
    [ $SECONDS -lt $end ] || { tail -20 "$folder/dockerd.log" >&2; fail "dockerd did not answer within $START_SECONDS s"; }
    sleep 0.3
  done
}

start() {
  local usual
  usual=$(usual_address)
  if answers "$usual"; then echo "$usual"; return; fi
  if ! answers "$ours"; then
    install_engine
    mkdir -p "$folder"
    # Two that start at once get the same engine.
    exec 9<"$folder"
    flock 9
    if ! answers "$ours"; then
      remember
      launch
    fi
    exec 9<&-
  fi
  docker --host "$ours" info --format 'engine: {{.ServerVersion}}, {{.Driver}}, cgroup v{{.CgroupVersion}}' >&2
  echo "$ours"
}

remove_containers() {
  local ids
  ids=$(docker --host "$ours" ps --all --quiet)
  [ -z "$ids" ] || docker --host "$ours" rm --force --volumes $ids >/dev/null
  docker --host "$ours" network prune --force >/dev/null
}

end_process() {
  local pid=$1 end=$((SECONDS + STOP_SECONDS))
  kill "$pid" 2>/dev/null || return 0
  while kill -0 "$pid" 2>/dev/null && [ $SECONDS -lt $end ]; do sleep 0.2; done
  kill -KILL "$pid" 2>/dev/null && say "dockerd did not end within $STOP_SECONDS s, and was killed" || true
}

remove_mounts() {
  local mount
  for mount in $(awk -v folder="$folder/" 'index($5, folder) == 1 {print $5}' /proc/self/mountinfo | sort -r); do
    umount --lazy "$mount" || true
  done
}

# Takes out what Docker put in; a rule that somebody else added meanwhile stays.
remove_rules() {
  command -v iptables-save >/dev/null || return 0
  local forward=ACCEPT
  grep -q '^:FORWARD DROP' "$folder/iptables.before" && forward=DROP
  iptables-save | grep -vE 'DOCKER|docker0|-[io] br-[0-9a-f]{12}' | sed "s/^:FORWARD [A-Z]*/:FORWARD $forward/" | iptables-restore
}

remove_absent() {
  local path
  while read -r path; do
    case $path in
      /sys/class/net/*) ip link delete "${path##*/}" 2>/dev/null || true ;;
      *) rm -rf "$path" ;;
    esac
  done <"$folder/absent.before"
  find /sys/fs/cgroup -depth -type d -path '*/docker*' -exec rmdir {} + 2>/dev/null || true
  cat "$folder/forward.before" >/proc/sys/net/ipv4/ip_forward
}

stop() {
  [ -e "$folder/absent.before" ] || { say "none of ours in $folder"; return 0; }
  if answers "$ours"; then remove_containers; fi
  if [ -e "$folder/dockerd.pid" ]; then end_process "$(cat "$folder/dockerd.pid")"; fi
  remove_mounts
  remove_rules
  remove_absent
  rm -rf "$folder"
  say "stopped; $folder is gone"
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  *) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0" >&2; exit 2 ;;
esac
