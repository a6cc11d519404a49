#!/usr/bin/env bash
# Writes the key files in files/ with the tools that own them, and the values that other programs read from them.
#
# Debian 12: apt-get install s3cmd rclone python3-boto; pip install minio (7.2). mc has no package, so its file is written by hand,
# following cmd/config-v10.go, and read by MinIO's own Python library. The keys are made up.
#
#   PYTHON=…/venv/bin/python tests/keyfiles/make.sh
set -euo pipefail
cd -- "$(dirname -- "$0")/files"
home=$(mktemp -d)
trap 'rm -r "$home"' EXIT
alone() { env -i PATH="$PATH" HOME="$home" RCLONE_CONFIG="$PWD/rclone.conf" "$@"; }

# Answers to `s3cmd --configure`: key, secret, region, host, bucket's host, no password, gpg, https, no proxy, no test, save.
printf '%s\n' AKIDS3CMDCONFIGURE 's3cmd/Secret+Key' fsn1 store.example '%(bucket)s.store.example' '' '' Yes '' n y |
    alone s3cmd --configure --config="$PWD/s3cfg" >/dev/null
alone s3cmd --access_key=AKIDS3CMDPATH --secret_key=s3cmdPathSecret --access_token=s3cmdToken --signature-v2 --no-ssl \
    --host=127.0.0.1:9000 --host-bucket=127.0.0.1:9000 --region=US --dump-config --config=/dev/null >s3cfg-path

rm -f rclone.conf
remote() { alone rclone config create "$@" >/dev/null 2>&1; }
remote aws s3 provider=AWS access_key_id=AKIDRCLONEAWS secret_access_key=rclone/Aws region=eu-west-1
remote minio s3 provider=Minio access_key_id=AKIDRCLONEMINIO secret_access_key=rcloneMinio endpoint=http://127.0.0.1:9000
remote wasabi s3 provider=Wasabi access_key_id=AKIDRCLONEWASABI secret_access_key=rcloneWasabi \
    endpoint=s3.eu-central-1.wasabisys.com region=eu-central-1 session_token=rcloneToken
remote old s3 provider=Ceph access_key_id=AKIDRCLONEOLD secret_access_key=rcloneOld endpoint=https://rgw.example v2_auth=true
remote chain s3 provider=AWS env_auth=true region=eu-central-1 profile=work
remote anonymous s3 provider=AWS region=us-east-1
remote short alias remote=minio:bucket/folder
remote secret crypt remote=short: password=rcloneCrypt --obscure
remote parts chunker remote=secret:parts
remote elsewhere alias remote=minio,region=fsn1:bucket
remote files alias remote=/srv/files
remote both union 'upstreams=minio: aws:'
remote server sftp host=sftp.example user=me
rm -f rclone.conf.old
cp rclone.conf rclone-encrypted.conf
# rclone asks for a new password only on a terminal.
printf 's\na\nrclonePassword\nrclonePassword\nq\nq\n' |
    script -qec "env HOME=$home RCLONE_CONFIG=$PWD/rclone-encrypted.conf rclone config" /dev/null >/dev/null

alone env BOTO_CONFIG="$PWD/boto.cfg" /usr/bin/python3 ../read_boto.py >boto.json
"${PYTHON:-python3}" ../read_mc.py mc-10.json mc-9.json >mc.json
