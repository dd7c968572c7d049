# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# What the cluster tests of vip share. Source it after nothing else; it brings check.sh along:
#
#	. "$(dirname "$0")/vip-cluster.sh"
#	cluster_up [PREPARE]         a lab of three nodes; skips and ends the test where it cannot be;
#	                             PREPARE is called before, and may put other agents into LAB_AGENTS
#	add_vip PARAMETER=VALUE...   the resource "vip", asked by monitor every second
#	cluster_done                 the closing line
#
# `seat` is the node that commands are given on, `at CMD...` gives one; choose another seat before
# the node is broken. `active` is the node that held the address when it was last looked for, `work`
# a directory of the test's own. The client's view (holder, gap, listen) is that of
# tests/lab/silence.sh.

# shellcheck source-path=SCRIPTDIR source=../check.sh
. "${BASH_SOURCE[0]%/*}/../check.sh"

lab_lib=$TOP/tests/lab
programs=$BUILD/tests/lab
addresses=(192.0.2.200)
pace=20
seat=n1
active=
work=

# shellcheck source-path=SCRIPTDIR source=../lab/state.sh
. "$lab_lib/state.sh"
# shellcheck source-path=SCRIPTDIR source=../lab/silence.sh
. "$lab_lib/silence.sh"

fail()
{
	printf '%s\n' "$*" >&2
	exit 1
}

on_answer()
{
	printf '# %s answers on %s after %s ms\n' "$3" "$1" "$4"
}

on_silence()
{
	:
}

# fails CMD...: for check, which wants a success.
fails()
{
	! "$@"
}

cluster_up()
{
	check_root
	export LAB=tv-$((BASHPID % 100000)) LAB_OWNER=$$ LAB_AGENTS=$BUILD/agents
	work=$(mktemp -d)
	trap cluster_down EXIT
	trap 'exit 1' INT TERM
	"${1:-:}"
	check "three nodes are a cluster" lab up 3
	[[ -d /run/quorate-lab/$LAB ]] || exit 1
	check "an address stays where it is" \
		at crm_attribute --type rsc_defaults --name resource-stickiness --update 1
}

# What the nodes wrote stays beside the test's own log when something failed.
cluster_down()
{
	local node

	trap - EXIT
	stop_asking
	if ((check_failed)); then
		for node in n1 n2 n3; do
			mkdir -p "$BUILD/log/cluster/${0##*/}"
			lab log "$node" >"$BUILD/log/cluster/${0##*/}/$node.log" 2>&1
		done
		at crm_mon -1 -r -n -o
	fi
	lab down >/dev/null 2>&1
	rm -rf "$work" "$check_output"
}

cluster_done()
{
	stop_asking
	check "no node has lost a daemon to a crash" no_core
	cluster_down
	check_done
}

no_core()
{
	local node

	for node in n1 n2 n3; do
		[[ -z $(lab exec "$node" -- find /var/lib/pacemaker/cores -type f) ]] || return 1
	done
}

at()
{
	lab exec "$seat" -- "$@"
}

# other_than NODE...: REPLY is the first node that is none of these.
other_than()
{
	for REPLY in n1 n2 n3; do
		[[ " $* " == *" $REPLY "* ]] || return 0
	done
	return 1
}

# operation NAME INTERVAL [ROLE]: its XML. Without a timeout of its own it would have the cluster's.
operation()
{
	printf '<op id="vip-%s-%s" name="%s" interval="%s" timeout="20s"%s/>' "$1" "$2" "$1" "$2" \
		"${3:+ role=\"$3\"}"
}

# primitive AGENT PARAMETER=VALUE...: XML of the resource vip; operations in the array `operations`.
operations=("monitor 1s")
primitive()
{
	local agent=$1 pair words

	shift
	printf '<primitive id="vip" class="ocf" provider="%s" type="%s"><operations>' \
		"${agent%%:*}" "${agent#*:}"
	for pair in "${operations[@]}"; do
		read -r -a words <<<"$pair"
		operation "${words[@]}"
	done
	printf '</operations><instance_attributes id="vip-attributes">'
	for pair in "$@"; do
		printf '<nvpair id="vip-%s" name="%s" value="%s"/>' \
			"${pair%%=*}" "${pair%%=*}" "${pair#*=}"
	done
	printf '</instance_attributes></primitive>'
}

add_resource()
{
	at cibadmin --create --scope resources --xml-text "$1"
}

add_vip()
{
	add_resource "$(primitive quorate:vip "$@")"
}

remove_vip()
{
	at cibadmin --delete --xml-text "<$1 id=\"$2\"/>" && rest && lab wait stopped vip &&
		at crm_resource --cleanup --quiet && rest
}

set_parameter()
{
	at crm_resource --quiet --resource vip --set-parameter "$1" --parameter-value "$2"
}

cleanup()
{
	at crm_resource --cleanup --quiet --resource "${1:-vip}" && rest
}

rest()
{
	lab wait idle 40
}

# where ADDRESS: every interface of every running node that has it: "n1:eth0 n2:lo".
where()
{
	local node

	for node in n1 n2 n3; do
		lab exec "$node" -- ip -o addr show to "$1" 2>/dev/null |
			awk -v node="$node" '{ print node ":" $2 }'
	done | xargs
}

is_at()
{
	[[ $(where "$1") == "$2" ]]
}

# held ADDRESS: REPLY is the one node that holds it; fails, and says who, when it is not one.
held()
{
	REPLY=$(where "$1")
	[[ $REPLY =~ ^n[123]:[a-z0-9]+$ ]] || {
		printf '%s is at "%s"\n' "$1" "$REPLY"
		return 1
	}
	REPLY=${REPLY%%:*}
}

# held_alone: all addresses, by the same node; `active` is that node.
held_alone()
{
	local address

	held "${addresses[0]}" || return 1
	active=$REPLY
	for address in "${addresses[@]}"; do
		held "$address" && [[ $REPLY == "$active" ]] || return 1
	done
}

# answered_by NODE: the client hears that node, on every address.
answered_by()
{
	local address

	for address in "${addresses[@]}"; do
		[[ ${holder[$address]:-} == "$1" ]] || return 1
	done
}

# The client asks `addresses` from now on, those too that nobody has yet; every node can answer.
begin_asking()
{
	local node

	start_asking
	for node in n1 n2 n3; do
		serve_on "$node"
	done
}

# print_scene: what the client knows of the addresses, who could answer, and the cluster.
print_scene()
{
	local node

	lab client -- ip neigh
	for node in n1 n2 n3; do
		printf '%s: %s\n' "$node" "$(lab exec "$node" -- pgrep -a 'answer|vip-announce' | xargs)"
	done
	at crm_mon -1 -r
}

# listen_for SECONDS CMD...: listen, for check.
listen_for()
{
	listen "$@" || {
		print_scene
		return 1
	}
}

print_gaps()
{
	local address

	for address in "${addresses[@]}"; do
		printf '%s: %s was silent for %s ms\n' "$1" "$address" "${gap[$address]:-?}"
	done
}

# recovered WHAT NODE: one node has all addresses, it is not NODE, and it is the one that answers.
recovered()
{
	check "$1: another node answers" listen_for 40 answered_without "$2"
	print_gaps "$1"
}

at_rest()
{
	check "$1: the cluster comes to rest" rest
	check "$1: exactly one node holds the address" held_alone
	check "$1: and that node answers" listen_for 5 answered_by "$active"
}

# failures: what the cluster complains of, without the times.
failures()
{
	at crm_mon -1 | sed -n '/^Failed Resource Actions:/,$ { s/^  \* //; s/ at [A-Z].*//; p }' |
		sed 1d
}

# says TEXT: it is among the complaints.
says()
{
	[[ $(failures) == *"$1"* ]]
}

# count_in_log NODE REGEX: how often the node's pacemaker has written it.
count_in_log()
{
	lab log "$1" pacemaker/pacemaker.log | grep -cE "$2"
}

announcers()
{
	lab exec "$1" -- pgrep -c -x vip-announce
}
