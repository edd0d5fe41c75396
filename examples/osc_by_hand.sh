#!/bin/sh
# Play a set over OSC from a shell, with liblo's own programs (Debian: liblo-tools).
#
#   loopmind perform --osc-port 9000          in one terminal, with a set that plays
#   sh examples/osc_by_hand.sh 9000 9001      in another: port to send to, port to be answered on
#
# What it prints stands in osc_by_hand.md, with what to look at.
set -eu
port=${1:-9000}
answers=${2:-9001}
heard=$(mktemp)
oscdump -L "$answers" >"$heard" &
dump=$!
trap 'kill $dump; rm -f "$heard"' EXIT

# Send a message, then show what came back.
send() {
    before=$(wc -l <"$heard")
    echo "\$ oscsend 127.0.0.1 $port $*"
    oscsend 127.0.0.1 "$port" "$@"
    tries=0
    while [ "$(wc -l <"$heard")" -eq "$before" ] && [ $tries -lt 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    tail -n "+$((before + 1))" "$heard" | sed 's/^[0-9a-f]*\.[0-9a-f]* //'
}

# Say once where answers are to go, until oscdump is there to hear them.
while [ ! -s "$heard" ]; do
    oscsend 127.0.0.1 "$port" /loopmind/reply_port i "$answers"
    oscsend 127.0.0.1 "$port" /loopmind/ping i 0
    sleep 0.2
done

send /loopmind/ping i 7
send /loopmind/transport/play
send /loopmind/section/goto s hook
send /loopmind/track/mute si bass 1
send /loopmind/section/regenerate s hook
send /loopmind/track/level sf drums -3.5
send /loopmind/undo
send /loopmind/track/mute si bass 0
send /loopmind/transport/tempo f 126
send /loopmind/prompt s "filter pad -40, and unmute everything"
send '/loopmind/track/fil*' sf pad 20
send /loopmind/section/goto s nowhere
send /loopmind/transport/tempo f 1000
send '/loopmind/trans*/stop'
