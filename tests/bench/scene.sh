# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# Where the agents are measured: a host and its neighbour, two network namespaces joined by a veth
# pair, in mount, pid and network namespaces of this run's own; /run is empty. All of it ends with
# the process that entered.
#
#	scene_set     inside of those namespaces: the network; WORK is a directory in its /run
#	words WHO ACTION PARAMETER=VALUE...
#	              sets the array `words`: environment and command, as Pacemaker starts them
#	act WHO ACTION PARAMETER=VALUE...
#	              runs that, complaints to $WORK/complaints

neighbour=neighbour
v4=192.0.2
v6=2001:db8

scene_set() {
	mount -t tmpfs -o mode=755 tmpfs /run
	mount -t sysfs sysfs /sys
	WORK=/run/bench
	mkdir /run/resource-agents "$WORK"
	ip link set lo up
	ip netns add "$neighbour"
	ip link add eth0 type veth peer name eth0 netns "$neighbour"
	ip link set eth0 up
	ip -n "$neighbour" link set lo up
	ip -n "$neighbour" link set eth0 up
	ip addr add "$v4.1/24" dev eth0
	ip addr add "$v6::1/64" dev eth0 nodad
	ip -n "$neighbour" addr add "$v4.2/24" dev eth0
	ip -n "$neighbour" addr add "$v6::2/64" dev eth0 nodad
	scene_settle
}

# Until the interfaces have their link-local addresses, and so nothing more of their own to say.
scene_settle() {
	local end=$((SECONDS + 10))
	while [[ -n $(ip -6 addr show tentative; ip -n "$neighbour" -6 addr show tentative) ]]; do
		((SECONDS < end)) || die 'IPv6 does not settle'
		read -r -t 0.1 <> <(:) || :
	done
}

program_of() {
	case $1 in
	peer) REPLY=/usr/lib/ocf/resource.d/heartbeat/IPaddr2 ;;
	us) REPLY=$BUILD/agents/vip ;;
	floor) REPLY=/bin/true ;;
	esac
}

words() {
	local who=$1 action=$2
	program_of "$who"
	words=(PATH=/usr/sbin:/usr/bin:/sbin:/bin OCF_ROOT=/usr/lib/ocf OCF_RA_VERSION_MAJOR=1
		OCF_RA_VERSION_MINOR=1 OCF_RESOURCE_INSTANCE="$who"
		OCF_RESKEY_CRM_meta_timeout=20000 OCF_RESKEY_CRM_meta_interval=10000
		OCF_RESKEY_nic=eth0 HA_LOGFACILITY=none
		"${@:3}" "$REPLY" "$action")
}

act() {
	words "$@"
	env -i "${words[@]}" >/dev/null 2>>"$WORK/complaints" </dev/null ||
		die "$1 $2 failed with status $?: $(complaints)"
}
