# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# What the cluster says of itself, and waiting until it says so.

quorate()
{
	local text

	text=$(in_node "$1" corosync-quorumtool -s 2>/dev/null) || true
	[[ $text =~ Quorate:\ +Yes ]]
}

inquorate()
{
	node_on "$1" && ! quorate "$1"
}

# monitor_text NODE: REPLY is what the node's own pacemaker sees, one fact a line:
#   node NAME online|offline dc|- | resource ID ROLE NODE
monitor_text()
{
	REPLY=$(in_node "$1" crm_mon -1 -r --output-as=xml 2>/dev/null | awk -f "$lab_lib/crm_mon.awk")
}

# A node whose word counts: on, and in the quorate part.
find_witness()
{
	local node

	for node in "${nodes[@]}"; do
		if [[ $node != "${1:-}" ]] && quorate "$node"; then
			REPLY=$node
			return 0
		fi
	done
	return 1
}

# member_says WHAT EXCEPT: a quorate node other than EXCEPT sees this line.
member_says()
{
	find_witness "${2:-}" && monitor_text "$REPLY" && [[ $'\n'$REPLY$'\n' == *$'\n'$1* ]]
}

alone()
{
	local node

	for node in "${nodes[@]}"; do
		[[ $node == "$1" ]] || ! node_on "$node" || return 1
	done
}

# Its own word is not enough: a node that slept through its expulsion still believes to be in.
online()
{
	quorate "$1" && monitor_text "$1" && [[ $REPLY == *"node $1 online "* && $REPLY == *" dc"* ]] &&
		{ alone "$1" || member_says "node $1 online" "$1"; }
}

offline()
{
	member_says "node $1 offline" "$1"
}

every_node_online()
{
	local node on=0

	for node in "${nodes[@]}"; do
		node_on "$node" || continue
		quorate "$node" || return 1
		on=$((on + 1))
	done
	for node in "${nodes[@]}"; do
		node_on "$node" || continue
		monitor_text "$node" && [[ $REPLY == *" dc"* ]] || return 1
		[[ $(grep -c '^node [^ ]* online' <<<"$REPLY") == "$on" ]] || return 1
	done
}

node_gave_up()
{
	local node

	for node in "${nodes[@]}"; do
		[[ ! -e $lab_dir/$node/log/gave-up ]] || return 0
	done
	return 1
}

up_or_hopeless()
{
	node_gave_up || every_node_online
}

# resource_on RSC NODE ROLES: there, and nowhere else in one of these roles.
resource_on()
{
	local word id role node found=''

	find_witness && monitor_text "$REPLY" || return 1
	while read -r word id role node; do
		[[ $word == resource && $id == "$1" && " $3 " == *" $role "* ]] || continue
		found+=" $node"
	done <<<"$REPLY"
	[[ $found == "${2:+ $2}" ]]
}

# idle: REPLY is the DC.
idle()
{
	local dc

	find_witness && monitor_text "$REPLY" || return 1
	[[ $REPLY =~ node\ ([^ ]+)\ online\ dc ]] || return 1
	dc=${BASH_REMATCH[1]}
	[[ $(in_node "$dc" crmadmin -S "$dc" 2>/dev/null) == *S_IDLE* ]] && REPLY=$dc
}

# The DC acts on a change a moment after it was made: what it would do now is asked of its CIB.
nothing_planned()
{
	[[ $(in_node "$1" crm_simulate --live-check --simulate 2>/dev/null) != *" action: "* ]]
}

settled()
{
	idle && nothing_planned "$REPLY" && sleep 0.1 && idle
}

condition_help="up | quorate NODE | inquorate NODE | online NODE | offline NODE | resource RSC NODE |
promoted RSC NODE | stopped RSC | idle"

# wait_for CONDITION ARGS... [seconds]
wait_for()
{
	local what=${1:-} test=() count_args=1 active="Started Starting Stopping Unpromoted Promoting Promoted Demoting"

	case $what in
	up) test=(every_node_online) count_args=0 ;;
	quorate | inquorate | online | offline) need_node "${2:-}" && test=("$what" "$2") ;;
	resource) need_node "${3:-}" && test=(resource_on "$2" "$3" "$active") count_args=2 ;;
	promoted) need_node "${3:-}" && test=(resource_on "$2" "$3" Promoted) count_args=2 ;;
	stopped) test=(resource_on "${2:?}" "" "$active") ;;
	idle) test=(settled) count_args=0 ;;
	*) fail "wait: for one of $condition_help" ;;
	esac
	local words="${*:1:count_args+1}" seconds=${*:count_args+2:1}
	until_true "${seconds:-30}" "${test[@]}" ||
		fail "waited ${seconds:-30} s in vain for: $words"
}

node_row()
{
	local node=$1 power=off quorum=- dc=- view=- running='' word id role where

	link_state "$node"
	local link=$REPLY
	if node_on "$node"; then
		power=on quorum=no
		if quorate "$node"; then
			quorum=yes
		fi
		monitor_text "$node" || true
		view=$(grep -c '^node [^ ]* online' <<<"$REPLY") || true
		[[ $REPLY != *"node $node online dc"* ]] || dc=DC
		while read -r word id role where; do
			[[ $word == resource && $where == "$node" && $role != Stopped ]] || continue
			[[ $role == Started ]] && running+=" $id" || running+=" $id($role)"
		done <<<"$REPLY"
	fi
	printf '%-5s %-6s %-5s %-8s %-7s %-3s %s\n' "$node" "$power" "$link" "$quorum" \
		"$view" "$dc" "${running# }"
}

# Each node speaks for itself: in a split both sides are seen.
print_status()
{
	local node

	printf '%-5s %-6s %-5s %-8s %-7s %-3s %s\n' NODE POWER LINK QUORATE ONLINE DC RESOURCES
	for node in "${nodes[@]}"; do
		node_row "$node"
	done
}
