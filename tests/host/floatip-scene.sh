# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# floatip against emulated clouds, on two nodes n1 and n2 that are a run directory and a metadata
# service each. Source it after tests/check.sh.
#
#	scene_enter "$@"          first command of a test: it goes on in namespaces of its own
#	scene_cloud [ARGUMENT...] starts an emulator of all providers with these arguments; $state is
#	                          its directory, and another call starts another one
#	floatip LABEL PROVIDER NODE ACTION [PARAMETER=VALUE...]
#	                          runs the agent as Pacemaker does; probe is a monitor without interval
#	got LABEL, took LABEL, reason LABEL    its exit status, milliseconds, and last exit reason
#	ends LABEL STATUSES [TEXT]             whether it ended with one of them ("0|190"), in time
#	each FUNCTION ARGUMENT... runs it for every provider, PROVIDER as its first argument, at the
#	                          same time, and repeats what the checks say in order

FLOATIP=$BUILD/agents/floatip
providers=(digitalocean hetzner aws openstack upcloud scaleway vultr gcp)
timeout=20000 # of an action, in milliseconds
slack=1000    # a busy machine's, after the time at which an action must have ended, 2 s before its timeout
! grep -qs __asan_init "$FLOATIP" || slack=1500
ip=203.0.113.7

if [[ ${CHECK_INSIDE:-} == yes ]]; then
	work=$(mktemp -d)
	scratch=$work/scratch
	state=$work/state
	mkdir "$scratch" "$work/out"
	. "$TOP/tests/lab/cloud/emulator.sh"
fi

scene_enter() {
	check_inside "$@"
	trap scene_end EXIT
	unset HA_LOGFACILITY HA_logfacility HA_LOGFILE HA_logfile HA_debug HA_DEBUGLOG OCF_EXIT_REASON_PREFIX
}

scene_end() {
	emulators_end
	rm -rf "$work"
}

# The files of the credentials, in $state/keys.
scene_keys() {
	local name
	mkdir -p "$state/keys"
	(
		umask 077
		for name in "${providers[@]}"; do
			echo "lab-token-$name" >"$state/keys/$name"
		done
		printf '%s\n' '[default]' 'aws_access_key_id = AKIALABLABLABLABLAB0' \
			'aws_secret_access_key = lab/secret+key' >"$state/keys/aws"
		printf 'export %s\n' "OS_AUTH_URL=${base[openstack]}" \
			'OS_APPLICATION_CREDENTIAL_ID=lab-application' \
			'OS_APPLICATION_CREDENTIAL_SECRET="lab-application-secret"' >"$state/keys/openstack"
	)
}

scene_cloud() {
	local name nodes=()
	for name in "${providers[@]}"; do
		nodes+=(--metadata-for "$name:n1=127.0.0.1:0" --metadata-for "$name:n2=127.0.0.1:0")
	done
	start "$state" --provider all --delay 60 --polls 1 "${nodes[@]}" "$@" || return
	ca=$state/tls/ca.pem
	scene_keys
}

# The metadata service of a provider's node.
service() {
	awk -v p="$1" -v n="$2" '$1 == "metadata" && $2 == p && $3 == n { print $4 }' "$state/ports"
}

api_of() {
	awk -v p="$1" '$1 == "api" && $2 == p { print $3 }' "$state/ports"
}

# The parameters of the resource at a provider, a line each.
parameters() {
	printf '%s\n' "provider=$1" "ip=$ip" "ca_file=$state/tls/ca.pem" "metadata_host=$(service "$1" "$2")"
	[[ $1 == openstack ]] || echo "api_url=$(api_of "$1")"
	case $1 in
	gcp) printf '%s\n' project=lab-project region=us-east1 ;;
	*) echo "token_file=$state/keys/$1" ;;
	esac
}

# The array environment.
floatip_environment() {
	local pair pairs
	mapfile -t pairs < <(parameters "$1" "$2")
	environment=(PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "QUORATE_RUNDIR=$state/run-$2"
		OCF_ROOT=/usr/lib/ocf OCF_RESOURCE_INSTANCE="floatip-$1" "OCF_RESKEY_CRM_meta_timeout=$timeout")
	for pair in "${pairs[@]}" "${@:3}"; do
		case $pair in
		OCF_* | HA_*) environment+=("$pair") ;;
		*) environment+=("OCF_RESKEY_$pair") ;;
		esac
	done
}

floatip() {
	local label=$1 provider=$2 node=$3 action=$4 began status=0 interval=() environment
	shift 4
	[[ $action != monitor ]] || interval=(CRM_meta_interval=10000)
	[[ $action != probe ]] || action=monitor
	floatip_environment "$provider" "$node" "${interval[@]}" "$@"
	began=${EPOCHREALTIME/./}
	env -i "${environment[@]}" "$FLOATIP" "$action" >"$work/out/$label.said" 2>&1 </dev/null || status=$?
	printf '%s %s\n' "$status" "$(((${EPOCHREALTIME/./} - began) / 1000))" >"$work/out/$label.got"
}

got() {
	local status _
	read -r status _ <"$work/out/$1.got"
	echo "$status"
}

took() {
	local _ time
	read -r _ time <"$work/out/$1.got"
	echo "$time"
}

reason() {
	sed -n 's/^ocf-exit-reason://p' "$work/out/$1.said" | tail -n 1
}

ends() {
	local label=$1 wanted=$2 text=${3:-} status
	status=$(got "$label")
	if [[ "|$wanted|" == *"|$status|"* && $(took "$label") -le $((timeout - 2000 + slack)) &&
		$(reason "$label") == *"$text"* ]]; then
		return 0
	fi
	echo "exit status $status after $(took "$label") ms, wanted $wanted $text"
	sed 's/^/    | /' "$work/out/$label.said"
	return 1
}

# An emulator's truth: whether the address is there (- for nobody).
is_owner() {
	local now
	now=$("$cloud" owner --state "$state" --provider "$1" "$ip")
	[[ $now == "$2" ]] || {
		echo "the owner is $now, not $2"
		return 1
	}
}

# A part runs in a shell of its own, and its counts come back by a file.
each_one() {
	local provider=$1
	shift
	check_passed=0 check_failed=0 check_skipped=0
	check_output=$work/out/$provider.$BASHPID.check
	"$1" "$provider" "${@:2}" >"$work/out/$provider.each" 2>&1
	echo "$check_passed $check_failed $check_skipped" >"$work/out/$provider.counts"
}

each() {
	local provider running=() passed failed skipped
	for provider in "${providers[@]}"; do
		rm -f "$work/out/$provider.counts"
		each_one "$provider" "$@" &
		running+=($!)
	done
	wait "${running[@]}"
	for provider in "${providers[@]}"; do
		cat "$work/out/$provider.each"
		if ! read -r passed failed skipped <"$work/out/$provider.counts"; then
			check_not_ok "$provider: $1 came to its end"
			continue
		fi
		check_passed=$((check_passed + passed))
		check_failed=$((check_failed + failed))
		check_skipped=$((check_skipped + skipped))
	done
}
