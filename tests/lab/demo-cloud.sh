# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# The demo's second half: the nodes are servers of an emulated cloud. Its API moves a floating address
# and switches power, and nothing else does.

floating=203.0.113.7
login=token_file=/etc/quorate/cloud.token
emulated=(ca_file=/etc/quorate/cloud.pem api_url=https://192.0.2.254/digitalocean)

# in_cluster WORDS...: shows the command, and runs it with what only an emulated cloud needs, too.
in_cluster()
{
	local output words=("${@/#$login/$login ${emulated[*]}}")

	say "$*"
	# shellcheck disable=SC2068
	output=$(lab exec n1 -- ${words[@]} 2>&1) || fail "$*"$'\n'"$output"
}

configure_cloud()
{
	if command -v pcs >/dev/null; then
		in_cluster pcs stonith create power fence_digitalocean $login
		in_cluster pcs property set stonith-enabled=true
		in_cluster pcs resource create web-ip ocf:quorate:floatip provider=digitalocean \
			ip=$floating interface=eth0 $login
	else
		in_cluster crm configure primitive power stonith:fence_digitalocean params $login
		in_cluster crm configure property stonith-enabled=true
		in_cluster crm configure primitive web-ip ocf:quorate:floatip params \
			provider=digitalocean ip=$floating interface=eth0 $login
	fi
	lab wait idle
}

show_cloud()
{
	remove_resource
	stop_asking
	history='' silences=''
	say "The same cluster in an emulated cloud: servers, power and a floating address behind an API."
	lab cloud serve digitalocean >/dev/null || fail "the cloud does not start"
	configure_cloud
	addresses=("$floating")
	for node in n1 n2 n3; do
		serve_on "$node"
	done
	start_asking
	listen 30 all_answered || fail "the floating address never answered"
	listen_on 1
}

# switched_off NODE: by the cloud, at the moment `off_at`.
switched_off()
{
	local stamp rest

	read -r stamp rest < <(grep " end done off $1 " "$lab_root/$LAB/cloud/events.log" | tail -n 1) ||
		return 1
	off_at=$(date -d "$stamp" +%s%3N)
}

# The order is what matters: in the cloud's own record, too, off comes before the next owner.
off_came_first()
{
	[[ $(grep -E " end done off $1 | begin assign .* ${holder[$floating]}\$" \
		"$lab_root/$LAB/cloud/events.log" | tail -n 2 | head -n 1) == *" off $1 "* ]]
}

show_fencing()
{
	local old=$1 since=$2

	listen 60 switched_off "$old" || fail "$old was not fenced"
	at "$off_at" "${glyph[check]}" good \
		"fence_digitalocean has switched $old off, $((off_at - since)) ms after that."
	listen 60 answered_without "$old" || fail "no other node took the address over"
	off_came_first "$old" || fail "the address had a new owner before $old was off"
	[[ $(lab cloud owner "$floating") == "${holder[$floating]}" ]] ||
		fail "the cloud gives the address to another node than the one that answers"
}

show_return()
{
	listen_while 90 lab wait online "$1" 80 || fail "$1 did not come back"
	listen_while 40 lab wait idle || fail "the cluster did not come to rest"
	serve_on "$1"
	say_good "$1 was switched on again and is back; ${holder[$floating]} keeps the address."
	listen_on 1
}

show_cloud_fault()
{
	local fault=$1 text=$2 label=$3 old since

	active_node
	old=$REPLY
	forget_gaps
	say_fault "$old $text"
	now_ms
	since=$REPLY
	case $fault in
	cut) lab cut "$old" ;;
	freeze) lab freeze "$old" corosync ;;
	esac
	show_fencing "$old" "$since"
	show_return "$old"
	keep_score "$old $label"
}

show_survivor()
{
	listen 10 one_holder || fail "the address is not on exactly one node"
	active_node
	say_good "One survivor after each fault: $REPLY alone has the floating address."
}
