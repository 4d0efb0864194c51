#!/bin/sh
# Chromium for the stories of tests/browser: the machine's own, or the distribution's where this account may install it.
# Without one the other tests still run, and pytest says at its end which were not.
set -eu

[ -n "${CHROMIUM:-}" ] && exit 0
for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do
    command -v "$name" >/dev/null && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    # Twice: the list of packages may be old or missing.
    apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1 ||
        { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; } ||
        echo "Chromium could not be installed; the tests in tests/browser need it." >&2
fi
