#!/usr/bin/env bash
# Starts PostgreSQL as upstream's image does, for what the platform uses: a first start makes the cluster, with
# POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB and POSTGRES_INITDB_ARGS (each also as a file, _FILE), and runs
# /docker-entrypoint-initdb.d. Root steps down to the user postgres.
set -euo pipefail

[ "${1:0:1}" != - ] || set -- postgres "$@"
[ "$1" = postgres ] || exec "$@"

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /run/postgresql
  chmod 700 "$PGDATA"
  find "$PGDATA" /run/postgresql ! -user postgres -exec chown postgres {} +
  exec gosu postgres "$0" "$@"
fi

# value NAME DEFAULT: of the variable, or of the file that NAME_FILE names.
value() {
  local file=$1_FILE
  if [ -n "${!1:-}" ]; then echo "${!1}"; elif [ -n "${!file:-}" ]; then cat "${!file}"; else echo "$2"; fi
}

sql() { psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet --username "$user" "$@"; }

run_scripts() {
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh) echo "running $file"; if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
      *.sql) echo "running $file"; sql --dbname "$database" --file "$file" ;;
    esac
  done
}

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  user=$(value POSTGRES_USER postgres)
  password=$(value POSTGRES_PASSWORD '')
  database=$(value POSTGRES_DB "$user")
  if [ -z "$password" ] && [ "${POSTGRES_HOST_AUTH_METHOD:-}" != trust ]; then
    echo "Error: Database is uninitialized and superuser password is not specified." >&2
    exit 1
  fi
  mkdir -p "$PGDATA"
  chmod 700 "$PGDATA"
  # As arguments of a shell: that is how upstream reads them.
  eval "initdb --username=\"\$user\" --pwfile=<(echo \"\$password\") ${POSTGRES_INITDB_ARGS:-}"
  echo "host all all all ${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
  export PGPASSWORD=$password
  # On its socket only: nobody connects before the first start is finished.
  pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
  [ "$database" = postgres ] || sql --dbname postgres -v name="$database" <<<'CREATE DATABASE :"name"'
  run_scripts
  pg_ctl -D "$PGDATA" -m fast -w stop
  unset PGPASSWORD
  echo "PostgreSQL init process complete; ready for start up."
fi

exec "$@"
