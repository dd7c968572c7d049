# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# One agent under test, and how to call it as Pacemaker does.
#
# tests/conformance/NAME.conf tells what the suite cannot know about the agent NAME. It is a piece
# of bash that sets, in arrays of PARAMETER=VALUE:
#
#	valid       parameters that work once scene has run
#	changed     other values of parameters that are not reloadable, which work as well
#	reload      other values of reloadable parameters
#	bad         one entry for each way in which a value is wrong on every host; an entry may be
#	            several parameters with " & " between them, and the first one is to blame
#	unfit       the same for values that are wrong on this host only
#	peer        the agent whose configurations a change of the class name alone takes over, or ''
#	peer_values every parameter of that agent, at its default or a plain value
#	lingers     seconds for which a process of start may live on
#	daemon      1: start leaves a daemon in a session of its own, until stop
#	daemon_log  the file that its output goes to, if there is one
#	foreign     a pattern of what the agent's libraries open and close again, for themselves
#	scenes      on one line: where it is tried, as SCENE tells scene; without it there is one
#	elsewhere   the parts that are left to the kernel laboratory (tests/kernel/test-NAME-conformance)
#	servants    set by scene: the processes that it has started, which are nobody's strangers
#
# and defines, where the defaults (nothing) do not do:
#
#	scene       makes what the agent needs: interfaces, files, daemons. Runs once a test, in a
#	            sandbox where nobody else is
#	state       prints what the agent changes beyond the network and its run directory

TABLES=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
INSTANCE=conformance

agent_load() {
	NAME=$1
	AGENT=$OCF/$NAME
	XML=$TOP/ocf-metadata/$NAME.xml
	valid=() changed=() reload=() bad=() unfit=() peer='' peer_values=() lingers=0 foreign='' servants=()
	daemon='' daemon_log='' elsewhere=()
	scene() { :; }
	state() { :; }
	if [[ ! -e $TABLES/$NAME.conf ]]; then
		check_not_ok "$NAME: there is a table tests/conformance/$NAME.conf"
		return 1
	fi
	# shellcheck disable=SC1090
	. "$TABLES/$NAME.conf"
	check "$NAME: the scene is set" scene
}

# The advertised actions, one a line.
agent_actions() {
	xmllint --nonet --xpath '//action/@name' "$XML" | sed 's/.*name="\(.*\)"/\1/' | sort -u
}

agent_has() {
	[[ $(xmllint --nonet --xpath "count(//action[@name='$1'])" "$XML") != 0 ]]
}

# The environment of PARAMETER=VALUE arguments, one a line: variables of OCF under their own name.
agent_environment() {
	local pair
	for pair in "$@"; do
		case $pair in
		OCF_* | QUORATE_* | HA_* | PATH=*) environment+=("$pair") ;;
		*) environment+=("OCF_RESKEY_$pair") ;;
		esac
	done
}

# The array environment: what Pacemaker gives to every action, then the parameters; later ones win.
agent_prepare() {
	environment=(PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C OCF_ROOT=/usr/lib/ocf
		OCF_RA_VERSION_MAJOR=1 OCF_RA_VERSION_MINOR=1 OCF_RESOURCE_PROVIDER=quorate
		OCF_RESOURCE_TYPE="$NAME" OCF_RESOURCE_INSTANCE="$INSTANCE"
		OCF_RESKEY_CRM_meta_timeout=20000 OCF_RESKEY_crm_feature_set=3.16.1)
	agent_environment "$@"
}

# call ACTION [PARAMETER=VALUE...]: with the valid parameters and these; sets got, the exit status,
# and leaves the output in the files out and err. A monitor is a recurring one unless another
# CRM_meta_interval is given.
call() {
	local action=$1 interval=()
	shift
	[[ $action != monitor ]] || interval=(CRM_meta_interval=10000)
	agent_prepare "${interval[@]}" "${valid[@]}" "$@"
	got=0
	env -i "${environment[@]}" "$AGENT" "$action" >out 2>err </dev/null || got=$?
}

said() {
	printf 'exit status %s, wanted %s\n' "$got" "$1"
	sed 's/^/stdout: /' out
	sed 's/^/stderr: /' err
}

# gives STATUSES ACTION [PARAMETER=VALUE...]: the exit status is one of them ("7|5").
gives() {
	local want=$1
	shift
	call "$@"
	[[ "|$want|" == *"|$got|"* ]] && return
	said "$want"
	return 1
}

# What Pacemaker would show: the last exit reason on stderr.
reason() {
	sed -n 's/^.*ocf-exit-reason://p' err | tail -n 1
}

# blames STATUSES WORD ACTION [PARAMETER=VALUE...]: fails with one exit reason of at most 128 bytes,
# in which the word stands; stdout is empty.
blames() {
	local want=$1 word=$2 said LC_ALL=C
	shift 2
	gives "$want" "$@" || return
	said=$(reason)
	if [[ $(grep -c ocf-exit-reason: err) != 1 || -s out ]]; then
		said "$want, and one exit reason"
	elif [[ ${#said} -gt 128 ]]; then
		echo "the reason has ${#said} bytes: $said"
	elif [[ -n $word && $said != *"$word"* ]]; then
		echo "the reason does not name $word: $said"
	else
		return 0
	fi
	return 1
}

# What an agent could change, in words that are the same as long as nothing changes. The locks in
# the run directory stay by design.
host_state() {
	ip -o link show
	ip -o address show | sed 's/ tentative//'
	ip -o -4 route show table all
	ip -o -6 route show table all
	ip rule show
	ip -6 rule show
	ip addrlabel show
	grep -r . /proc/sys/net/ipv4/conf /proc/sys/net/ipv6/conf
	find /run -mindepth 1 -not -name '*.lock' -not -path /run/quorate -printf '%p %y %m %s\n' | sort
	state
} 2>/dev/null

remember() {
	host_state >before
}

# unchanged: the host is as it was at the last remember.
unchanged() {
	host_state >after
	diff -U 0 before after
}

# The array strangers: the processes of the sandbox but for the test's own shell and the scene's. Looks
# itself, so that there is no process of the looking; must not be called in a subshell.
find_strangers() {
	local file stat
	strangers=()
	for file in /proc/[0-9]*/stat; do
		{ read -r stat <"$file"; } 2>/dev/null || continue
		[[ ${stat%% *} == "$$" || ${stat##*) } == Z* || " ${servants[*]} " == *" ${stat%% *} "* ]] ||
			strangers+=("${stat%% *}")
	done
}

# alone SECONDS: there are none, at the latest after so long.
alone() {
	local until=$((${EPOCHREALTIME/./} + $1 * 1000000))
	while find_strangers && [[ ${#strangers[@]} != 0 ]]; do
		if ((${EPOCHREALTIME/./} > until)); then
			ps -o pid=,args= -p "${strangers[*]}"
			return 1
		fi
		sleep 0.05
	done
}

# Back to nothing, whatever the part before has left.
clean() {
	call stop
	call stop CRM_meta_promoted_max=1
}

is_elsewhere() {
	[[ -z ${KERNEL_LAB:-} && " ${elsewhere[*]} " == *" $1 "* ]]
}

# run_parts PART...: runs the parts of a test, which are functions, for the sandbox's agent.
run_parts() {
	local part
	if agent_load "$SANDBOX"; then
		for part in "$@"; do
			if is_elsewhere "$part"; then
				echo "note: $NAME: $part is run by kernel/test-$NAME-conformance"
				continue
			fi
			"$part"
			clean
		done
	fi
	check_done
}
