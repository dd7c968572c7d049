# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# The measurements of rsync: two nodes of a real cluster, trees on tmpfs. n1 is the source and n2 the
# target, of ocf:quorate:rsync (us), of lsyncd and of the line of cron (peer). All have the like trees:
# 50 000 files in 1000 directories, 50 000 in one. The floor is an rsync of one path, by hand. lsyncd
# gets all that helps it: delay=0, TCP_NODELAY at both ends, nanoseconds.

rsync_disk=/var/lib/corosync
rsync_directories=1000
rsync_flat=50000
rsync_port=1874
LAB=bench
export LAB

name_rsync() {
	echo rsync
}

floor_rsync() {
	echo rsync by hand
}

packages_rsync() {
	echo rsync lsyncd pacemaker corosync
}

need_rsync() {
	echo "$BUILD"/{agents/rsync,libexec/quorate-rsync,tests/lab/lag} /usr/bin/{rsync,lsyncd} \
		/usr/sbin/{corosync,pacemakerd}
}

inside_rsync() {
	rsync_set
	measure 'two nodes in step' rsync_start
	measure 'one changed file, as installed' measure_rsync_stock
	measure 'one changed file' measure_rsync_one
	measure 'a comparison' measure_rsync_verify
	measure 'nothing happens' measure_rsync_idle
	measure 'a burst' measure_rsync_burst
	measure 'memory' measure_rsync_memory
}

outside_rsync() {
	:
}

lag() {
	"$BUILD/tests/lab/lag" "$@" 2>>"$WORK/complaints"
}

on() {
	local node=$1
	shift
	"$TOP/tests/lab/lab" exec "$node" -- "$@"
}

# seen NODE TREE: where we see it.
seen() {
	local pid
	read -r pid _ <"/run/quorate-lab/$LAB/$1/init.pid"
	echo "/proc/$pid/root$rsync_disk/$2"
}

# within SECONDS CMD...
within() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return 1
		read -r -t 0.05 <> <(:) || :
	done
}

# process_of NODE NAME: the oldest such process, as this host numbers it.
process_of() {
	local pid
	read -r pid _ <"/run/quorate-lab/$LAB/$1/init.pid"
	pgrep -o -x "$2" --ns "$pid" --nslist pid
}

# spent PROCESS...: microseconds of CPU of these and all that they started.
spent() {
	cat /proc/[0-9]*/stat 2>/dev/null | awk -v roots="$*" '
	{ pid = $1; sub(/.*\) /, ""); parent[pid] = $2; cpu[pid] = $12 + $13 + $14 + $15 }
	function rooted(pid) { return pid in root || (parent[pid] && rooted(parent[pid])) }
	END {
		split(roots, list, " ")
		for (i in list) root[list[i]] = 1
		for (pid in cpu) if (rooted(pid)) sum += cpu[pid]
		print sum * 10000
	}'
}

# spent_of WHO: its daemons at both ends, and what serves there.
spent_of() {
	if [[ $1 == us ]]; then
		spent "$(process_of n1 quorate-rsync)" "$(process_of n2 quorate-rsync)"
	else
		spent "$(process_of n1 lsyncd)" "$peer_server"
	fi
}

rsync_set() {
	mount -t tmpfs -o mode=755 tmpfs /run
	mount -t sysfs sysfs /sys
	WORK=/run/bench
	mkdir "$WORK"
}

# lsyncd_conf TREE OPTION...: of a sync to n2.
lsyncd_conf() {
	local tree=$1
	shift
	cat <<-end
		sync { default.rsync, source = "$rsync_disk/$tree", ${1:-}
		target = "rsync://quorate@192.0.2.2:$rsync_port/$tree",
		rsync = { archive = true, password_file = "$rsync_disk/password"${2:+, $2} } }
	end
}

rsyncd_conf() {
	cat <<-end
		port = $rsync_port
		pid file = /run/peer.pid
		socket options = TCP_NODELAY
		uid = 0
		gid = 0
		use chroot = yes
		read only = no
		auth users = quorate
		secrets file = $rsync_disk/secret
		[peer]
		path = $rsync_disk/peer
		[stock]
		path = $rsync_disk/stock
	end
}

# start_lsyncd NAME: in the background of n1, with its configuration there.
start_lsyncd() {
	on n1 setsid -f lsyncd -nodaemon "$rsync_disk/$1.lua" </dev/null >>"$WORK/lsyncd" 2>&1
}

# Both nodes have all: n1 is to be the source.
resource_xml() {
	cat <<-end
		<configuration><constraints><rsc_location id="first" rsc="web-clone" role="Promoted"
		node="n1" score="100000"/></constraints><resources>
		<clone id="web-clone"><meta_attributes id="web-meta"><nvpair id="web-promotable"
		name="promotable" value="true"/></meta_attributes>
		<primitive id="web" class="ocf" provider="quorate" type="rsync"><operations>
		$(printf '<op id="web-%s" name="%s" interval="0" timeout="60s"/>' \
			start start stop stop promote promote demote demote)
		<op id="web-monitor" name="monitor" interval="3600" timeout="60s"/>
		<op id="web-watch" name="monitor" role="Promoted" interval="3601" timeout="60s"/>
		</operations><instance_attributes id="web-attributes">
		<nvpair id="web-directory" name="directory" value="$rsync_disk/us"/>
		<nvpair id="web-interval" name="interval" value="1h"/>
		<nvpair id="web-secrets" name="secrets_file" value="$rsync_disk/secret"/>
		</instance_attributes></primitive></clone></resources></configuration>
	end
}

# arrives TREE: one change, and nothing else is under way.
arrives() {
	[[ $(lag one "$(seen n1 "$1")" "$(seen n2 "$1")" 1 1) ]]
}

rsync_start() {
	local node
	"$TOP/tests/lab/lab" up 2 >>"$WORK/complaints" 2>&1 || return
	for node in n1 n2; do
		on "$node" sh -c "cd $rsync_disk; mkdir us peer stock; umask 077
			mount -t tmpfs tmpfs us; mount -t tmpfs tmpfs peer; mount -t tmpfs tmpfs stock
			echo quorate:secret >secret; echo secret >password"
	done
	for node in n1 n2; do
		lag plant "$(seen "$node" us)" $rsync_directories $rsync_flat &&
			lag plant "$(seen "$node" peer)" $rsync_directories $rsync_flat || return
	done
	lag plant "$(seen n1 stock)" 10 10 || return
	rsyncd_conf >"$(seen n2 rsyncd.conf)"
	lsyncd_conf stock >"$(seen n1 stock.lua)"
	lsyncd_conf peer 'delay = 0,' '_extra = {"--sockopts=TCP_NODELAY", "--modify-window=-1"}' \
		>"$(seen n1 peer.lua)"
	on n2 setsid -f rsync --daemon --config="$rsync_disk/rsyncd.conf" </dev/null
	within 10 on n2 test -s /run/peer.pid || return
	peer_server=$(process_of n2 rsync)
	start_lsyncd peer
	on n1 cibadmin --modify --allow-create --scope configuration --xml-text "$(resource_xml)" || return
	within 120 "$TOP/tests/lab/lab" wait promoted web n1 0 || return
	within 120 arrives us && within 120 arrives peer
}

# changes KEY WHO TREE COUNT: microseconds until each is there, as samples.
changes() {
	lag one "$(seen n1 "$3")" "$(seen n2 "$3")" "$4" "${5:-$rsync_directories}" |
		awk -v key="$1" -v who="$2" '{ print key, who, $1 * 1000 }'
}

# lsyncd waits for 15 s, and we have our turn meanwhile.
measure_rsync_stock() {
	local stock
	start_lsyncd stock
	within 60 test -e "$(seen n2 stock)/flat/f9" || return
	at_least 1 $((rounds / 5))
	changes stock.wall peer stock "$REPLY" 10 >"$WORK/stock" &
	stock=$!
	changes stock.wall us us $((rounds * 2)) || return
	wait "$stock" || return
	cat "$WORK/stock"
	read -r stock _ <"/run/quorate-lab/$LAB/n1/init.pid"
	pkill -n -x lsyncd --ns "$stock" --nslist pid
	on n1 crm_resource --resource web --set-parameter debounce --parameter-value 0 >/dev/null &&
		within 30 quiet
}

# quiet: the cluster has nothing to do.
quiet() {
	on n1 crm_resource --wait --timeout 20
}

# by_hand: an rsync of one path that has changed, from its start to its end.
by_hand() {
	date +%N >"$(seen n1 stock)/d1/f1"
	printf 'hand\tRSYNC_PASSWORD=secret\t/bin/sh\t-c\t%s\n' \
		"echo d1/f1 | exec rsync -a --modify-window=-1 --sockopts=TCP_NODELAY --files-from=- $rsync_disk/stock/ rsync://quorate@192.0.2.2:$rsync_port/stock/" |
		on n1 "$BUILD/tests/bench/toll" | awk '$5 { exit 1 } { print "one.wall floor", $3 }'
}

# one_turn WHO TREE: some changes, and what they have cost.
one_turn() {
	local before some=6
	before=$(spent_of "$1")
	changes one.wall "$1" "$2" $some || return
	rest 0.2
	echo "one.cpu $1 $((($(spent_of "$1") - before) / some))"
}

rest() {
	read -r -t "$1" <> <(:) || :
}

measure_rsync_one() {
	local round
	for ((round = 0; round < rounds; round++)); do
		one_turn peer peer && one_turn us us && by_hand || return
	done | tee "$WORK/one"
	for round in peer us floor; do
		awk -v who="$round" '$1 == "one.wall" && $2 == who { print $3 }' "$WORK/one" | sort -n |
			awk -v who="$round" '{ a[NR] = $1 } END { print "one.most", who, a[int(NR * 0.9 + 0.5)] }'
	done
}

# The daemon's pass over everything, and cron's line.
measure_rsync_verify() {
	local round before began
	for ((round = 0; round * 2 < rounds; round++)); do
		before=$(spent_of us) began=${EPOCHREALTIME/./}
		on n2 "$BUILD/libexec/quorate-rsync" sync >/dev/null 2>>"$WORK/complaints" || return
		echo "verify.wall us $((${EPOCHREALTIME/./} - began))"
		rest 0.2
		echo "verify.cpu us $((($(spent_of us) - before) / 10))"
		before=$(spent "$peer_server")
		printf 'cron\tRSYNC_PASSWORD=secret\t/usr/bin/rsync\t-avz\t--delete\t%s\t%s\n' "$rsync_disk/peer/" \
			"rsync://quorate@192.0.2.2:$rsync_port/peer/" | on n1 "$BUILD/tests/bench/toll" >"$WORK/cron"
		rest 0.2
		awk -v before="$before" -v after="$(spent "$peer_server")" '$5 { exit 1 } {
			print "verify.wall peer", $3
			print "verify.cpu peer", ($2 + after - before) / 10 }' "$WORK/cron" || return
	done
}

# switches PROCESS...: how often they went to sleep.
switches() {
	local process
	for process in "$@"; do
		cat "/proc/$process/status"
	done | awk '/^voluntary_ctxt/ { sum += $2 } END { print sum }'
}

# woken_by_others PROCESS: in 10 s, by neither a timer nor the library of corosync.
woken_by_others() {
	timeout 10 strace -y -qq -e trace=epoll_wait,recvfrom,accept4,read -e signal=none -p "$1" 2>&1 | awk '
		woken && /^read\([0-9]+<anon_inode:\[timerfd\]>/ { woken = 0 }
		woken && !/^epoll_wait/ { other += !/^recvfrom\(.*MSG_WAITALL/; woken = 0 }
		/^epoll_wait/ && !/= 0$/ { woken = 1 }
		END { print other + 0 }'
}

measure_rsync_idle() {
	local who processes before cpu others
	quiet || return
	for who in us peer; do
		processes=("$(process_of n1 quorate-rsync)" "$(process_of n2 quorate-rsync)")
		[[ $who == us ]] || processes=("$(process_of n1 lsyncd)" "$peer_server")
		before=$(switches "${processes[@]}") cpu=$(spent_of "$who")
		rest 10
		echo "idle.wake $who $(($(switches "${processes[@]}") - before))"
		echo "idle.cpu $who $(($(spent_of "$who") - cpu))"
		echo "memory.thousand $who $(awk '/^VmRSS/ { print $2 }' "/proc/${processes[0]}/status")"
	done
	woken_by_others "$(process_of n1 quorate-rsync)" >"$WORK/others" &
	others=$!
	before=$(woken_by_others "$(process_of n2 quorate-rsync)")
	wait "$others"
	echo "idle.other us $((before + $(<"$WORK/others")))"
}

# idle WHO: it has nothing to do, by its own word or by its children.
idle() {
	if [[ $1 == us ]]; then
		on n2 "$BUILD/libexec/quorate-rsync" status | awk '$1 == "*" { exit $NF != 0 }'
	else
		[[ -z $(pgrep -P "$(process_of n1 lsyncd)") ]]
	fi
}

stays_idle() {
	idle "$1" && rest 0.5 && idle "$1"
}

# burst_of WHO TREE
burst_of() {
	local before
	before=$(spent_of "$1")
	lag burst "$(seen n1 "$2")" "$(seen n2 "$2")" 5000 >"$WORK/burst" || return
	within 120 stays_idle "$1" || return
	awk -v who="$1" '{ print "burst.wall", who, $1 * 1000 }' "$WORK/burst"
	echo "burst.cpu $1 $(($(spent_of "$1") - before))"
}

measure_rsync_burst() {
	local round
	for ((round = 0; round * 3 < rounds; round++)); do
		burst_of us us || return
	done
	burst_of peer peer
}

# watches PROCESS COUNT: whether it has as many, or more.
watches() {
	[[ $(cat "/proc/$1"/fdinfo/* 2>/dev/null | grep -c '^inotify') -ge $2 ]]
}

# One after the other: a user has watches for one of them.
measure_rsync_memory() {
	local who process many=99000
	read -r process _ <"/run/quorate-lab/$LAB/n1/init.pid"
	pkill -x lsyncd --ns "$process" --nslist pid
	on n1 sh -c "cd $rsync_disk/us; seq -f m%.0f $many | xargs mkdir"
	for who in us peer; do
		process=$(process_of n1 quorate-rsync)
		if [[ $who == peer ]]; then
			on n1 crm_resource --resource web-clone --meta --set-parameter target-role \
				--parameter-value Stopped >/dev/null
			"$TOP/tests/lab/lab" wait stopped web || return
			echo "sync { source = \"$rsync_disk/us\", onCreate = \"/bin/true\" }" >"$(seen n1 many.lua)"
			start_lsyncd many
			within 5 process_of n1 lsyncd || return
			process=$(process_of n1 lsyncd)
		fi
		within 60 watches "$process" $many || return
		rest 1
		echo "memory.many $who $(awk '/^VmRSS/ { print $2 }' "/proc/$process/status")"
	done
}
