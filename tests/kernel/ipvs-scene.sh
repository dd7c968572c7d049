# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# The ipvs agent in the network of net.sh.
#
#	scene_needs			what a test of the agent takes along, beside its own
#	scene_loads LIBRARY...		and what the daemon loads only when a check needs it
#	scene SERVERS [WEB]		the network, web servers on all (WEB: net_page, or net_web), an
#					agent that never ran
#	ipvs ACTION PARAMETER=VALUE...	runs the agent at the director as Pacemaker does; sets rc, reason
#	expect NAME WANT ACTION PARAMETER=VALUE...
#					the same, and checks "RC REASON" against the pattern WANT
#	table				the director's table, as ipvsadm has it, sorted
#	await SECONDS CMD...		until the command is true; false when it never was
#
# A PARAMETER that begins with OCF_ goes into the environment as it is.

. "$(dirname "${BASH_SOURCE[0]}")/net.sh"

scene_needs() {
	kernel_needs tests/kernel/ipvs-scene.sh tests/kernel/net.sh "$BUILD/agents/ipvs" \
		"$BUILD/libexec/quorate-ipvsd" "$BUILD/libexec/quorate-ipvs"
	scene_loads libpcre2-8.so.0
}

scene_loads() {
	local name
	[[ -z ${KERNEL_LAB:-} ]] || return 0
	for name; do
		kernel_needs "$(/sbin/ldconfig -p | awk -v name="$name" '$1 == name { print $NF; exit }')"
	done
}

scene() {
	export QUORATE_RUNDIR=/run/quorate QUORATE_LIBEXECDIR=$BUILD/libexec QUORATE_STATEDIR=/run/state
	[[ -e /dev/fd ]] || ln -s /proc/self/fd /dev/fd
	rm -rf /run/quorate /run/state
	mkdir -p /run/quorate /run/state
	net_up "$1"
	# shellcheck disable=SC2046
	"${2:-net_web}" $(seq "$1")
}

ipvs() {
	local action=$1 pair set=()
	shift
	for pair; do
		[[ $pair == OCF_* ]] || pair=OCF_RESKEY_$pair
		set+=("$pair")
	done
	[[ $action == probe ]] || set+=(OCF_RESKEY_CRM_meta_interval=10000)
	rc=0
	net_at "${NET_DIRECTOR:-director}" env OCF_RESOURCE_INSTANCE=web HA_LOGFACILITY=none HA_LOGFILE=/run/log \
		OCF_RESKEY_CRM_meta_timeout=60000 "${set[@]}" "$BUILD/agents/ipvs" \
		"${action/probe/monitor}" >/run/out 2>&1 </dev/null || rc=$?
	reason=$(sed -n 's/^ocf-exit-reason://p' /run/out | tail -n 1)
}

expect() {
	local name=$1 want=$2
	shift 2
	ipvs "$@"
	# shellcheck disable=SC2053
	if [[ "$rc $reason" == $want || "$rc" == "$want" ]]; then
		check_ok "$name"
	else
		check_is "$name" "$rc $reason" "$want"
		tail -n 5 /run/out /run/log 2>/dev/null | sed 's/^/    | /'
	fi
}

table() {
	net_at director ipvsadm -Sn | sort
}

await() {
	local end now
	read -r end _ </proc/uptime
	end=$((${end%.*} + $1))
	shift
	until "$@"; do
		read -r now _ </proc/uptime
		((${now%.*} <= end)) || return 1
		sleep 0.5
	done
}
