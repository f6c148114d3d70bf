#!/bin/sh
# SPDX-License-Identifier: MIT
#
# fresh.sh SUITE COMMAND [ARG]...       runs `./dev COMMAND ARG...`
# fresh.sh SUITE -- PROGRAM [ARG]...    runs a program, for several commands sh -c
#
# Runs it in a new, minimal root of that release of Debian (bookworm, trixie, sid), in a clean
# clone of the tree's HEAD: only what is committed is there, and only the packages that ./dev
# installs. The exit status is that of the command.
#
# `./dev install COMMAND` installs the packages with the machine's network; the command itself
# then runs in a network of its own, which has the loopback interface only. Two have the
# machine's network throughout: `test-pyca`, which fetches a source package, and PROGRAM.
#
# The address of the archive, its keyring and proxies are those of the machine's apt. The first
# run keeps its root in build/fresh/SUITE.tar.gz; to make it again, remove that file.
#
# Must be run by root. The root is in a folder under TMPDIR, and is mounted only in a mount
# namespace of its own: when the last process in it has exited nothing is mounted any more, and
# removing the folder cannot reach anything else.
set -eu

usage() {
    echo 'usage: fresh.sh SUITE COMMAND [ARG]...' >&2
    echo '       fresh.sh SUITE -- PROGRAM [ARG]...' >&2
    exit 64
}

fail() {
    printf 'fresh: %s\n' "$1" >&2
    exit 71
}

# archive FIELD prints a field of the machine's own source of Debian's packages.
archive() {
    apt-get indextargets 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 'Component: main' |
        sed -n "s/^$1: //p" | head -n 1
}

# archive_keyring prints the keyring that the source names, or else Debian's own.
archive_keyring() {
    source=$(archive Sourcesentry)
    keyring=$(sed -n 's|^Signed-By: *\(/.*\)|\1|p; s|.*signed-by=\(/[^] ]*\).*|\1|p' \
        "${source%:*}" | head -n 1)
    echo "${keyring:-/usr/share/keyrings/debian-archive-keyring.gpg}"
}

# make_root writes the minimal root to $root, with an apt that works as the machine's does.
make_root() {
    address=$(archive Repo-URI)
    test -n "$address" || fail "apt knows no archive of Debian: run 'apt-get update'"
    keyring=$(archive_keyring)
    eval "$(apt-config shell proxy Acquire::http::Proxy)"
    http_proxy=${proxy:-${http_proxy:-}} debootstrap --variant=minbase \
        --include=git,ca-certificates --keyring="$keyring" "$suite" "$root" "$address"
    cp "$keyring" "$root/etc/apt/archive.gpg"
    chmod 644 "$root/etc/apt/archive.gpg"
    echo "deb [signed-by=/etc/apt/archive.gpg] $address $suite main" >"$root/etc/apt/sources.list"
    apt-config dump | grep -E '^Acquire::(Check-|Retries |(http|https)::Proxy[ :])' \
        >"$root/etc/apt/apt.conf.d/90machine" || :
    rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
}

# keep_root makes the archive $base of $root. It belongs to the owner of the tree.
keep_root() {
    mkdir -p "$tree/build/fresh"
    # The settings of a proxy may be secret.
    umask 077
    tar -C "$root" --numeric-owner -cf - . | gzip -1 >"$base.$$"
    mv "$base.$$" "$base"
    umask 022
    chown --reference="$tree" "$tree/build" "$tree/build/fresh" "$base"
}

# enter_root makes $root the root of this mount namespace, and leaves the old one behind.
enter_root() {
    mount --bind "$root" "$root"
    cd "$root"
    mount -t proc proc proc
    mount -t sysfs -o ro sysfs sys
    mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts dev/pts
    mount -t tmpfs -o mode=1777 tmpfs dev/shm
    # The command's network; it is made here, since a minimal root has no ip(8).
    : >run/offline
    unshare --net=run/offline ip link set lo up
    pivot_root . mnt
    cd /root/tree
    umount --lazy /mnt
}

# clean COMMAND... runs it with the environment of a new login.
clean() {
    env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
        ${no_proxy:+no_proxy="$no_proxy"} ${TERM:+TERM="$TERM"} "$@"
}

# inside is the first process of the namespaces.
inside() {
    if test -e "$base"; then
        tar -C "$root" --numeric-owner -xpzf "$base"
    else
        make_root
        keep_root
    fi
    cp /etc/resolv.conf /etc/hosts "$root/etc/"
    git clone -q --no-hardlinks "$tree" "$root/root/tree"
    enter_root
    case $1 in
    --)
        shift
        clean "$@"
        ;;
    test-pyca) clean ./dev "$@" ;;
    *)
        clean ./dev install "$@"
        clean nsenter --net=/run/offline ./dev "$@"
        ;;
    esac
}

# remove_root ends what still runs in the namespaces, by their first process, and then
# removes the folder: unshare(1) exits when all of them are gone.
remove_root() {
    trap '' HUP INT TERM
    if test -n "$namespace" && test -e "/proc/$namespace"; then
        first=$(cat "/proc/$namespace/task/$namespace/children")
        # shellcheck disable=SC2086 # one number, with a blank behind it
        kill -KILL ${first:-$namespace} 2>/dev/null || :
        wait "$namespace" || :
    fi
    rm -rf --one-file-system "$root" "$base.$$"
}

# Only in a namespace of its own is this the first process: elsewhere, to change the root would
# be a disaster.
if test "${1:-}" = --inside && test $$ -eq 1; then
    tree=$2
    root=$3
    suite=$4
    base=$tree/build/fresh/$suite.tar.gz
    shift 4
    inside "$@"
    exit
fi

test $# -ge 2 || usage
case $1 in *[!a-z0-9-]* | -* | '') usage ;; esac
case $2 in
--) test $# -ge 3 || usage ;;
-* | '') usage ;;
esac
suite=$1
shift
test "$(id -u)" -eq 0 || fail 'must be run by root'
tree=$(realpath "$(dirname "$0")/..")
base=$tree/build/fresh/$suite.tar.gz
test -z "$(git -C "$tree" status --porcelain)" ||
    echo 'fresh: warning: the clone has no uncommitted changes' >&2
namespace=
root=$(mktemp -d)
trap remove_root EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
# mktemp's folder is for its owner alone; a root is for every user in it.
chmod 755 "$root"
exec 3<&0
# In the background, so that a signal is not kept waiting until the command has finished.
env --default-signal=INT,QUIT unshare --mount --mount-proc --pid --fork \
    "$0" --inside "$tree" "$root" "$suite" "$@" <&3 3<&- &
namespace=$!
wait "$namespace"
