#!/bin/sh
# Makes the certificates beside this file: an authority, and a server called localhost.
# They protect nothing; they are valid for a hundred years so that no test dies of age.
set -eu
cd "$(dirname "$0")"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 \
    -subj "/CN=Hallpass test authority" -keyout authority.key -out authority.pem
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=localhost" \
    -keyout server.key -out server.csr
printf 'subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n' >extensions
openssl x509 -req -in server.csr -CA authority.pem -CAkey authority.key -days 36500 \
    -extfile extensions -out server.pem
rm -f authority.key authority.srl server.csr extensions
