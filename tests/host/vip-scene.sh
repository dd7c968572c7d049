# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# A stage for the vip agent: the test itself is the node, in a network namespace of its own; a second
# one, peer, is the other host of the node's two networks.
#
#	          node                         peer
#	eth0  192.0.2.1/24  fd77::1/64      192.0.2.2/24  fd77::2/64      02:..:01:01  02:..:02:01
#	eth1  198.51.100.1/24  fd78::1/64   198.51.100.2/24  fd78::2/64   02:..:01:02  02:..:02:02
#
#	scene_enter "$@"                  first command of a test, after sourcing check.sh
#	scene                             puts everything back to the picture above
#	vip ACTION PARAMETER=VALUE...     runs the agent as Pacemaker does; sets rc, reason and took (us)
#	expect NAME WANT ACTION PARAMETER=VALUE...
#	                                  the same, and checks "RC REASON" against the pattern WANT
#	both FUNCTION                     runs it for IPv4 and for IPv6, see below
#	once FUNCTION                     runs it
#	scene_done                        last command of a test, instead of check_done
#	where ADDRESS                     its instances on the node: "eth0/24 lo/32"
#	gone NAME ADDRESS...              checks that there is none
#	peer COMMAND...                   runs in the peer's namespace
#	hear FILE [NIC]                   starts to write down what the peer hears (hear.c)
#	budget US                         that time, or more for a build with sanitizers
#	wait_for SECONDS COMMAND...       until the command is true; false when it never was
#
# The action is one of the agent's, or probe: a monitor without interval. A PARAMETER that begins
# with OCF_ goes into the environment as it is. Duplicate address detection is off, and conflict_wait
# is short: what is about conflicts says `local conflict_wait=`, which is the agent's own default.

VIP=$BUILD/agents/vip
PEER_MAC=02:00:00:00:02:01
conflict_wait=10ms
f=

# f family, a virtual address, p prefix length, full all bits, near and far the hosts' addresses.
both() {
	f=IPv4 a=192.0.2.10 p=24 full=32 near=192.0.2.1 far=192.0.2.2
	once "$@"
	f=IPv6 a=fd77::10 p=64 full=128 near=fd77::1 far=fd77::2
	once "$@"
}

# The shell goes on behind a function that an error of its own has ended.
unfinished=
once() {
	local name=" $1${f:+-$f}"
	unfinished+=$name
	"$@"
	unfinished=${unfinished%"$name"}
}

scene_done() {
	check_is "every function came to its end" "$unfinished" ""
	check_done
}

peer() {
	nsenter --net=/run/netns/peer "$@"
}

scene_batch() {
	local n
	for n in 0 1; do
		cat <<-END
			link add eth$n address 02:00:00:00:01:0$((n + 1)) type veth peer name eth$n address 02:00:00:00:02:0$((n + 1)) netns peer
			link set eth$n up
		END
	done
	cat <<-END
		addr add 192.0.2.1/24 dev eth0
		addr add fd77::1/64 dev eth0
		addr add 198.51.100.1/24 dev eth1
		addr add fd78::1/64 dev eth1
	END
}

scene_peer_batch() {
	cat <<-END
		link set eth0 up
		link set eth1 up
		addr add 192.0.2.2/24 dev eth0
		addr add fd77::2/64 dev eth0
		addr add 198.51.100.2/24 dev eth1
		addr add fd78::2/64 dev eth1
	END
}

scene_strike() {
	local link
	for link in $(ip -o link show | awk -F '[ :@]+' '$2 != "lo" { print $2 }'); do
		ip link del "$link" 2>/dev/null || :
	done
	for link in $(ip -n peer -o link show | awk -F '[ :@]+' '$2 != "lo" { print $2 }'); do
		ip -n peer link del "$link" 2>/dev/null || :
	done
	ip addr flush dev lo
	ip link set lo down
	ip link set lo up
	rm -rf "${QUORATE_RUNDIR:?}"
	mkdir "$QUORATE_RUNDIR"
}

scene() {
	scene_strike
	scene_batch | ip -batch -
	scene_peer_batch | ip -n peer -batch -
	wait_for 2 scene_is_up
}

# The kernel tells a link's carrier a moment later.
scene_is_up() {
	[[ $(ip -o link show up | grep -c 'state UP') == 2 ]]
}

# The host's own settings do not count here.
scene_settings() {
	local conf=/proc/sys/net all key
	for all in all default; do
		for key in promote_secondaries arp_ignore arp_announce rp_filter arp_accept; do
			printf 0 >"$conf/ipv4/conf/$all/$key"
		done
		printf 0 >"$conf/ipv6/conf/$all/disable_ipv6"
		printf 0 >"$conf/ipv6/conf/$all/forwarding"
	done
	printf 0 >"$conf/ipv6/conf/default/accept_dad"
	printf 0 >"$conf/ipv6/conf/default/dad_transmits"
	printf 0 >"$conf/ipv6/conf/default/router_solicitations"
	printf 0 >"$conf/ipv6/conf/default/accept_ra"
}
export -f scene_settings

scene_prepare() {
	WORK=$(mktemp -d)
	trap 'cd / && rm -rf --one-file-system "$WORK"' EXIT
	export QUORATE_RUNDIR=$WORK/run
	mkdir "$QUORATE_RUNDIR"
	mount -t tmpfs -o mode=755 tmpfs /run
	ip netns add peer
	scene_settings
	peer bash -c scene_settings
	unset HA_LOGFACILITY HA_logfacility HA_LOGFILE HA_logfile HA_debug HA_DEBUGLOG
	unset OCF_EXIT_REASON_PREFIX OCF_CHECK_LEVEL
	scene
}

scene_enter() {
	check_inside "$@"
	set -e
	scene_prepare
	set +e
}

# A build with sanitizers is right or wrong like any other, but neither fast nor small.
scene_is_fast_build() {
	! grep -q __asan_init "$VIP"
}

# A time in us that a fast build must not exceed.
budget() {
	if scene_is_fast_build; then
		echo "$1"
	else
		echo $(($1 * 10))
	fi
}

scene_export() {
	local pair
	export OCF_RESOURCE_INSTANCE=vip OCF_RESKEY_CRM_meta_timeout=20000
	export OCF_RESKEY_conflict_wait=$conflict_wait
	for pair in "$@"; do
		[[ $pair == OCF_* ]] || pair=OCF_RESKEY_$pair
		export "${pair?}"
	done
}

vip() {
	local action=$1 line began=${EPOCHREALTIME/./}
	shift
	rc=0
	(
		[[ $action != monitor ]] || export OCF_RESKEY_CRM_meta_interval=10000
		[[ $action != probe ]] || action=monitor
		scene_export "$@"
		exec "$VIP" "$action"
	) >"$WORK/said" 2>&1 </dev/null || rc=$?
	took=$((${EPOCHREALTIME/./} - began))
	reason=
	while IFS= read -r line; do
		[[ $line != ocf-exit-reason:* ]] || reason=${line#*:}
	done <"$WORK/said"
}

expect() {
	local name=$1 want=$2 got
	shift 2
	vip "$@"
	got=$rc${reason:+ $reason}
	# shellcheck disable=SC2053 # WANT is a pattern
	if [[ $got == $want ]]; then
		check_ok "$name"
		return
	fi
	check_is "$name" "$got" "$want"
	sed 's/^/    | /' "$WORK/said"
}

where() {
	ip -o addr show to "$1" | awk '{ sub(".*/", "", $4); print $2 "/" $4 }' | sort | xargs
}

gone() {
	local name=$1 address left=
	shift
	for address in "$@"; do
		left+=$(where "$address")
	done
	check_is "$name" "$left" ""
}

hear() {
	peer "$BUILD/tests/host/hear" "$1" "${2:-eth0}" >/dev/null
}

wait_for() {
	local until
	printf -v until '%.0f' "${1}e6"
	until=$((${EPOCHREALTIME/./} + until))
	shift
	until "$@"; do
		((${EPOCHREALTIME/./} < until)) || return 1
		sleep 0.02
	done
}
