#!/bin/sh
# Makes the passwords of a deployment by compose in deploy/secrets, once; what is there stays.
# The folder is closed to others; its files are not, since accounts inside the containers read them.
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
chmod 700 secrets
cd secrets
for name in superuser owner service; do
    [ -s "${name}_password" ] || od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"${name}_password"
done
for name in owner service; do
    printf 'postgresql://noskheh_%s:%s@database/noskheh\n' "$name" "$(cat "${name}_password")" >"${name}_url"
done
chmod 644 ./*_password ./*_url
