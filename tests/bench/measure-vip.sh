# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# The measurements of vip, against IPaddr2, keepalived and the floor, /bin/true. Each prints samples,
# a line each: KEY WHO VALUE, WHO being peer, us or floor; vip.rows says what the keys mean. In every round all take their turn, so that whatever else
# the machine does meets them all.

name_vip() {
	echo vip
}

floor_vip() {
	echo /bin/true
}

packages_vip() {
	echo resource-agents keepalived pacemaker corosync
}

need_vip() {
	echo "$BUILD"/{agents/vip,tests/bench/hear} \
		/usr/{lib/ocf/resource.d/heartbeat/IPaddr2,sbin/keepalived}
}

inside_vip() {
	scene_set
	measure 'programs, processes, system calls' measure_counts
	measure 'monitor' measure_monitor
	measure 'start and stop' measure_cycle
	measure 'memory' measure_memory
	measure 'the first announcement' measure_first
	measure '200 monitors' measure_monitors
	measure '200 addresses as one resource' measure_all
}

outside_vip() {
	[[ $lab_rounds == 0 ]] || measure 'silence of an address in a cluster' measure_silence
}

hear() {
	"$BUILD/tests/bench/hear" "$neighbour" eth0 "$@" 2>>"$WORK/complaints"
}

one4=("OCF_RESKEY_ip=$v4.10" OCF_RESKEY_cidr_netmask=24)
one6=("OCF_RESKEY_ip=$v6::10" OCF_RESKEY_cidr_netmask=64)
fast=(OCF_RESKEY_run_arping=false OCF_RESKEY_arp_interval=20)

# at_least LEAST NUMBER
at_least() {
	REPLY=$(($2 < $1 ? $1 : $2))
}

# line LABEL WHO ACTION PARAMETER=VALUE...: a line for toll.
line() {
	local label=$1 words
	shift
	words "$@"
	printf '%s:%s' "$label" "$1"
	printf '\t%s' "${words[@]}"
	printf '\n'
}

# In every other round the floor comes before us: who follows the peer finds cold caches.
in_turn() {
	if (($1 % 2)); then
		turns=(us floor)
	else
		turns=(floor us)
	fi
}

# Lines of toll to samples; a command that failed ends it all.
samples() {
	awk '
	$5 { print "bench: " $1 " exited with " $5 > "/dev/stderr"; bad = 1; exit 1 }
	{ split($1, part, ":"); key = part[1]; who = part[2] }
	key == "start" { cpu[who] = $2; print "start.wall", who, $3; next }
	key == "left" { print "start.cpu", who, cpu[who] + $2; next }
	key == "sum" { sum[who] += $2; next }
	sub(/^memory-/, "", key) { print key ".rss", who, $4; next }
	{ print key ".cpu", who, $2; print key ".wall", who, $3 }
	END { if (!bad) for (who in sum) print "monitors.cpu", who, sum[who] }'
}

count() {
	local who=$1 action=$2 words
	words "$@"
	env -i "${words[@]:0:${#words[@]}-2}" strace -f -qq -c -o "$WORK/counts" \
		"${words[@]: -2}" >/dev/null 2>>"$WORK/complaints" </dev/null ||
		die "$who $action failed under strace"
	count_calls "$action" "$who"
}

# count_calls KEY WHO: what strace has counted.
count_calls() {
	awk -v who="$2" -v action="$1" '
	NF < 5 || $4 !~ /^[0-9]+$/ { next }
	$NF == "total" { calls = $4; next }
	$NF ~ /^execve(at)?$/ { execs += $4 - (NF == 6 ? $5 : 0) }
	$NF ~ /^(v?fork|clone3?)$/ { forks += $4 - (NF == 6 ? $5 : 0) }
	END {
		print action ".exec", who, execs + 0
		print action ".fork", who, forks + 0
		print action ".call", who, calls
	}' "$WORK/counts"
}

measure_counts() {
	local who action
	for who in peer us; do
		for action in start monitor stop; do
			count "$who" "$action" "${one4[@]}" "${fast[@]}"
		done
	done
	for action in start monitor stop; do
		count floor "$action"
	done
}

# monitor, with the address there.
measure_monitor() {
	local round who turns
	act us start "${one4[@]}" "${fast[@]}" OCF_RESKEY_arp_count=1
	for ((round = 0; round < rounds * 5; round++)); do
		in_turn "$round"
		for who in peer "${turns[@]}"; do
			line monitor "$who" monitor "${one4[@]}"
		done
	done | toll | samples || return
	act us stop "${one4[@]}"
}

# start with all its announcements, also those of the background, and stop.
cycle() {
	line start "$1" start "${one4[@]}" "${fast[@]}"
	printf 'left:%s\n' "$1"
	line stop "$1" stop "${one4[@]}" "${fast[@]}"
}

measure_cycle() {
	local round who turns
	for ((round = 0; round < rounds * 2; round++)); do
		in_turn "$round"
		for who in peer "${turns[@]}"; do
			cycle "$who"
		done
	done | toll | samples
}

measure_memory() {
	local round who action
	for ((round = 0; round < rounds; round++)); do
		for who in peer us floor; do
			for action in start monitor stop; do
				line "memory-$action" "$who" "$action" "${one4[@]}" "${fast[@]}"
			done
		done
	done | toll -f | samples
}

# heard KEY WHO PARAMETER=VALUE...: one start; how long until the neighbour hears of the address.
heard() {
	local key=$1 who=$2 words first
	shift 2
	words "$who" start "$@"
	read -r first _ < <(hear "${1#*=}" -- "${words[@]}") ||
		die "$key: $who was not heard: $(complaints)"
	printf '%s %s %s\n' "$key" "$who" "$first"
	act "$who" stop "$@"
}

measure_first() {
	local round some
	at_least 1 $((rounds / 2))
	some=$REPLY
	for ((round = 0; round < rounds; round++)); do
		heard first4 peer "${one4[@]}"
		heard first4 us "${one4[@]}" OCF_RESKEY_run_arping=false
		heard first6nodad peer "${one6[@]}" OCF_RESKEY_nodad=true
		heard first6nodad us "${one6[@]}" OCF_RESKEY_nodad=true
		((round < some)) || continue
		heard first4check peer "${one4[@]}" OCF_RESKEY_run_arping=true
		heard first4check us "${one4[@]}"
		heard first6 peer "${one6[@]}"
		heard first6 us "${one6[@]}"
	done
}

# The 200 addresses are there; whoever is asked finds them.
measure_monitors() {
	local round i who turns some mask=OCF_RESKEY_cidr_netmask=24
	for ((i = 0; i < 200; i++)); do
		echo "addr add $v4.$((10 + i))/24 dev eth0"
	done | ip -batch - || return
	at_least 1 $((rounds * 3 / 10))
	some=$REPLY
	for ((round = 0; round < some; round++)); do
		in_turn "$round"
		for who in peer "${turns[@]}"; do
			for ((i = 0; i < 200; i++)); do
				line sum "$who" monitor OCF_RESKEY_ip="$v4.$((10 + i))" "$mask"
			done | toll -j 4 | samples || return
		done
	done
	ip addr flush dev eth0 to "$v4.0/24"
	ip addr add "$v4.1/24" dev eth0
}

keepalived_configuration() {
	cat <<-end
		vrrp_instance bench {
		state MASTER
		interface eth0
		virtual_router_id 51
		priority 255
		advert_int 1
		virtual_ipaddress { $v4.250/24 }
		virtual_ipaddress_excluded {
		$(printf '%s/24\n' "${all[@]}")
		}
		}
	end
}

# spread WHO WORD...: when the first and the last of all addresses are heard.
spread() {
	local who=$1 first last
	shift
	read -r first last _ < <(hear "${all[@]}" "$@") ||
		die "200 addresses: $who was not heard: $(complaints)"
	printf 'all.%s '"$who"' %s\n' first "$first" last "$last" spread $((last - first))
}

measure_all() {
	local round all=() words
	for ((round = 0; round < 200; round++)); do
		all+=("$v4.$((10 + round))")
	done
	keepalived_configuration >"$WORK/keepalived.conf"
	for ((round = 0; round < rounds; round++)); do
		spread peer -k -- PATH=/usr/sbin:/usr/bin:/sbin:/bin /usr/sbin/keepalived -n -G -P \
			-f "$WORK/keepalived.conf" -p "$WORK/keepalived.pid" -r "$WORK/vrrp.pid"
		words us start OCF_RESKEY_ip="${all[*]}" OCF_RESKEY_cidr_netmask=24 \
			OCF_RESKEY_run_arping=false
		spread us -- "${words[@]}"
		act us stop OCF_RESKEY_ip="${all[*]}"
	done
}

# Outside of the scene: clusters of their own.
measure_silence() {
	local fault agent ms
	for fault in move poweroff cut; do
		LAB=bench "$TOP/tests/lab/demo" --silence-only \
			ocf:heartbeat:IPaddr2,ocf:quorate:vip "$lab_rounds" "$fault" |
			while read -r agent ms; do
				case $agent in
				*IPaddr2) printf 'silence.%s peer %s\n' "$fault" $((ms * 1000)) ;;
				*vip) printf 'silence.%s us %s\n' "$fault" $((ms * 1000)) ;;
				*) printf '%s %s\n' "$agent" "$ms" >&2 ;;
				esac
			done || return
	done
}
