#!/usr/bin/env bash
# Runs one program of Rust tests, in cargo's place. The stories of the whole product wait for sockets, clocks and other programs most of their
# time, so twice as many of them run at once as there are cores; all others by the usual measure.
set -eu
case ${1##*/} in
  stories-*) export RUST_TEST_THREADS="${RUST_TEST_THREADS:-$((2 * $(nproc)))}" ;;
esac
exec "$@"
