# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# Rounds: something breaks, and what was acknowledged must be there. Source it after nothing else; it
# brings mysql-cluster.sh along:
#
#	. "$(dirname "$0")/mysql-rounds.sh"
#	rounds NAME BREAK N [PREPARE]  N rounds; BREAK gets the writer's name, breaks it, and ends with
#	                             `mark`; PREPARE is called before, in each new lab again
#	print_table                  a row a scenario, as Markdown
#
# A round is good when somebody accepts writes again, all nodes come back into sync by themselves,
# one server of the three is not read-only and the others follow it, at no time two nodes have
# acknowledged by turns, and every commit that the client was ever told of is at the writer. Tables are
# compared after each scenario.
#
# A round is a line of the file `results`: "NAME|GOOD|ACKNOWLEDGED|LOST|CLASHES|SILENT MS|MS". What
# it takes to understand one that was not good, or was silent for long, stays in a directory below
# EVIDENCE, and the series goes on.

# shellcheck source-path=SCRIPTDIR source=mysql-cluster.sh
. "$(dirname "${BASH_SOURCE[0]}")/mysql-cluster.sh"

EVIDENCE=${EVIDENCE:-$BUILD/log/mysql}
results=${RESULTS:-}
readonly long_silence=30000 # ms
marked=0 # acknowledged commits when the break was done
faults=() # of this round
lost=0    # acknowledged commits that were missing, over all rounds

# What was on its way to the client counts as before the break.
mark()
{
	marked=$(acked)
}

blame()
{
	faults+=("$1")
}

# clock WHAT: how long it took since the last one.
clock()
{
	local now=${EPOCHREALTIME/./}
	clocked+=("$1 $(((now - clocked_at) / 1000))")
	clocked_at=$now
}

# one_round BREAK: faults is empty when it was good; silent is for how long nobody acknowledged.
one_round()
{
	local broken=$writer
	first=$(($(acked) + 1))
	faults=() clocked=() clocked_at=${EPOCHREALTIME/./}
	other_than "$broken"
	seat=$REPLY
	"$1" "$broken" >"$work/break" 2>&1 || blame "it could not be broken: $(tail -n 1 "$work/break")"
	clock broken
	until_true 90 acked_more $((marked + 20)) || blame "no writes are accepted"
	clock accepted
	until_true 120 all_in_sync || blame "not all came back into sync: $(ledger)"
	clock synced
	one_writer || blame "not exactly one server accepts writes"
	until_true 30 all_follow || blame "a replica follows another than the writer"
	missed=$(missing)
	((missed == 0)) || blame "$missed acknowledged commits are lost"
	clashed=$(clashes "$first")
	((clashed == 0)) || blame "two nodes have acknowledged by turns: $clashed changes"
	silent=$(silence "$first")
	clock checked
	[[ -z ${V:-} ]] || echo "# $broken -> $writer, ${clocked[*]}, silent $silent ms," \
		"$(moves "$first") moves, $(late "$first") late"
}

positions()
{
	local node
	ledger
	at crm_mon -1 -r -n -A
	lab exec "$seat" -- "$BUILD/libexec/quorate-mysql" status
	for node in "${nodes[@]}"; do
		disk "$node"
		printf '\n== %s\n%s\n' "$node" "$(<"$REPLY/db/quorate.state")"
		sql "$node" "SELECT @@read_only, @@gtid_binlog_pos, @@gtid_slave_pos, @@relay_log_purge;
			SHOW GLOBAL STATUS LIKE 'rpl_semi%'; SHOW ALL SLAVES STATUS\G; SHOW PROCESSLIST"
	done
}

# keep_evidence NAME ROUND: all logs, positions, and what was acknowledged.
keep_evidence()
{
	local dir=$EVIDENCE/${1//[^a-z0-9]/-}-$2-$LAB-$labs_made node
	mkdir -p "$dir"
	printf '%s\n' "${faults[@]}" "${clocked[@]}" >"$dir/faults"
	positions >"$dir/positions" 2>&1
	tail -n "+$first" "$acks" >"$dir/acks"
	cp "$work/missing" "$work/break" "$dir"
	for node in "${nodes[@]}"; do
		disk "$node"
		lab log "$node" | tail -n 40000 >"$dir/$node.log"
		tail -n 20000 "$REPLY/db.log" >"$dir/$node.db.log"
	done
	echo "#   evidence: $dir"
}

# What a failed round leaves must not fail the next one.
round_failed()
{
	echo "# $1, round $2:"
	printf '#   %s\n' "${faults[@]}"
	keep_evidence "$1" "$2"
	at crm_resource --cleanup --quiet
	until_true 120 all_in_sync && return
	echo "#   it does not come back: another lab"
	new_lab && "$3"
}

rounds()
{
	local name=$1 break=$2 wanted=$3 prepare=${4:-:} n good=0 fine start missed clashed silent first
	results=${results:-$work/results}
	"$prepare"
	for ((n = 1; n <= wanted; n++)); do
		start=${EPOCHREALTIME/./} fine=1
		one_round "$break"
		((${#faults[@]} == 0)) || fine=0
		good=$((good + fine)) lost=$((lost + missed))
		printf '%s|%s|%s|%s|%s|%s|%s\n' "$name" "$fine" "$(($(acked) - first + 1))" "$missed" \
			"$clashed" "$silent" "$(((${EPOCHREALTIME/./} - start) / 1000))" >>"$results"
		((fine)) || round_failed "$name" "$n" "$prepare" || break
		((!fine || silent < long_silence)) || keep_evidence "$name" "$n"
	done
	check "$name: the tables of all nodes are the same" same_everywhere
	check_is "$name: $wanted rounds, good ones" "$good" "$wanted"
	awk -f "$TOP/tests/cluster/mysql-table.awk" "$results" | tail -n 1 | sed 's/^/# /'
}

print_table()
{
	awk -f "$TOP/tests/cluster/mysql-table.awk" "$results"
}
