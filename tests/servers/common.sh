# Shared by the start and stop scripts; sourced, not run.

die() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

# need_commands HINT COMMAND...: exits naming the missing command and how to get it.
need_commands() {
    local hint=$1 name
    shift
    for name; do
        command -v "$name" >/dev/null || die "$name is missing; $hint"
    done
}

# need_ports FIRST LAST: exits if anything listens on one of them.
need_ports() {
    local port
    [[ $1 =~ ^[0-9]+$ && $1 -ge 1024 && $2 -le 65535 ]] || die "not a usable port: $1"
    for port in $(seq "$1" "$2"); do
        if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            die "port $port is taken (ports $1 to $2 are needed); choose another first port"
        fi
    done
}

# new_directory DIR: makes DIR empty, and prints its absolute path. Refuses a folder that no start script made.
new_directory() {
    if [ -e "$1" ] && [ ! -e "$1/.throwaway-server" ] && [ -n "$(ls -A "$1")" ]; then
        die "$1 exists and is not a folder of these scripts; choose another"
    fi
    if [ -n "$(running_processes "$1")" ]; then
        die "a server already runs in $1; stop it first"
    fi
    rm -rf -- "$1"
    mkdir -p -- "$1"/{run,log}
    touch "$1/.throwaway-server"
    (cd -- "$1" && pwd -P)
}

# answers_signed PORT KEY SECRET: whether a signed request to list the buckets is answered with 200.
# A colon in the key would end it on curl's command line; in the URL, it is written as %3A.
answers_signed() {
    local empty=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 status
    status=$(curl --silent --output /dev/null --write-out '%{http_code}' --noproxy '*' --max-time 10 \
        --aws-sigv4 aws:amz:us-east-1:s3 --header "x-amz-content-sha256: $empty" \
        "http://${2//:/%3A}:${3//\//%2F}@127.0.0.1:$1/") || true
    [ "$status" = 200 ]
}

# wait_until_ready SECONDS DIR PORT KEY SECRET: waits for the answer to a signed request; gives up early if a process ends.
wait_until_ready() {
    local deadline=$((SECONDS + $1)) expected
    expected=$(find "$2/run" -name '*.pid' | wc -l)
    until answers_signed "$3" "$4" "$5"; do
        if [ "$SECONDS" -ge "$deadline" ] || [ "$(running_processes "$2" | wc -l)" -lt "$expected" ]; then
            tail -n 5 -- "$2"/log/*.log >&2
            die "no answer to a signed request on port $3, or a process has ended; logs are in $2/log"
        fi
        sleep 0.1
    done
}

# running_processes DIR: the processes named by DIR/run/*.pid that are running and were started for DIR. The command line shows
# this: it is empty for a process that has ended, and names another folder if the number was reused by another process.
running_processes() {
    local directory file pid
    [ -d "$1" ] || return 0
    directory=$(cd -- "$1" && pwd -P)
    for file in "$directory"/run/*.pid; do
        [ -s "$file" ] || continue
        pid=$(tr -cd 0-9 <"$file")
        if tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF -- "$directory/"; then
            echo "$pid"
        fi
    done
}

# stop_all DIR: kills every process of DIR: their data is throwaway, and after a polite request a Ceph daemon waits for its peers.
stop_all() {
    local pid
    for _ in $(seq 50); do
        [ -n "$(running_processes "$1")" ] || return 0
        for pid in $(running_processes "$1"); do kill -KILL "$pid" 2>/dev/null || true; done
        sleep 0.1
    done
    die "cannot end the processes $(running_processes "$1" | tr '\n' ' ')of $1"
}
