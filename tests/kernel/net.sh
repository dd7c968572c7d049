# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# A network for the tests of the director: clients, one director or two, real servers, each a
# network namespace. Clients reach the director at 10.1.0.1 (a second one at 10.1.0.3) over a
# bridge, servers at 10.2.N.2 have the director as their gateway.
#
#	net_up SERVERS		makes it: client, director, server1 ...
#	net_at NAME CMD...	runs a command there
#	net_server N		the address of server N
#	net_web N...		a web server on port 80 of server N, whose / says serverN
#	net_page N...		a web server of one process, whose only page says serverN
#	net_ask TIMES [HOST/PORT]	asks as the client, prints the first line of every body
#	net_down		takes it down
#
# NET_VIP is an address of the director for its services.

readonly NET_VIP=10.1.0.100

net_server() {
	echo "10.2.$1.2"
}

net_at() {
	ip netns exec "$@"
}

net_up() {
	local n
	net_servers=$1
	{
		echo netns add client
		echo netns add director
		echo link add eth0 netns client type veth peer name eth0 netns director
		for ((n = 1; n <= net_servers; n++)); do
			echo netns add "server$n"
			echo link add "s$n" netns director type veth peer name eth0 netns "server$n"
		done
	} | ip -batch -
	ip -n client -batch - <<-END
		link set lo up
		addr add 10.1.0.2/24 dev eth0
		link set eth0 up
		route add default via 10.1.0.1
	END
	{
		echo link set lo up
		echo addr add 10.1.0.1/24 dev eth0
		echo addr add $NET_VIP/32 dev eth0
		echo link set eth0 up
		for ((n = 1; n <= net_servers; n++)); do
			echo addr add "10.2.$n.1/24" dev "s$n"
			echo link set "s$n" up
		done
	} | ip -n director -batch -
	for ((n = 1; n <= net_servers; n++)); do
		printf '%s\n' 'link set lo up' "addr add 10.2.$n.2/24 dev eth0" 'link set eth0 up' \
			"route add default via 10.2.$n.1" | ip -n "server$n" -batch -
	done
	net_at director sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
}

net_web() {
	local n
	for n; do
		mkdir -p "/run/web/server$n"
		echo "server$n" >"/run/web/server$n/index.html"
		net_at "server$n" busybox httpd -p 80 -h "/run/web/server$n"
	done
}

net_page() {
	local n
	for n; do
		net_at "server$n" "$BUILD/tests/kernel/crowd" web "server$n" 80 &
	done
}

net_ask() {
	# shellcheck disable=SC2016
	net_at client bash -c '
		for ((i = 0; i < $1; i++)); do
			exec 3<>"/dev/tcp/$2" || continue
			printf "GET / HTTP/1.0\r\n\r\n" >&3
			read -r -d "" -t 5 answer <&3
			exec 3>&-
			answer=${answer#*$'"'\r\n\r\n'"'}
			echo "${answer%%$'"'\n'"'*}"
		done' ask "$1" "${2:-$NET_VIP/80}" 2>/dev/null
}

net_down() {
	local name
	for name in $(ip netns list | cut -d ' ' -f 1); do
		ip netns pids "$name" | xargs -r kill -9
		ip netns delete "$name"
	done
}
