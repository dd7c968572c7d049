# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# The fence agents against an emulated cloud. Source it after tests/check.sh; it makes the directory
# $work and starts an emulator of all providers, to which the arguments of scene_start are added.
#
#	fence NAME ACTION [PARAMETER=VALUE...]    runs the agent of a provider, as Pacemaker does
#	fence_each ACTION [PARAMETER=VALUE...]    all of the array providers at the same time
#	got NAME, out NAME, err NAME, took NAME   what came of it: exit code, texts, milliseconds

work=$(mktemp -d)
state=$work/state
scratch=$work/scratch
mkdir "$scratch" "$work/keys"
export QUORATE_RUNDIR=$work/run
. "$TOP/tests/lab/cloud/emulator.sh"

providers=(digitalocean hetzner aws openstack upcloud scaleway vultr gcp linode)

scene_end() {
	emulators_end
	rm -rf "$work"
}
trap scene_end EXIT

scene_keys() {
	local name
	(
		umask 077
		for name in "${providers[@]}"; do
			echo "lab-token-$name" >"$work/keys/$name"
		done
		printf '%s\n' '[default]' 'aws_access_key_id = AKIALABLABLABLABLAB0' \
			'aws_secret_access_key = lab/secret+key' >"$work/keys/aws"
		printf 'export %s\n' "OS_AUTH_URL=${base[openstack]}" \
			'OS_APPLICATION_CREDENTIAL_ID=lab-application' \
			'OS_APPLICATION_CREDENTIAL_SECRET="lab-application-secret"' \
			>"$work/keys/openstack"
		echo lab-password >"$work/keys/redfish"
	)
}

scene_start() {
	start "$state" --provider all --delay 150 "$@" || return
	scene_keys
}

agent_of() {
	case $1 in
	aws | gcp | openstack | redfish) echo "$BUILD/fence/fence_quorate_$1" ;;
	*) echo "$BUILD/fence/fence_$1" ;;
	esac
}

# The configuration of a device for this provider, a line each.
device_of() {
	local where=${base[$1]#https://}
	echo "ca_file=$ca"
	case $1 in
	redfish)
		printf '%s\n' "ip=${where%%/*}" username=lab-user "password_file=$work/keys/redfish"
		return
		;;
	aws) echo region=eu-central-1 ;;
	gcp) printf '%s\n' project=lab-project zone=us-east1-b ;;
	scaleway) echo zone=fr-par-1 ;;
	esac
	echo "token_file=$work/keys/$1"
	[[ $1 == openstack ]] || echo "api_url=${base[$1]}"
}

fence() {
	local name=$1 action=$2 began=${EPOCHREALTIME/./} status=0
	shift 2
	{
		echo "action=$action"
		device_of "$name"
		printf '%s\n' "$@"
	} >"$work/$name.in"
	"$(agent_of "$name")" <"$work/$name.in" >"$work/$name.out" 2>"$work/$name.err" || status=$?
	printf '%s %s\n' "$status" "$(((${EPOCHREALTIME/./} - began) / 1000))" >"$work/$name.got"
}

fence_each() {
	local name running=()
	for name in "${providers[@]}"; do
		fence "$name" "$@" &
		running+=($!)
	done
	wait "${running[@]}"
}

got() {
	cut -d ' ' -f 1 "$work/$1.got"
}

took() {
	cut -d ' ' -f 2 "$work/$1.got"
}

out() {
	cat "$work/$1.out"
}

err() {
	cat "$work/$1.err"
}

# fenced NAME CODE [WORDS]: the last run ended so, and said these words (a pattern) in one line.
fenced() {
	local name=$1 code=$2 words=${3:-}
	echo "exit code $(got "$name") after $(took "$name") ms"
	out "$name"
	err "$name"
	[[ $(got "$name") == "$code" ]] || return
	if [[ $code == 1 ]]; then
		[[ $(wc -l <"$work/$name.err") == 1 ]] || return
	fi
	[[ -z $words ]] || grep -qE "$words" "$work/$name.err" "$work/$name.out"
}

within() {
	[[ $(took "$1") -le $2 ]] || {
		echo "$(took "$1") ms, at most $2"
		return 1
	}
}
