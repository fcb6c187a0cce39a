#!/usr/bin/env bash
# How many NetFlow v9 records nfdump's collector decodes and stores in a second of its own
# processor time, beside issei's decoder in the same run.
#
# Needs nfcapd and nfdump (Debian: `apt-get install nfdump`). The records go to nfcapd over
# loopback, slowly enough that none is lost; only its user time counts, not the kernel's.
set -euo pipefail
cd "$(dirname "$0")"

command -v nfcapd >/dev/null || { echo "skipped: nfcapd is not here"; exit 0; }
cargo build --quiet --release
peers=${CARGO_TARGET_DIR:-target}/release/issei-peers
folder=$(mktemp -d)
port=19995
nfcapd -p "$port" -b 127.0.0.1 -B 200000000 -w "$folder" -t 3600 >"$folder/log" 2>&1 &
collector=$!
trap 'kill "$collector" 2>/dev/null || true; rm -rf "$folder"' EXIT
sleep 1

"$peers" send "127.0.0.1:$port" 40000
# Nothing more comes; the collector needs only to empty its socket.
sleep 3
ticks=$(awk '{ print $14 }' "/proc/$collector/stat")
kill "$collector"
wait "$collector" 2>/dev/null || true
stored=$(find "$folder" -name 'nfcapd.*' -exec nfdump -I -r {} \; | awk '/^Flows:/ { n += $2 } END { print n }')
awk -v n="$stored" -v t="$ticks" -v hz="$(getconf CLK_TCK)" 'BEGIN {
  printf "nfcapd: %d records in %.2f s of user time: %.1f million a second\n", n, t / hz, n * hz / t / 1e6
}'
"$peers" netflow9
