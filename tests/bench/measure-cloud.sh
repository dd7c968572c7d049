# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# The measurements of floatip and of the fence agents, against awseip with the real command line
# client of AWS, fence_redfish and fence_aws; all of them talk to the emulated cloud on the loopback
# interface, over TLS.

floating=203.0.113.7

name_cloud() {
	echo ours
}

floor_cloud() {
	echo /bin/true
}

packages_cloud() {
	echo resource-agents awscli fence-agents pacemaker
}

need_cloud() {
	echo "$BUILD"/{agents/floatip,fence/{fence_digitalocean,fence_quorate_aws,fence_quorate_redfish}} \
		/usr/{lib/ocf/resource.d/heartbeat/awseip,bin/aws,sbin/fence_redfish,sbin/fence_aws}
}

inside_cloud() {
	cloud_set
	measure 'programs, processes, system calls' measure_cloud_counts
	measure 'monitor' measure_cloud_monitor
	measure 'start' measure_cloud_start
	measure 'fence agents' measure_fences
	measure 'memory' measure_cloud_memory
}

outside_cloud() {
	:
}

# The address is n1's, which is us.
cloud_set() {
	local said
	mount -t tmpfs -o mode=755 tmpfs /run
	WORK=/run/bench
	mkdir -p /run/resource-agents "$WORK/cloud"
	ip link set lo up
	ip addr add 169.254.169.254/32 dev lo
	mkfifo "$WORK/said"
	"$TOP/tests/lab/cloud/cloud" serve --provider aws,digitalocean,redfish --state "$WORK/cloud" \
		--listen 127.0.0.1:443 --metadata-for aws:n1=169.254.169.254:80 \
		--metadata-for digitalocean:n1=127.0.0.1:8080 --bmc n1=127.0.0.1:8443 --polls 2 \
		>"$WORK/said" 2>>"$WORK/complaints" &
	read -r said <"$WORK/said"
	[[ $said == READY ]] || die "the cloud does not start: $(complaints)"
	cloud_keys
	allocation=$(sed -n 's/.*"id": "\(eipalloc-[^"]*\)".*/\1/p' "$WORK/cloud/state.json" | head -n 1)
	cloud_owner aws n1
}

cloud_keys() {
	(
		umask 077
		echo lab-token-digitalocean >"$WORK/digitalocean"
		echo lab-password >"$WORK/redfish"
		printf '%s\n' '[default]' 'aws_access_key_id = AKIALABLABLABLABLAB0' \
			'aws_secret_access_key = lab/secret+key' >"$WORK/aws"
	)
}

cloud_owner() {
	"$TOP/tests/lab/cloud/cloud" owner --state "$WORK/cloud" --provider "$1" "$floating" "$2" >/dev/null
}

# cloud_words WHO ACTION [PROVIDER [PARAMETER=VALUE...]]: as words of scene.sh.
cloud_words() {
	local who=$1 action=$2 provider=${3:-aws} metadata=169.254.169.254
	words=(PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run OCF_ROOT=/usr/lib/ocf OCF_RA_VERSION_MAJOR=1
		OCF_RA_VERSION_MINOR=1 OCF_RESOURCE_INSTANCE="$who-$provider" OCF_RESKEY_CRM_meta_timeout=30000
		OCF_RESKEY_CRM_meta_interval=10000 HA_LOGFACILITY=none)
	if [[ $who == peer ]]; then
		words+=("AWS_SHARED_CREDENTIALS_FILE=$WORK/aws" "AWS_CA_BUNDLE=$WORK/cloud/tls/ca.pem"
			AWS_DEFAULT_REGION=eu-central-1 "OCF_RESKEY_elastic_ip=$floating"
			"OCF_RESKEY_allocation_id=$allocation"
			"OCF_RESKEY_awscli=/usr/bin/aws --endpoint-url https://127.0.0.1:443/aws"
			/usr/lib/ocf/resource.d/heartbeat/awseip "$action")
		return
	fi
	[[ $provider == aws ]] || metadata=127.0.0.1:8080
	words+=(OCF_RESKEY_provider="$provider" "OCF_RESKEY_ip=$floating" "OCF_RESKEY_token_file=$WORK/$provider"
		"OCF_RESKEY_ca_file=$WORK/cloud/tls/ca.pem" "OCF_RESKEY_api_url=$(cloud_url "$provider")"
		"OCF_RESKEY_metadata_host=$metadata" "${@:4}" "$BUILD/agents/floatip" "$action")
}

cloud_url() {
	awk -v name="$1" '$1 == "api" && $2 == name { print $3 }' "$WORK/cloud/ports"
}

# fence_words NAME ACTION: of one of ours or of a peer.
fence_words() {
	words=(PATH=/usr/sbin:/usr/bin:/sbin:/bin)
	case $1 in
	fence_digitalocean)
		words+=("$BUILD/fence/$1" -o "$2" -n n1 "--token-file=$WORK/digitalocean"
			"--ca-file=$WORK/cloud/tls/ca.pem" "--api-url=$(cloud_url digitalocean)")
		;;
	fence_quorate_redfish)
		words+=("$BUILD/fence/$1" -o "$2" -a 127.0.0.1:8443 -l lab-user -p lab-password
			"--ca-file=$WORK/cloud/tls/ca.pem")
		;;
	fence_redfish)
		words+=("/usr/sbin/$1" -o "$2" -a 127.0.0.1 -u 8443 -l lab-user -p lab-password
			--ssl-insecure --systems-uri=/redfish/v1/Systems/437XR1138R1)
		;;
	fence_quorate_aws) words+=("$BUILD/fence/$1" -o "$2") ;;
	fence_aws) words+=("/usr/sbin/$1" -o "$2") ;;
	esac
}

# tell KEY WHO: the words as a line for toll.
tell() {
	printf '%s:%s' "$1" "$2"
	printf '\t%s' "${words[@]}"
	printf '\n'
}

# counted KEY WHO: of the words, by strace.
counted() {
	local i=0
	while [[ ${words[i]} == *=* ]]; do
		i=$((i + 1))
	done
	env -i "${words[@]:0:i}" strace -f -qq -c -o "$WORK/counts" "${words[@]:i}" \
		>/dev/null 2>>"$WORK/complaints" </dev/null || die "$1: $2 failed under strace: $(complaints)"
	count_calls "$1" "$2"
}

measure_cloud_counts() {
	local who
	cloud_words us start aws
	counted begin us
	cloud_words us start digitalocean
	counted begin us
	for who in peer us; do
		cloud_words "$who" monitor
		counted glance "$who"
	done
	cloud_words peer monitor
	counted show peer
	cloud_words us monitor aws OCF_RESKEY_api_interval=0
	counted show us
	fence_words fence_redfish status
	counted bmc peer
	fence_words fence_quorate_redfish status
	counted bmc us
}

# The peer asks the API each time: its figures stand in every section.
measure_cloud_monitor() {
	local round
	for ((round = 0; round < rounds; round++)); do
		cloud_words peer monitor
		tell glance peer
		cloud_words us monitor
		tell glance us
		tell glance us
		cloud_words us monitor aws OCF_RESKEY_api_interval=0
		tell show us
		tell show us
		cloud_words us monitor digitalocean OCF_RESKEY_api_interval=0
		tell json us
		tell json us
	done | toll | samples | every_section
}

every_section() {
	awk '
	{ print }
	$1 ~ /^glance/ && $2 == "peer" { sub(/^glance/, "show"); print; sub(/^show/, "json"); print }'
}

measure_cloud_start() {
	local round some
	cloud_owner aws -
	cloud_owner digitalocean -
	at_least 1 $((rounds / 5))
	some=$REPLY
	for ((round = 0; round < rounds; round++)); do
		cloud_words us start digitalocean
		tell take us
		cloud_words us stop digitalocean
		tell drop us
		((round < some)) || continue
		cloud_words peer start
		tell take peer
		cloud_words peer stop
		tell drop peer
	done | toll | samples
	cloud_owner aws n1
	cloud_owner digitalocean n1
}

measure_fences() {
	local round name
	for ((round = 0; round < rounds; round++)); do
		for name in redfish aws; do
			fence_words "fence_$name" metadata
			tell "metadata.$name" peer
			fence_words "fence_quorate_$name" metadata
			tell "metadata.$name" us
		done
		fence_words fence_digitalocean status
		tell status us
		fence_words fence_redfish status
		tell bmc peer
		fence_words fence_quorate_redfish status
		tell bmc us
	done | toll | samples
}

measure_cloud_memory() {
	local round some
	at_least 1 $((rounds / 3))
	some=$REPLY
	for ((round = 0; round < some; round++)); do
		cloud_words peer monitor
		tell memory-glance peer
		cloud_words us monitor
		tell memory-glance us
		cloud_words us monitor aws OCF_RESKEY_api_interval=0
		tell memory-show us
		cloud_words us monitor digitalocean OCF_RESKEY_api_interval=0
		tell memory-json us
		fence_words fence_redfish status
		tell memory-bmc peer
		fence_words fence_quorate_redfish status
		tell memory-bmc us
	done | toll -f | samples | every_section
}
