# Start, eight requests, graceful end, for ci/bench/floor. SERVER, PORT and HEXPORT come from the environment; the script
# copies the test as often as it is to be run.

# With job control a job in the background is a process group of its own, and does not find SIGINT ignored.
setup() { set -m; }

@test "start, eight requests, graceful end" {
  "$SERVER" -w 2 -p "$PORT" --bind=127.0.0.1 >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
  server=$!
  until [ "$(grep -c ":$HEXPORT 00000000:0000 0A" /proc/net/tcp)" = 3 ]; do :; done
  for number in 1 2 3 4 5 6 7 8; do
    run curl -sf -H 'Connection: close' "http://127.0.0.1:$PORT/"
    [ "$status" -eq 0 ]
  done
  kill -INT -- "-$server"
  wait "$server"
}
