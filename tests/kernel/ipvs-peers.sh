# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# Three who keep the table of $NET_VIP:80 right by checks: us, keepalived, ldirectord. All are told the
# same: a check every INTERVAL seconds, dead after four failures in a row at most 2 s apart, alive
# after two successes (ldirectord knows neither: dead and alive by one), 3 s for a check (5 s).
#
#	peers_needs			what they take along
#	peer_start WHO CHECK INTERVAL ADDRESS...
#					WHO: us, keepalived, ldirectord; CHECK: connect, http
#	peer_spent			instructions of all its processes so far
#	peer_stop WHO
#	peer_costs WHO CHECK SERVER	instructions of a check of the addresses in servers, which are of
#					that server, every second
#	peer_spends WHO SERVER		the same of who was started already

peers_needs() {
	scene_needs
	kernel_needs tests/kernel/ipvs-peers.sh "$BUILD/tests/kernel/crowd" /usr/sbin/keepalived
}

# ldirectord is a program of Perl, and most of what Debian has of it.
peers_needs_ldirectord() {
	local file
	[[ -z ${KERNEL_LAB:-} ]] || return 0
	kernel_needs /usr/sbin/ldirectord /usr/bin/perl /usr/share/perl5 /usr/share/perl/5.?? \
		/usr/lib/x86_64-linux-gnu/perl/5.?? /usr/lib/x86_64-linux-gnu/perl-base
	for file in /usr/lib/x86_64-linux-gnu/perl5/5.??; do
		kernel_needs "$file"
	done
	kernel_needs "$(find /usr/lib/x86_64-linux-gnu/perl5/ -name SSLeay.so | head -n 1)"
}

peer_keepalived() {
	local address
	printf '%s\n' 'global_defs { router_id x }' "virtual_server $NET_VIP 80 {" "delay_loop $2" 'lb_algo wrr' \
		'lb_kind NAT' 'protocol TCP'
	for address in "${@:3}"; do
		printf '%s\n' "real_server $address 80 {" 'weight 1' retry\ 3 delay_before_retry\ 2
		if [[ $1 == http ]]; then
			printf '%s\n' 'HTTP_GET {' 'url {' 'path /' "digest $(peer_digest)" '}'
		else
			echo 'TCP_CHECK {'
		fi
		printf '%s\n' 'connect_timeout 3' 'retry 3' 'delay_before_retry 2' '}' '}'
	done
	echo '}'
}

peer_ldirectord() {
	local address
	printf '%s\n' checktimeout=5 negotiatetimeout=5 "checkinterval=$2" failurecount=1 quiescent=no \
		autoreload=no logfile=\"/run/peer/log\" "virtual=$NET_VIP:80"
	for address in "${@:3}"; do
		printf '\treal=%s:80 masq\n' "$address"
	done
	printf '\t%s\n' scheduler=wrr protocol=tcp service=http \
		"checktype=${1/http/negotiate}" 'request="/"' 'receive="server"'
}

peer_digest() {
	busybox md5sum <<<server1 | cut -d ' ' -f 1
}

peer_us() {
	local servers
	printf -v servers '%s:80 masq 1, ' "${@:3}"
	peer_parameters=("vip=$NET_VIP" port=80 "realservers=${servers%, }" "check=$1" "check_interval=${2}s"
		check_timeout=3s check_retries=3 check_retry_interval=2s check_rise=2)
	[[ $1 != http ]] || peer_parameters+=("check_digest=$(peer_digest)")
}

peer_start() {
	mkdir -p /run/peer
	case $1 in
	us)
		peer_us "${@:2}"
		ipvs start "${peer_parameters[@]}"
		[[ $rc == 0 ]] || echo "not ok us: $reason"
		;;
	keepalived)
		peer_keepalived "${@:2}" >/run/peer/conf
		net_at director keepalived -C -f /run/peer/conf -p /run/peer/pid -c /run/peer/checkers >/dev/null 2>&1
		;;
	ldirectord)
		peer_ldirectord "${@:2}" >/run/peer/ld.cf
		net_at director ldirectord /run/peer/ld.cf start >/run/peer/out 2>&1 || cat /run/peer/out
		;;
	esac
}

# Who is in the director's namespace is the one that was started.
peer_pids() {
	ip netns pids director
}

peer_spent() {
	local pid spent sum=0
	for pid in $(peer_pids); do
		read -r spent _ <"/proc/$pid/schedstat" && ((sum += spent))
	done
	echo "$sum"
}

# ldirectord checks as often as it can; its connections are complete, so that they can be counted.
peer_checks() {
	local up
	if [[ $1 == ldirectord ]]; then
		# shellcheck disable=SC2016
		net_at "$2" awk '/^Tcp: [0-9]/ { print $7 }' /proc/net/snmp
	else
		read -r up _ </proc/uptime
		echo $((10#${up/./} * ${#servers[@]} / 100))
	fi
}

peer_costs() {
	peer_start "$1" "$2" 1 "${servers[@]}"
	peer_spends "$1" "$3"
	peer_stop "$1" >/dev/null
}

# The same of one that runs already, from now on.
peer_spends() {
	local up spent checks
	sleep 8
	spent=$(peer_spent)
	checks=$(peer_checks "$1" "$2")
	sleep 10
	echo $((($(peer_spent) - spent) / ($(peer_checks "$1" "$2") - checks)))
}

# Everybody's table goes: the next one begins anew.
peer_stop() {
	local pid
	if [[ $1 == us ]]; then
		ipvs stop "${peer_parameters[@]}"
	else
		for pid in $(peer_pids); do
			kill -9 "$pid" 2>/dev/null
		done
		rm -rf /run/peer /run/ldirectord*
	fi
	net_at director ipvsadm -C
}
