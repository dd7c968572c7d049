# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# A node: its disk, its power switch, and the ways into it.

need_node()
{
	[[ " ${nodes[*]} " == *" ${1:-} "* ]] ||
		fail "\"${1:-}\" is no node of lab \"$lab_name\": ${nodes[*]}"
}

# node_on NODE: REPLY is the process id (on the host) of the node's process 1.
node_on()
{
	recorded_process "$lab_dir/$1/init.pid"
}

need_power()
{
	need_node "$1"
	node_on "$1" || {
		printf 'lab: %s is powered off\n' "$1" >&2
		exit 125
	}
}

write_corosync_conf()
{
	local node list=

	for node in "${nodes[@]}"; do
		list+=$'\tnode {\n\t\tname: '$node$'\n\t\tnodeid: '${node#n}$'\n\t\tring0_addr: '
		list+=$network4.${node#n}$'\n\t}\n'
	done
	local text
	text=$(<"$lab_lib/corosync.conf.in")
	text=${text//@NAME@/$lab_name}
	text=${text//@TOKEN@/$token}
	printf '%s\n' "${text//@NODES@/${list%$'\n'}}" >"$1"
}

write_hosts()
{
	local node

	printf '127.0.0.1 localhost\n::1 localhost\n' >"$1"
	for node in "${nodes[@]}"; do
		printf '%s %s\n' "$network4.${node#n}" "$node" >>"$1"
	done
	printf '%s client\n' "$network4.100" >>"$1"
}

# What a freshly installed machine has: configuration, an empty cluster, empty logs. By relative names:
# should we be killed, a child that lives a moment longer must not bring back a removed directory.
install_node()
(
	owner=(-o hacluster -g haclient)
	cd "$lab_dir" || exit
	mkdir "$1"
	cd "$1" || exit
	install -d stage/dev stage/agents stage/etc/quorate log/corosync log/cluster
	install -d disk/etc/corosync disk/etc/quorate disk/lib/corosync
	install -d -m 750 "${owner[@]}" disk/lib/pacemaker disk/lib/pacemaker/{cib,cores,blackbox,pengine}
	install -d -m 770 "${owner[@]}" log/pacemaker log/crmsh
	write_corosync_conf disk/etc/corosync/corosync.conf
	write_hosts disk/etc/hosts
	install -m 600 "${owner[@]}" "$lab_lib/cib.xml" disk/lib/pacemaker/cib/cib.xml
)

power_on()
{
	local node=$1

	rm -f "$lab_dir/$node/init.pid" "$lab_dir/$node/log/gave-up"
	(
		drop_inherited_files
		cd /
		exec setsid unshare --net --mount --uts --ipc --pid --fork -- \
			"$lab_lib/node-init" "$lab_dir" "$node" </dev/null >>"$lab_dir/$node/log/boot.log" 2>&1
	) &
	disown
}

connect_node()
{
	local node=$1

	until_true 10 node_on "$node" || fail "$node does not start: $(tail -n 3 "$lab_dir/$node/log/boot.log")"
	node_on "$node"
	plug "$node" "$REPLY" "${node#n}"
}

boot_node()
{
	need_node "$1"
	! node_on "$1" || fail "$1 is already on"
	power_on "$1"
	connect_node "$1"
	case ${2:-} in
	nowait) ;;
	"") wait_for online "$1" 60 ;;
	*) fail "boot $1: \"$2\" is not \"nowait\"" ;;
	esac
}

# The cable first: a machine without power sends no farewell.
poweroff_node()
{
	need_power "$1"
	unplug "$1"
	kill_recorded "$lab_dir/$1/init.pid"
	rm -f "$lab_dir/$1/init.pid"
}

# For our own questions: no environment, no terminal.
in_node()
{
	local node=$1

	shift
	node_on "$node" || return 125
	nsenter -t "$REPLY" -m -u -i -n -p -- "$@"
}

in_node_net()
{
	local node=$1

	shift
	node_on "$node" || return 125
	nsenter -t "$REPLY" -n -- "$@"
}

# The command ends with its caller, although the pid namespace lies between them.
exec_node()
{
	local node=${1:-} pid dir=$PWD

	need_power "$node"
	shift
	[[ ${1:-} != -- ]] || shift
	(($#)) || fail "exec $node: which command?"
	pid=$REPLY
	[[ -d /proc/$pid/root$dir ]] || dir=/
	exec nsenter -t "$pid" -m -u -i -n -p -- env -C "$dir" HOME=/run/home \
		QUORATE_LAB="$lab_name" QUORATE_NODE="$node" setpriv --pdeathsig TERM "$@"
}

# processes_of NODE WHAT: REPLY is the list of process ids, as the node numbers them.
processes_of()
{
	local node=$1 what=$2 pid proc name
	local found=()

	case $what in
	corosync | pacemaker | pacemaker-* | all) ;;
	*) fail "freeze, thaw: \"$what\" is none of corosync, pacemaker, pacemaker-DAEMON, all" ;;
	esac
	need_power "$node"
	proc=/proc/$REPLY/root/proc
	for pid in "$proc"/[0-9]*; do
		{ read -r name <"$pid/comm"; } 2>/dev/null || continue
		# The kernel keeps 15 characters of a name.
		case $what:$name in
		all:* | corosync:corosync | pacemaker:pacemaker*) found+=("${pid##*/}") ;;
		pacemaker-*:*) [[ $name != "${what:0:15}" ]] || found+=("${pid##*/}") ;;
		esac
	done
	REPLY="${found[*]}"
}

# signal_node NODE WHAT SIGNAL
signal_node()
{
	local pids

	processes_of "$1" "$2"
	read -r -a pids <<<"$REPLY"
	((${#pids[@]})) || fail "$1 runs no $2"
	in_node "$1" kill "-$3" "${pids[@]}"
}

# print_log NODE [FILE]
print_log()
{
	local node=$1 file dir

	need_node "$node"
	dir=$lab_dir/$node/log
	if [[ -n ${2:-} ]]; then
		[[ -f $dir/$2 ]] || fail "log $node: no $2; there is: $(cd "$dir" && find . -type f -printf '%P ')"
		cat "$dir/$2"
		return
	fi
	for file in boot.log corosync/corosync.log pacemaker/pacemaker.log; do
		[[ -s $dir/$file ]] || continue
		printf '==> %s %s <==\n' "$node" "$file"
		cat "$dir/$file"
	done
}
