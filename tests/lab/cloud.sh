# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# A cloud at the switch: a host of its own with the provider's API and metadata service, emulated by
# tests/lab/cloud, whose servers are the nodes.

cloud4=$network4.254

emulator()
{
	"$lab_lib/cloud/cloud" "$@"
}

start_cloud_host()
{
	local pid

	hold cloud-host --net
	recorded_process "$lab_dir/cloud-host.pid"
	pid=$REPLY
	plug cloud "$pid" 254
	nsenter -t "$pid" -n -- ip addr add "$metadata4/32" dev eth0
}

# Floating addresses that nobody has are nobody's to the client, too: asked for, and silent.
start_client_route()
{
	recorded_process "$lab_dir/client.pid"
	nsenter -t "$REPLY" -n -- ip route replace 203.0.113.0/24 dev eth0
}

# It listens among the nodes and works on the host, where its hook can reach their power switches.
start_emulator()
{
	local provider=$1 node servers=() pid

	shift
	recorded_process "$lab_dir/cloud-host.pid"
	pid=$REPLY
	for node in "${nodes[@]}"; do
		servers+=(--server "$node,ip=$network4.${node#n}")
	done
	(
		drop_inherited_files
		cd /
		exec setsid "$lab_lib/cloud/cloud" serve --provider "$provider" --state "$lab_dir/cloud" \
			--netns "/proc/$pid/ns/net" --listen "$cloud4:443" --metadata "$metadata4:80" \
			--hook "$lab_lib/cloud/lab-hook $lab_name" "${servers[@]}" "$@" \
			</dev/null >>"$lab_dir/cloud.log" 2>&1
	) &
	record_process "$lab_dir/cloud.pid" $!
	disown
	until_true 30 emulator_started || true
	recorded_process "$lab_dir/cloud.pid" || fail "the cloud does not start: $(tail -n 3 "$lab_dir/cloud.log")"
}

emulator_started()
{
	[[ -e $lab_dir/cloud/pid ]] || ! recorded_process "$lab_dir/cloud.pid"
}

give_credentials()
{
	local provider=$1 node token

	token=$(awk -v provider="$provider" '$1 == provider && $2 == "token" { print $3 }' \
		"$lab_dir/cloud/credentials")
	for node in "${nodes[@]}"; do
		install -m 600 /dev/stdin "$lab_dir/$node/disk/etc/quorate/cloud.token" <<<"$token"
		install -m 644 "$lab_dir/cloud/tls/ca.pem" "$lab_dir/$node/disk/etc/quorate/cloud.pem"
	done
}

serve_cloud()
{
	[[ ${1:-} =~ ^[a-z]+$ ]] || fail "cloud serve: which provider? see \"tests/lab/cloud/cloud help\""
	[[ ! -e $lab_dir/cloud.pid ]] || fail "lab \"$lab_name\" has a cloud already"
	start_cloud_host
	start_client_route
	start_emulator "$@"
	give_credentials "$1"
	printf '%s: %s at https://%s/%s\n' "$lab_name" "$1" "$cloud4" "$1"
}

run_cloud()
{
	local verb=${1:-}

	case $verb in
	serve) serve_cloud "${@:2}" ;;
	owner | power | fault | counters | state)
		[[ -e $lab_dir/cloud/pid ]] || fail "lab \"$lab_name\" has no cloud: \"lab cloud serve\""
		emulator "$verb" --state "$lab_dir/cloud" "${@:2}"
		;;
	*) fail "cloud: \"$verb\" is none of serve, owner, power, fault, counters, state" ;;
	esac
}
