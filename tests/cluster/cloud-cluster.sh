# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# A cluster that lives in an emulated cloud: three nodes whose power and whose floating address are
# moved through the cloud's API alone. Source it after nothing else; it brings vip-cluster.sh along:
#
#	. "$(dirname "$0")/cloud-cluster.sh"
#	cloud_up                     the cluster, the cloud, the stonith device "power", and "web-ip"
#	break_node FAULT NODE        poweroff, cut, corosync or pacemaker (both frozen)
#	fault_round FAULT            breaks the node that has the address, and waits until another one
#	                             has it and the broken one is back; `phases` is how long what took
#
# The address answers to the client from whichever node its route goes to, as long as that node
# has it, too.

# shellcheck source-path=SCRIPTDIR source=vip-cluster.sh
. "$(dirname "${BASH_SOURCE[0]}")/vip-cluster.sh"

floating=203.0.113.7
addresses=("$floating")
login=(token_file=/etc/quorate/cloud.token ca_file=/etc/quorate/cloud.pem
	api_url=https://192.0.2.254/digitalocean)
faults=(poweroff cut corosync pacemaker)
holders_seen=0 # the most nodes that had the address at the same moment
phases=()      # of the last round: detection, fencing, assignment, answer; milliseconds

events()
{
	cat "/run/quorate-lab/$LAB/cloud/events.log"
}

configure_cloud()
{
	at pcs stonith create power fence_digitalocean "${login[@]}" pcmk_host_list="n1 n2 n3" &&
		at pcs property set stonith-enabled=true &&
		at pcs resource create web-ip ocf:quorate:floatip provider=digitalocean ip="$floating" \
			interface=eth0 "${login[@]}" op monitor interval=1s
}

cloud_up()
{
	export LAB_FENCES=$BUILD/fence
	cluster_up
	check "a cloud is at their switch" lab cloud serve digitalocean
	check "they are fenced through it, and move its address" configure_cloud
	check "the cluster comes to rest" rest
	begin_asking
	check "the address answers" listen_for 20 all_answered
	check "one node has it" one_owner
}

# The cloud and the interfaces say the same; `active` is the node.
one_owner()
{
	active=$(lab cloud owner "$floating")
	is_at "$floating" "$active:eth0"
}

# Looks into all nodes at once, and cheaply, since it is done all the time.
watch_holders()
{
	local node pid count=0

	for node in n1 n2 n3; do
		{ read -r pid _ <"/run/quorate-lab/$LAB/$node/init.pid"; } 2>/dev/null || continue
		[[ -z $(nsenter -t "$pid" -n ip -o addr show to "$floating" 2>/dev/null) ]] ||
			count=$((count + 1))
	done
	((count <= holders_seen)) || holders_seen=$count
}

# By the cloud's record of what was done when: an address is given to another node only when the one
# that had it was switched off since, or has given it back. The lines that are wrong, if any.
double_holders()
{
	events | awk -v ip="$floating" '
	$3 == "end" && $4 == "done" && $5 == "off" && $6 == holder { holder = "" }
	$3 == "end" && $4 == "done" && $5 == "unassign" && $6 == ip { holder = "" }
	$3 == "begin" && $5 == "assign" && $6 == ip && holder != "" && holder != $7 { print }
	$3 == "end" && $4 == "done" && $5 == "assign" && $6 == ip { holder = $7 }'
}

break_node()
{
	case $1 in
	poweroff) lab poweroff "$2" ;;
	cut) lab cut "$2" ;;
	corosync | pacemaker) lab freeze "$2" "$1" ;;
	esac
}

another_answers()
{
	watch_holders
	answered_without "$1"
}

# event_ms WHEN VERB THING [FROM]: when the record has it for the first time after FROM (ms of today).
event_ms()
{
	events | awk -v when="$1" -v verb="$2" -v thing="$3" -v from="${4:-0}" '
	{
		split($1, t, /[:.]/)
		ms = ((t[1] * 60 + t[2]) * 60 + t[3]) * 1000 + t[4]
	}
	$3 == when && $5 == verb && $6 == thing && ms >= from { print ms; exit }'
}

# A moment in ms since 1970 as ms of the day, as the record counts.
of_today()
{
	REPLY=$((10#$(date -d "@$(($1 / 1000))" +%H) * 3600000 + 10#$(date -d "@$(($1 / 1000))" +%M) * 60000 +
		10#$(date -d "@$(($1 / 1000))" +%S) * 1000 + $1 % 1000))
}

last_answer()
{
	local address moment node

	read -r address moment node <<<"${history##*$'\n'}"
	of_today "$moment"
}

# measure_phases NODE SINCE: of its loss at that moment, ms of today.
measure_phases()
{
	local off done_off assign done_assign answer

	off=$(event_ms begin off "$1" "$2")
	done_off=$(event_ms end off "$1" "$2")
	assign=$(event_ms begin assign "$floating" "$done_off")
	done_assign=$(event_ms end assign "$floating" "$assign")
	last_answer
	answer=$REPLY
	phases=($((off - $2)) $((done_off - off)) $((done_assign - done_off)) $((answer - done_assign)))
}

is_back()
{
	lab wait online "$1" 90 && serve_on "$1" && rest
}

print_phases()
{
	printf '%s: detection %s, fencing %s, assignment %s, answer %s ms; silent for %s ms\n' "$1" \
		"${phases[@]}" "${gap[$floating]}"
}

# Nobody but its own node knows that a Pacemaker hangs: no member is lost, and the service works on.
# Then a person, or a watchdog, has to ask for the fencing.
ask_for_fencing()
{
	check "pacemaker: nobody notices, and the address answers on" fails listen 3 nobody_answers
	now_ms
	of_today "$REPLY"
	since=$REPLY
	check "pacemaker: $1 is fenced on request" at stonith_admin --reboot "$1" --timeout 40
}

nobody_answers()
{
	watch_holders
	[[ ${holder[$floating]} == - ]]
}

fault_round()
{
	local fault=$1 broken=$active since

	other_than "$broken"
	seat=$REPLY
	forget_gaps
	now_ms
	of_today "$REPLY"
	since=$REPLY
	check "$fault: $broken is broken" break_node "$fault" "$broken"
	[[ $fault != pacemaker ]] || ask_for_fencing "$broken"
	check "$fault: another node answers" listen_for 90 another_answers "$broken"
	measure_phases "$broken" "$since"
	check "$fault: $broken comes back" listen_while 100 is_back "$broken"
	check "$fault: one node has the address" one_owner
}
