# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# A cluster of three database nodes in an emulated cloud that fences them, a client that tries to write
# at all of them all the time, and rounds: something breaks, and what was acknowledged must be there.
# Source it after nothing else; it brings cloud-cluster.sh along:
#
#	. "$(dirname "$0")/mysql-cluster.sh"
#	database_up                  the cluster, in sync, and the client writing
#	rounds NAME BREAK N          N rounds; BREAK gets the writer's name, breaks it, and ends with `mark`
#	print_table                  a row a scenario, as Markdown
#
# A round is good when somebody accepts writes again, all nodes come back into sync by themselves,
# one server of the three is not read-only, at no time two nodes have acknowledged by turns, and every
# commit that the client was ever told of is at the writer. Tables are compared after each scenario.

# shellcheck source-path=SCRIPTDIR source=cloud-cluster.sh
. "$(dirname "${BASH_SOURCE[0]}")/cloud-cluster.sh"

nodes=(n1 n2 n3)
writer=none
writing=     # the client's process
marked=0     # acknowledged commits when the break was done
faults=()    # of this round
table=()     # a line a scenario: NAME|ROUNDS|ACKED|LOST|TWO|BACK|MEDIAN|MOST|SECONDS
lost=0       # acknowledged commits that were missing, over all rounds
acks=        # file of what was acknowledged: "MILLISECONDS NODE ID"

# database NODE: an empty one, in /var/log, which is the node's disk.
database()
{
	lab exec "$1" -- bash -euo pipefail -c "
		unset TMPDIR # another user's server would write there
		install -d -o mysql -g mysql /var/log/db
		printf '%s\n' '[mysqld]' server-id=${1#n} log-bin=binlog relay-log=relay \
			log-slave-updates binlog-format=ROW bind-address=0.0.0.0 skip-name-resolve \
			innodb-buffer-pool-size=32M innodb-log-file-size=16M performance-schema=0 \
			slave-net-timeout=4 >/var/log/db.cnf
		mariadb-install-db --no-defaults --user=mysql --datadir=/var/log/db --skip-test-db \
			--auth-root-authentication-method=socket
		mariadbd --no-defaults --datadir=/var/log/db --user=mysql --bootstrap <<-END
			use mysql;
			flush privileges;
			CREATE DATABASE app;
			CREATE TABLE app.t (id BIGINT PRIMARY KEY, node INT) ENGINE=InnoDB;
			CREATE USER app@'%' IDENTIFIED BY 'app';
			GRANT ALL ON app.* TO app@'%';
			CREATE USER repl@'%' IDENTIFIED BY 'secret-of-replication';
			GRANT REPLICATION SLAVE, SLAVE MONITOR ON *.* TO repl@'%';
		END
		(umask 077 && echo secret-of-replication >/var/log/repl.secret)"
}

# The agent, behind what makes its life hard: other nodes are far away (the file distance), and a
# notification of a change of roles hangs (the file notify-hangs).
hard_agent()
{
	mkdir "$work/agents"
	ln -s "$BUILD/libexec" "$work/libexec"
	cat >"$work/agents/mysql" <<-END
		#!/bin/bash
		if [[ \$1 == start && ! -e /run/distance ]]; then
			touch /run/distance
			setsid -f "$BUILD/tests/cluster/distance" 3307 3306 /var/log/distance \
				</dev/null >/var/log/distance.log 2>&1
		fi
		if [[ \$1 == notify && -e /var/log/notify-hangs ]]; then
			what=\$OCF_RESKEY_CRM_meta_notify_type-\$OCF_RESKEY_CRM_meta_notify_operation
			[[ \$what != pre-@(demote|promote) && \$what != post-promote ]] || exec sleep infinity
		fi
		exec "$BUILD/agents/mysql" "\$@"
	END
	chmod 755 "$work/agents/mysql"
	export LAB_AGENTS=$work/agents
	chmod 711 "$work"
}

add_database()
{
	at pcs resource create db ocf:quorate:mysql datadir=/var/log/db config=/var/log/db.cnf \
		log=/var/log/db.log "node_list=n1=192.0.2.1:3307 n2=192.0.2.2:3307 n3=192.0.2.3:3307" \
		replication_user=repl replication_passwd_file=/var/log/repl.secret retire_timeout=5s \
		op start timeout=60s stop timeout=60s promote timeout=60s demote timeout=60s \
		notify timeout=20s monitor interval=2s timeout=15s \
		monitor interval=1s timeout=15s role=Promoted \
		promotable promoted-max=1 notify=true
}

fences()
{
	at pcs stonith create power fence_digitalocean "${login[@]}" pcmk_host_list="n1 n2 n3" &&
		at pcs property set stonith-enabled=true
}

disk()
{
	REPLY=/run/quorate-lab/$LAB/$1/log
}

sql()
{
	lab exec "$1" -- mariadb --no-defaults --socket=/run/mysqld/mysqld.sock -BN -e "$2"
}

writer_is()
{
	local list
	list=$(at crm_mon -1 | sed -n 's/.*\* Promoted: \[ \(.*\) \]$/\1/p')
	[[ $list == n[123] ]] && writer=$list
}

ledger()
{
	at crm_attribute --type crm_config --name db-quorate-ledger -G -q 2>/dev/null
}

all_in_sync()
{
	[[ $(ledger) =~ sync=([^ ]*) && ${BASH_REMATCH[1]} == *,*,* ]] && writer_is
}

acked()
{
	wc -l <"$acks"
}

acked_more()
{
	(($(acked) >= $1))
}

# What was on its way to the client counts as before the break.
mark()
{
	marked=$(acked)
}

missing()
{
	cut -d ' ' -f 3 "$acks" | sort >"$work/acked"
	sql "$writer" 'SELECT id FROM app.t' | sort >"$work/there"
	comm -23 "$work/acked" "$work/there" >"$work/missing"
	wc -l <"$work/missing"
}

# The client waits meanwhile.
same_everywhere()
{
	local status=0
	kill -STOP "$writing"
	until_true 30 same_now || status=1
	kill -CONT "$writing"
	return "$status"
}

same_now()
{
	local node sums=()
	for node in "${nodes[@]}"; do
		sums+=("$(sql "$node" 'CHECKSUM TABLE app.t' | cut -f 2)")
	done
	[[ ${sums[0]} && ${sums[0]} == "${sums[1]}" && ${sums[0]} == "${sums[2]}" ]]
}

one_writer()
{
	local node count=0
	for node in "${nodes[@]}"; do
		[[ $(sql "$node" 'SELECT @@read_only') != 0 ]] || count=$((count + 1))
	done
	((count == 1))
}

# turns FROM: how often another node than before has acknowledged, since that line of the file.
turns()
{
	tail -n "+$1" "$acks" | awk '$2 != node { turns++; node = $2 } END { print turns - 1 }'
}

# silence FROM: the longest time without an acknowledgement since that line, ms.
silence()
{
	tail -n "+$1" "$acks" | awk 'NR > 1 && $1 - last > most { most = $1 - last } { last = $1 } END { print most + 0 }'
}

start_writing()
{
	acks=$work/acks
	: >"$acks"
	(exec "$lab_lib/lab" client -- "$BUILD/tests/cluster/writers" "$acks" 4 5 \
		n1=192.0.2.1 n2=192.0.2.2 n3=192.0.2.3 >"$work/writers" 2>&1 </dev/null) &
	writing=$!
}

stop_writing()
{
	[[ -z $writing ]] || kill -KILL "$writing"
	wait "$writing" 2>/dev/null
	writing=
}

database_up()
{
	local node
	export LAB_FENCES=$BUILD/fence LAB_FIRMWARE=2 TOKEN=500 # rounds are many: loss is seen in 2.6 s
	cluster_up hard_agent
	for node in "${nodes[@]}"; do
		check "$node gets a database" database "$node"
	done
	check "a cloud is at their switch" lab cloud serve digitalocean
	check "pcs makes a promotable clone" add_database
	check "one node is promoted" until_true 60 writer_is
	check "all are in sync" until_true 40 all_in_sync
	check "they are fenced" fences
	((check_failed == 0)) || cluster_done
	start_writing
	check "writes are accepted" until_true 20 acked_more 100
}

blame()
{
	faults+=("$1")
}

# one_round BREAK: faults is empty when it was good; silent is for how long nobody acknowledged.
one_round()
{
	local broken=$writer first
	first=$(acked)
	faults=() clocked=() clocked_at=${EPOCHREALTIME/./}
	other_than "$broken"
	seat=$REPLY
	"$1" "$broken" >"$work/break" 2>&1 || blame "it could not be broken: $(tail -n 1 "$work/break")"
	clock broken
	until_true 90 acked_more $((marked + 20)) || blame "no writes are accepted"
	clock accepted
	until_true 120 all_in_sync || blame "not all came back into sync: $(ledger)"
	clock synced
	one_writer || blame "not exactly one server accepts writes"
	missed=$(missing)
	((missed == 0)) || blame "$missed acknowledged commits are lost"
	turned=$(turns "$first")
	((turned <= 1)) || blame "the acknowledging node has changed $turned times"
	silent=$(silence "$first")
	clock checked
	[[ -z ${V:-} ]] || echo "# ${clocked[*]}"
}

# clock WHAT: how long it took since the last one.
clock()
{
	local now=${EPOCHREALTIME/./}
	clocked+=("$1 $(((now - clocked_at) / 1000))")
	clocked_at=$now
}

median()
{
	printf '%s\n' "$@" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)], v[NR] }'
}

# What a failed round leaves is shown, and must not fail the next one.
round_failed()
{
	printf '#   %s\n' "${faults[@]}"
	at crm_mon -1 -r | sed 's/^/#   /'
	at crm_resource --cleanup --quiet
	until_true 120 all_in_sync
}

rounds()
{
	local name=$1 break=$2 wanted=$3 n good=0 lost_here=0 two=0 silences=() start=$SECONDS before missed turned silent
	before=$(acked)
	for ((n = 1; n <= wanted; n++)); do
		one_round "$break"
		lost_here=$((lost_here + missed))
		two=$((two + (turned > 1)))
		silences+=("$silent")
		if ((${#faults[@]} == 0)); then
			good=$((good + 1))
			continue
		fi
		echo "# $name, round $n:"
		round_failed || break
	done
	lost=$((lost + lost_here))
	check "$name: the tables of all nodes are the same" same_everywhere
	check_is "$name: $wanted rounds, good ones" "$good" "$wanted"
	table+=("$name|$good of $wanted|$(($(acked) - before))|$lost_here|$two|$(median "${silences[@]}")|$(((SECONDS - start) * 10 / wanted))")
	echo "# ${table[-1]}"
}

print_table()
{
	local line name good acked lost two silent tenths
	echo '| what happens | good rounds | acknowledged | lost | two writers | silent, ms: median (most) | s a round |'
	echo '|---|---|---|---|---|---|---|'
	for line in "${table[@]}"; do
		IFS='|' read -r name good acked lost two silent tenths <<<"$line"
		echo "| $name | $good | $acked | $lost | $two | ${silent% *} (${silent#* }) | $((tenths / 10)).$((tenths % 10)) |"
	done
}

database_done()
{
	stop_writing
	cluster_done
}
