#!/bin/sh
# Run once by the database's image, as it makes its data folder.
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" \
    -v owner="$(cat /run/secrets/owner_password)" -v service="$(cat /run/secrets/service_password)" \
    -f /deploy/roles.sql
