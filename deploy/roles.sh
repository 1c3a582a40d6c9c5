#!/bin/sh
# Run once by PostgreSQL's image, in an empty data directory: the owner, the application, and the database.
set -eu
psql --set=ON_ERROR_STOP=1 --username=postgres --set=owner="$OWNER_PASSWORD" --set=app="$APP_PASSWORD" <<'SQL'
create role lifecare_owner login password :'owner';
create role lifecare_app login password :'app';
create database lifecare owner lifecare_owner;
revoke all on database lifecare from public;
grant connect on database lifecare to lifecare_app;
SQL
