#!/bin/sh
# Installs what Annotation needs and this machine does not have, from Debian's own packages: PostgreSQL, and with --tests a browser.
# Does nothing when all of it is there.
set -eu

say() { echo "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }
have_postgres() {
    [ -n "${PG_BIN:-}" ] && [ -x "$PG_BIN/postgres" ] && return 0
    have postgres && have initdb && return 0
    ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1
}
have_browser() { have chromium || have chromium-browser || have google-chrome; }

case "${1:-}" in
    "") tests=no ;;
    --tests) tests=yes ;;
    *)
        say "usage: deploy/install.sh [--tests]"
        exit 2
        ;;
esac

if ! have dotnet || ! dotnet --list-sdks | grep -q '^10\.'; then
    say "The .NET 10 SDK is missing: install it (https://dotnet.microsoft.com/download), then run this again."
    exit 1
fi

missing=""
have_postgres || missing="$missing postgresql"
if [ "$tests" = yes ]; then
    have_browser || missing="$missing chromium"
fi
[ -n "$missing" ] || exit 0

if ! have apt-get; then
    say "Please install$missing with this system's package manager, then run this again."
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif have sudo; then
    as_root="sudo"
else
    say "Please run as root: apt-get update && apt-get install -y$missing"
    exit 1
fi

say "Installing$missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q >&2
# shellcheck disable=SC2086
$as_root apt-get install -y -q --no-install-recommends $missing >&2
