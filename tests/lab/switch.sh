# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# The switch: a network namespace with one bridge; each node and the client hang on a port of it that
# carries their name. All addresses come from the documentation ranges.

network4=192.0.2
network6=2001:db8:
metadata4=169.254.169.254 # of a cloud, if there is one

# hold WHAT FLAG...: a process that does nothing but keep WHAT's namespaces; $lab_dir/WHAT.pid.
hold()
{
	local what=$1

	shift
	(
		drop_inherited_files
		cd /
		# shellcheck disable=SC2016
		exec setsid unshare "$@" -- bash -c '
			source "$1" || exit
			record_process "$2/$3.pid" $$ || exit
			exec -a "quorate-lab ${2##*/} $3" sleep infinity
		' hold "$lab_lib/state.sh" "$lab_dir" "$what" </dev/null >/dev/null 2>>"$lab_dir/$what.log"
	) &
	disown
	until_true 10 recorded_process "$lab_dir/$what.pid" ||
		fail "cannot make the $what namespace: $(<"$lab_dir/$what.log")"
}

in_switch()
{
	recorded_process "$lab_dir/switch.pid" || fail "the switch of lab \"$lab_name\" is gone"
	nsenter -t "$REPLY" -n -- "$@"
}

start_switch()
{
	hold switch --net
	in_switch ip -batch - <<-END
		link set lo up
		link add name switch type bridge stp_state 0 forward_delay 0 mcast_snooping 0
		link set switch up
	END
}

start_client()
{
	hold client --net --uts
	recorded_process "$lab_dir/client.pid"
	nsenter -t "$REPLY" -u -- hostname client
	plug client "$REPLY" 100
}

# plug NAME PID NUMBER: a cable from port NAME to eth0 of the namespace of PID.
plug()
{
	local name=$1 pid=$2 number=$3 mac

	printf -v mac '02:00:c0:00:02:%02x' "$number"
	in_switch ip -batch - <<-END
		link add name $name type veth peer name eth0 address $mac netns $pid
		link set $name master switch up
	END
	nsenter -t "$pid" -n -- ip -batch - <<-END
		link set lo up
		addr add $network4.$number/24 brd + dev eth0
		link set eth0 up
		addr add $network6:$number/64 dev eth0 nodad
		route add $metadata4/32 dev eth0
	END
}

# Takes the cable away, both ends at once: nothing sends or answers any more, not even a farewell.
unplug()
{
	in_switch ip link del "$1" 2>/dev/null || true
}

# cut_node NODE [keep-carrier]: the node sees its link go down, or (keep-carrier) nothing but silence.
cut_node()
{
	need_node "$1"
	case ${2:-} in
	"") in_switch ip link set "$1" down ;;
	keep-carrier) in_switch bridge link set dev "$1" state 0 ;;
	*) fail "cut $1: \"$2\" is not \"keep-carrier\"" ;;
	esac
}

heal_node()
{
	need_node "$1"
	in_switch ip link set "$1" up
	# The kernel refuses while it has not yet seen the carrier that has just come.
	until_true 5 port_forwards "$1" || fail "the port of $1 does not forward"
}

port_forwards()
{
	in_switch bridge link set dev "$1" state 3 2>/dev/null
}

# link_state NODE: REPLY is up, cut or "-".
link_state()
{
	local line

	line=$(in_switch bridge link show dev "$1" 2>/dev/null) || line=
	case $line in
	*,UP*forwarding*) REPLY=up ;;
	"") REPLY=- ;;
	*) REPLY="cut" ;;
	esac
}

# netem_node NODE [to|from|both] ARGS|clear
netem_node()
{
	local node=${1:-} way=to

	need_node "$node"
	shift
	case ${1:-} in
	to | from | both) way=$1 && shift ;;
	esac
	(($#)) || fail "netem: what? for example \"lab netem $node loss 30%\", \"lab netem $node clear\""
	if [[ $1 == clear ]]; then
		netem_clear "$node"
		return
	fi
	if [[ $way != from ]]; then
		netem_port "$node" to "$@"
	fi
	if [[ $way != to ]]; then
		netem_port "$node" from "$@"
	fi
}

# Towards the node means: what leaves the port. From the node: what leaves the node's own eth0.
netem_port()
{
	local node=$1 way=$2 error

	shift 2
	if [[ $way == to ]]; then
		error=$(in_switch tc qdisc replace dev "$node" root netem "$@" 2>&1) && return
	else
		error=$(in_node_net "$node" tc qdisc replace dev eth0 root netem "$@" 2>&1) && return
	fi
	[[ $error == *"kind is unknown"* ]] || fail "netem $node: $error"
	[[ $# == 2 && $1 == loss && $2 =~ ^([0-9]+)%$ ]] ||
		fail "netem $node: this kernel has no netem (CONFIG_NET_SCH_NETEM); without it only \"loss N%\""
	drop_share "$node" "$way" "${BASH_REMATCH[1]}"
}

# Loss without netem: nftables on the bridge.
drop_share()
{
	local node=$1 way=$2 hook=prerouting match=iifname share="numgen random mod 100 < $3"

	if [[ $way == to ]]; then
		hook=postrouting match=oifname
	fi
	if (($3 >= 100)); then
		share=""
	fi
	in_switch nft -f - <<-END
		table bridge netem_${way}_$node
		delete table bridge netem_${way}_$node
		table bridge netem_${way}_$node {
			chain share {
				type filter hook $hook priority 0
				$match "$node" $share drop
			}
		}
	END
}

netem_clear()
{
	local node=$1 way

	in_switch tc qdisc del dev "$node" root 2>/dev/null || true
	if node_on "$node"; then
		in_node_net "$node" tc qdisc del dev eth0 root 2>/dev/null || true
	fi
	for way in to from; do
		in_switch nft delete table bridge "netem_${way}_$node" 2>/dev/null || true
	done
}

exec_client()
{
	[[ ${1:-} != -- ]] || shift
	(($#)) || fail "client: which command?"
	recorded_process "$lab_dir/client.pid" || fail "the client of lab \"$lab_name\" is gone"
	exec nsenter -t "$REPLY" -n -u -- setpriv --pdeathsig TERM "$@"
}
