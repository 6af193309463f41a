#!/usr/bin/env bash
# Tries an archive of `cargo xtask dist` on another system: an empty Debian without Rust, compiler or network.
#
#   tests/scripts/dist_elsewhere.sh dist/gyrus-VERSION-x86_64-linux-gnu.tar.gz [SUITE]
#
# Without SUITE it takes the oldest Debian whose C library is new enough for the program. Needs root, debootstrap, a
# mirror of Debian, 500 MB of disk and some minutes. Exit status: 0 it runs, 1 it does not, 2 it could not be tried.
set -euo pipefail

cannot() {
  echo "cannot be tried: $1" >&2
  exit 2
}

# The oldest suite whose glibc is at least the version given, from the releases of Debian.
suite_for() {
  while read -r glibc suite; do
    if [ "$(printf '%s\n' "$1" "$glibc" | sort -V | head -n 1)" = "$1" ]; then
      echo "$suite"
      return
    fi
  done <<<$'2.31 bullseye\n2.36 bookworm\n2.41 trixie'
  return 1
}

[ $# -ge 1 ] && [ -f "$1" ] || cannot "call it with an archive that \`cargo xtask dist\` made"
[ "$(id -u)" = 0 ] || cannot "another root needs root"
unshare --mount --net true || cannot "namespaces are not allowed here"
command -v debootstrap >/dev/null || cannot "debootstrap is missing: \`apt-get install debootstrap\`"

archive="$(realpath "$1")"
work="$(mktemp -d)"
# What is mounted below is mounted in a namespace that ends with the program, so only files are left.
trap 'rm -rf --one-file-system "$work"' EXIT
root="$work/root"

built="$(tar --extract --gzip --to-stdout --wildcards --file "$archive" '*/BUILT.txt')"
needs="$(sed -n 's/^glibc: \([0-9.]*\).*/\1/p' <<<"$built")"
suite="${2:-$(suite_for "$needs")}" || cannot "no suite of Debian has glibc $needs"
printf '%s\n' "$built"
echo "archive: $(stat --format %s "$archive") bytes; tried on $suite"

if ! debootstrap --variant=minbase "$suite" "$root" >"$work/log" 2>&1; then
  tail -n 5 "$work/log" >&2
  cannot "debootstrap failed: is a mirror of Debian at hand?"
fi
mkdir "$root/opt/gyrus"
tar --extract --gzip --strip-components=1 --directory "$root/opt/gyrus" --file "$archive"

# Everything is said inside: a namespace of its own for mounts, and one for the network, which is none.
start=$SECONDS
# shellcheck disable=SC2016
unshare --mount --net bash -euc '
  mount -t proc proc "$1/proc"
  exec chroot "$1" /usr/bin/env --ignore-environment PATH=/usr/bin:/bin HOME=/root /bin/bash -euc "
    if command -v cargo rustc cc; then exit 1; fi
    ldd --version | head -n 1
    cd /opt/gyrus
    ./gyrus --version
    ./gyrus run studies/paper-quick.toml --out /tmp/out"
' bash "$root" || { echo "FAILED: the program did not run on $suite" >&2; exit 1; }

[ -s "$root/tmp/out/report.html" ] || { echo "FAILED: there is no report.html" >&2; exit 1; }
echo "passed on $suite: report.html of $(stat --format %s "$root/tmp/out/report.html") bytes after $((SECONDS - start)) s"
