# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# A stage for the network floor: a switch and three hosts, each in a namespace of its own; a has two
# links to the switch. Duplicate address detection is off.
#
#	a  eth0 192.0.2.1/24 2001:db8::1/64   02:00:00:00:53:01     eth1 (no address)  02:...:53:11
#	b  eth0 192.0.2.2/24 2001:db8::2/64   02:00:00:00:53:02
#	c  eth0 192.0.2.3/24 2001:db8::3/64   02:00:00:00:53:03
#
#	set_up                      puts it up; it goes when the test ends
#	ns HOST COMMAND...          runs in the host's namespace
#	call HOST VERB ARGUMENT...  runs net-call there
#	hears FILE COMMAND...       runs the command, and writes down what b hears meanwhile (hear.c)
#	says TEXT COMMAND...        whether the command's output has the text in it
#	wait_for SECONDS COMMAND... until the command is true; false when it never was

readonly mac=02:00:00:00:53:0
readonly tools=$BUILD/tests/host
readonly prefix=net-$$
work=$(mktemp -d)
readonly work

# ns HOST COMMAND...
ns() {
	local host=$1
	shift
	ip netns exec "$prefix-$host" "$@"
}

# call HOST VERB ARGUMENT...
call() {
	local host=$1
	shift
	ns "$host" "$tools/net-call" "$@"
}

strike() {
	local host
	for host in a b c s; do
		ip netns del "$prefix-$host" 2>/dev/null
	done
	rm -rf "$work"
}

# plug HOST LINK NUMBER: a link of the host into the switch
plug() {
	ip -n "$prefix-$1" link add "$2" address "$mac$3" type veth peer name "$1-$2" \
		netns "$prefix-s"
	ip -n "$prefix-s" link set "$1-$2" master bridge up
	ip -n "$prefix-$1" link set "$2" up
}

set_up() {
	local host number=1
	for host in s a b c; do
		ip netns add "$prefix-$host"
		ip -n "$prefix-$host" link set lo up
		ns "$host" sysctl -qw net.ipv6.conf.default.accept_dad=0 \
			net.ipv6.conf.default.router_solicitations=0
	done
	ip -n "$prefix-s" link add bridge type bridge forward_delay 0 mcast_snooping 0
	ip -n "$prefix-s" link set bridge up
	for host in a b c; do
		plug "$host" eth0 "$number"
		ip -n "$prefix-$host" addr add "192.0.2.$number/24" dev eth0
		ip -n "$prefix-$host" addr add "2001:db8::$number/64" dev eth0 nodad
		number=$((number + 1))
	done
	ip -n "$prefix-a" link add eth1 address 02:00:00:00:53:11 type veth peer name a-eth1 \
		netns "$prefix-s"
	ip -n "$prefix-s" link set a-eth1 master bridge up
	ip -n "$prefix-a" link set eth1 up
	wait_for 5 ns a grep -q up /sys/class/net/eth0/operstate
	wait_for 5 call a probe eth0 100 any 192.0.2.2
}

# wait_for SECONDS COMMAND...: until it is true
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return 1
		read -rt 0.05 <> <(:) || :
	done
}

says() {
	local want=$1
	shift
	local got
	got=$("$@" 2>&1)
	[[ $got == *$want* ]] || {
		printf 'got:  %s\nwant: %s\n' "$got" "$want"
		return 1
	}
}

not() {
	! "$@"
}

# hears FILE COMMAND...: what b hears meanwhile
hears() {
	local file=$1 listener
	shift
	listener=$(ns b "$tools/hear" "$file" eth0)
	"$@"
	wait_for 5 heard "$file"
	kill "$listener" 2>/dev/null
}

# The frames are there once the file grows no more.
heard() {
	local before after
	before=$(stat -c %s "$1")
	read -rt 0.1 <> <(:) || :
	after=$(stat -c %s "$1")
	[[ $before == "$after" && $after != 0 ]]
}

trap strike EXIT
