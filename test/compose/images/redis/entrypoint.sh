#!/usr/bin/env bash
# Starts Redis as upstream's image does: flags or a *.conf alone are for redis-server, root steps down to the user redis,
# and protected mode is off unless it is asked for (upstream builds it so: the container's network is the border).
set -euo pipefail

if [ "${1:0:1}" = - ] || [ "${1%.conf}" != "$1" ]; then set -- redis-server "$@"; fi

if [ "$1" = redis-server ]; then
  case " $* " in *' --protected-mode '*) ;; *) set -- "$@" --protected-mode no ;; esac
  if [ "$(id -u)" = 0 ]; then
    find . ! -user redis -exec chown redis {} +
    exec gosu redis "$0" "$@"
  fi
fi

umask 0077
exec "$@"
