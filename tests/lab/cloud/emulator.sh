# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# Emulators for a test script, and curl to talk to them. Source it after tests/check.sh and set
#
#	state=DIR            of the emulator that fault, owner and power are about
#	scratch=DIR          an empty one, for what curl gets
#
# emulators_end, from the script's EXIT trap, ends them all.

cloud=$TOP/tests/lab/cloud/cloud
ca=$state/tls/ca.pem
json='Content-Type: application/json'
ip=203.0.113.7
emulators=()
keystone= # OpenStack's token, once there is one
declare -A base=() meta=()
mkfifo "$scratch/never"

emulators_end() {
	local pid
	for pid in "${emulators[@]}"; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
}

# start STATE ARGUMENTS...: an emulator, ready.
start() {
	local directory=$1 said
	shift
	mkdir -p "$directory"
	mkfifo "$directory/said"
	"$cloud" serve --state "$directory" "$@" >"$directory/said" 2>"$directory/errors" &
	emulators+=($!)
	if ! read -r -t 60 said <"$directory/said" || [[ $said != READY ]]; then
		cat "$directory/errors"
		return 1
	fi
	emulator_learn "$directory"
}

# Where its APIs are (base), its metadata services (meta) and the last of its BMCs (bmc).
emulator_learn() {
	local kind name where last
	while read -r kind name where last; do
		case $kind in
		api) base[$name]=$where ;;
		metadata) meta[$name]=http://$last ;;
		bmc) bmc=https://$where/redfish ;;
		esac
	done <"$1/ports"
}

# A moment, without a process.
moment() {
	read -r -t "$1" <>"$scratch/never" || :
}

# One request: sets http (000: no answer), body, code (curl's exit status); headers are a file.
call() {
	local method=$1 url=$2
	shift 2
	[[ $method != P* || " $* " == *' -d '* ]] || set -- "$@" -d ''
	http=$(curl -sS --cacert "$ca" -m "${most:-30}" -X "$method" -o "$scratch/body" -D "$scratch/headers" \
		-w '%{http_code}' "$@" "$url" 2>"$scratch/said")
	code=$?
	{ body=$(<"$scratch/body"); } 2>/dev/null || body=
	: >"$scratch/body"
}

# api PROVIDER METHOD PATH [BODY]: with the credentials that are right.
api() {
	local name=$1 method=$2 path=$3 more=()
	[[ $# -lt 4 ]] || more=(-H "$json" -d "$4")
	case $name in
	scaleway) more+=(-H "X-Auth-Token: lab-token-scaleway") ;;
	openstack) more+=(-H "X-Auth-Token: $keystone") ;;
	redfish) more+=(-u lab-user:lab-password) ;;
	aws) more=(-u "${keys:-AKIALABLABLABLABLAB0:lab/secret+key}" --aws-sigv4 aws:amz:eu-central-1:ec2
		-d "Version=2016-11-15&${4:-}") ;;
	*) more+=(-H "Authorization: Bearer lab-token-$name") ;;
	esac
	call "$method" "${base[$name]}$path" "${more[@]}"
}

# expect NAME STATUS [TEXT...]: of the last call.
expect() {
	local name=$1 wanted=$2 text
	shift 2
	for text in "$@"; do
		[[ $body == *"$text"* ]] && continue
		check_is "$name" "$http $body" "$wanted ... $text"
		return
	done
	check_is "$name" "$http" "$wanted"
}

fault() {
	"$cloud" fault --state "$state" "$@"
}

owner() {
	"$cloud" owner --state "$state" --provider "$1" "$ip" "${@:2}"
}

give() {
	owner "$@" >/dev/null
}

power() {
	"$cloud" power --state "$state" --provider "$1" "${2:-n1}" "${@:3}"
}

# eventually COMMAND...: tries until it succeeds, as long as a busy machine may take.
eventually() {
	local end=$((SECONDS + 30))
	while ((SECONDS <= end)); do
		! "$@" || return 0
		moment 0.05
	done
	return 1
}

# until_has PROVIDER METHOD PATH TEXT [BODY]: asks until TEXT is in the answer. TEXT has what stands
# around a word, too: completed is also in "completed_at", and "On" in the values that are allowed.
until_has() {
	eventually answer_has "$@"
}

answer_has() {
	api "${@:1:3}" "${@:5}"
	[[ $body == *"$4"* ]]
}

# login_openstack: by application credential, as the real ones do; base is the cloud's from now on.
login_openstack() {
	call POST "${base[openstack]}/auth/tokens" -H "$json" -d '{"auth":{"identity":{"methods":
		["application_credential"],"application_credential":{"id":"lab-application",
		"secret":"lab-application-secret"}}}}'
	keystone=$(sed -n 's/^X-Subject-Token: \(.*\)\r$/\1/p' "$scratch/headers")
	base[openstack]=${base[openstack]%/identity/v3}
}

# The value of the first NAME in the body, text or number.
value() {
	grep -oE "\"$1\": *\"?[^\",}]*" <<<"$body" | head -n 1 | sed 's/^[^:]*: *"\?//'
}

# fact FIELD PROVIDER: what state.json says of n1 or of the address: id_of, nic_of, address_id_of.
fact() {
	awk -v field="\"$1\":" -v provider="^ \"$2\":" -v thing="\"$3\":" '
		$0 ~ provider { on = 1 }
		on && $1 == thing { here = 1 }
		here && $1 == field { gsub(/[",]/, "", $2); print $2; exit }' "$state/state.json"
}

id_of() {
	fact id "$1" n1
}

nic_of() {
	fact nic "$1" n1
}

address_id_of() {
	fact id "$1" "$ip"
}
