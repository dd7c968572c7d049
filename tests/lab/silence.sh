# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# The client's view: `ask` runs in the client namespace with `pace` ms, its lines (see ask.c) are read here.
#   holder[ADDRESS]   the node that answers, "-" while silent, "" before the first answer
#   gap[ADDRESS]      the longest silence in ms since forget_gaps
# on_answer and on_silence are called for each line, with ADDRESS AT NODE GAP.

declare -A holder gap
history=
servers=()
asker=
unfinished=

lab()
{
	"$lab_lib/lab" "$@"
}

# Every node answers, like the web servers behind a floating address.
serve_on()
{
	"$lab_lib/lab" exec "$1" -- "$programs/answer" </dev/null >/dev/null 2>&1 &
	servers+=($!)
	disown
}

start_asking()
{
	exec {answers}< <(exec "$lab_lib/lab" client -- "$programs/ask" -p "$pace" "${addresses[@]}")
	asker=$!
}

stop_asking()
{
	[[ -z $asker ]] || kill "$asker" 2>/dev/null || true
	((${#servers[@]} == 0)) || kill "${servers[@]}" 2>/dev/null || true
	asker='' servers=()
}

forget_gaps()
{
	local address

	for address in "${addresses[@]}"; do
		gap[$address]=0
	done
}

take_line()
{
	local moment=$1 address=$2 node=$3 ms=$4

	history+="${history:+$'\n'}$address $moment $node"
	holder[$address]=$node
	if [[ $node == - ]]; then
		on_silence "$address" "$moment"
		return
	fi
	((ms <= ${gap[$address]:-0})) || gap[$address]=$ms
	on_answer "$address" "$moment" "$node" "$ms"
}

# A line that the time-out cuts in two is put together again.
take_lines()
{
	local part

	while IFS= read -r -t 0.05 -u "$answers" part; do
		# shellcheck disable=SC2086
		take_line $unfinished$part
		unfinished=
	done
	unfinished+=$part
}

# listen SECONDS CMD...: follows the client until CMD succeeds; fails when the time is over.
listen()
{
	local seconds=$1 end

	shift
	now_ms
	end=$((REPLY + seconds * 1000))
	until take_lines; "$@"; do
		kill -0 "$asker" 2>/dev/null || fail "the asking client has died"
		now_ms
		((REPLY < end)) || return 1
	done
}

# listen_on SECONDS: just follows.
listen_on()
{
	listen "$1" false || true
}

all_answered()
{
	local address

	for address in "${addresses[@]}"; do
		[[ ${holder[$address]:-} == n* ]] || return 1
	done
}

# Every address is answered, and by a node that is not this one.
answered_without()
{
	local address

	all_answered || return 1
	for address in "${addresses[@]}"; do
		[[ ${holder[$address]} != "$1" ]] || return 1
	done
}

process_ended()
{
	! kill -0 "$1" 2>/dev/null
}

# listen_while SECONDS CMD...: follows the client while CMD runs; CMD's exit status.
listen_while()
{
	local seconds=$1 pid

	shift
	"$@" &
	pid=$!
	listen "$seconds" process_ended "$pid" || return 1
	wait "$pid"
}

holds()
{
	[[ -n $(lab exec "$1" -- ip -o addr show to "$2" 2>/dev/null) ]]
}

# holders_of ADDRESS: REPLY is the list of nodes that have it on an interface.
holders_of()
{
	local node list=()

	for node in n1 n2 n3; do
		! holds "$node" "$1" || list+=("$node")
	done
	REPLY=${list[*]}
}

# All addresses are on one node and on no other.
one_holder()
{
	local address first=

	for address in "${addresses[@]}"; do
		holders_of "$address"
		[[ $REPLY == n? && ${first:-$REPLY} == "$REPLY" ]] || return 1
		first=$REPLY
	done
}
