-- The logins of a deployment: one owns and migrates, the other serves and can rewrite nothing that was signed.
-- psql -v owner=PASSWORD -v service=PASSWORD -f deploy/roles.sql, as a superuser, once.
CREATE ROLE noskheh_app NOLOGIN;
CREATE ROLE noskheh_owner LOGIN PASSWORD :'owner';
CREATE ROLE noskheh_service LOGIN PASSWORD :'service' IN ROLE noskheh_app;
CREATE DATABASE noskheh OWNER noskheh_owner TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE noskheh FROM PUBLIC;
GRANT CONNECT ON DATABASE noskheh TO noskheh_service;
