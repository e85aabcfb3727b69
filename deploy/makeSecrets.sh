#!/bin/sh
# Makes the secrets that docker-compose.yml hands out, a file each, in deploy/secrets or the folder named as the argument.
# Refuses a folder that holds any already: a new pepper would lock everybody out, a new database password fits no old database.
set -eu

folder="${1:-$(dirname "$0")/secrets}"
command -v openssl > /dev/null || { echo "openssl is needed to make the secrets." >&2; exit 1; }
if [ -d "$folder" ] && [ -n "$(ls -A "$folder")" ]; then
  echo "There are secrets in $folder already; nothing was changed." >&2
  exit 1
fi

# The folder is closed to every other account of this machine. The files in it are not: each is mounted into a container by
# itself and read there by an account that owns nothing.
(umask 077 && mkdir -p "$folder" && chmod 700 "$folder")
umask 022

keep() { printf '%s' "$2" > "$folder/$1"; }
random() { openssl rand -base64 48 | tr -d '\n'; }
password() { openssl rand -hex 32; }

owner="$(password)"
keep postgres_password "$owner"
keep database_url "postgres://kith:$owner@postgres:5432/kith"
for role in users tenants sessions gamification reader worker gateway; do
  keep "${role}_database_url" "postgres://kith_$role:$(password)@postgres:5432/kith"
done
# Empty: mail is kept, not sent, until a mail server stands here, as smtps://user:password@host.
keep smtp_url ""
keep redis_url "redis://redis:6379"
keep context_secret "$(random)"
keep password_pepper "$(random)"
keep record_key "$(random)"
keep encryption_keys "1:$(openssl rand -base64 32)"

echo "Made $(ls "$folder" | wc -l | tr -d ' ') secrets in $folder. Keep a copy of password_pepper, record_key and encryption_keys apart from the backups."
