#!/usr/bin/env bash
# minio-image.sh: builds infra/minio/Dockerfile itself where no registry can be reached, on a stand-in of its Go image that
# is made of this machine's Go, and runs the result once. Five to ten minutes on two cores, so no test does it; images.sh first.
set -euo pipefail
cd "$(dirname "$0")/../.."

GO_IMAGE=obsctl-stand-in/golang
MINIO_IMAGE=obsctl-stand-in/minio

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -a "$(go env GOROOT)" "$work/go"
cp /etc/ssl/certs/ca-certificates.crt "$work/"
cat >"$work/Dockerfile" <<'END'
FROM obsctl-stand-in/debian:13
COPY go /usr/local/go
COPY ca-certificates.crt /etc/ssl/certs/
ENV PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin GOTOOLCHAIN=local GOPATH=/go
END
docker build --tag "$GO_IMAGE" "$work"
docker build --build-arg "GO_IMAGE=$GO_IMAGE" --file infra/minio/Dockerfile --tag "$MINIO_IMAGE" .
docker run --rm --network none --read-only --tmpfs /tmp "$MINIO_IMAGE" --version
docker image inspect --format '{{.Config.User}} {{.Config.Entrypoint}} {{.Size}} bytes' "$MINIO_IMAGE"
