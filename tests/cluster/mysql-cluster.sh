# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# A cluster of three database nodes, fenced through an emulated cloud or not at all, and a client that
# tries to write at all of them all the time. Source it after nothing else; it brings cloud-cluster.sh
# along:
#
#	. "$(dirname "$0")/mysql-cluster.sh"
#	database_up                  the cluster, in sync, and the client writing
#	missing, missing_at NODE     prints how many acknowledged commits `writer`, NODE, lacks
#	moves FROM                   how often the acknowledging node has changed, by the servers' own clock
#	clashes FROM                 how often, without that it had what the others had acknowledged before
#	database_done                the closing line
#
# fenced, monitors, retire and clients, set before, make another scene. What was acknowledged is in the
# file `acks`, a line a commit, as tests/cluster/writers.c has them; FROM is a number of a line.

# shellcheck source-path=SCRIPTDIR source=cloud-cluster.sh
. "$(dirname "${BASH_SOURCE[0]}")/cloud-cluster.sh"

export LC_ALL=C # sort and comm go through a million numbers
nodes=(n1 n2 n3)
fenced=yes
monitors="2s 1s" # of a replica, of the writer
retire=5s
clients=${CLIENTS:-2 10} # connections a server, and milliseconds of rest
writer=none
writing= # the client's process
acks=    # file of what was acknowledged
labs_made=0

disk()
{
	REPLY=/run/quorate-lab/$LAB/$1/log
}

# An empty database in n1's /var/log, which is the node's disk.
first_database()
{
	lab exec n1 -- bash -euo pipefail -c "
		unset TMPDIR # another user's server would write there
		install -d -o mysql -g mysql /var/log/db /var/log/tmp
		mariadb-install-db --no-defaults --user=mysql --datadir=/var/log/db --tmpdir=/var/log/tmp \
			--skip-test-db --auth-root-authentication-method=socket
		mariadbd --no-defaults --datadir=/var/log/db --tmpdir=/var/log/tmp --user=mysql \
			--bootstrap <<-END
			use mysql;
			flush privileges;
			CREATE DATABASE app;
			CREATE TABLE app.t (id BIGINT PRIMARY KEY, node INT) ENGINE=InnoDB;
			CREATE USER app@'%' IDENTIFIED BY 'app';
			GRANT ALL ON app.* TO app@'%';
			CREATE USER repl@'%' IDENTIFIED BY 'secret-of-replication';
			GRANT REPLICATION SLAVE, SLAVE MONITOR ON *.* TO repl@'%';
		END"
}

# Temporary tables are named after process ids, which are the same on all nodes: each has a tmpdir.
settings_of()
{
	printf '%s\n' '[mysqld]' server-id="${1#n}" log-bin=binlog relay-log=relay tmpdir=/var/log/tmp \
		log-slave-updates binlog-format=ROW bind-address=0.0.0.0 skip-name-resolve \
		innodb-buffer-pool-size=32M innodb-log-file-size=16M performance-schema=0 \
		slave-net-timeout=4
}

databases()
{
	local node first
	first_database || return 1
	disk n1
	first=$REPLY
	for node in "${nodes[@]}"; do
		disk "$node"
		[[ $node == n1 ]] || cp -a "$first/db" "$first/tmp" "$REPLY/" || return 1
		settings_of "$node" >"$REPLY/db.cnf"
		(umask 077 && echo secret-of-replication >"$REPLY/repl.secret")
	done
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
		replication_user=repl replication_passwd_file=/var/log/repl.secret retire_timeout="$retire" \
		op start timeout=60s stop timeout=60s promote timeout=60s demote timeout=60s \
		notify timeout=20s monitor interval="${monitors% *}" timeout=15s \
		monitor interval="${monitors#* }" timeout=15s role=Promoted \
		promotable promoted-max=1 notify=true
}

# A device a node, which runs elsewhere: else whoever fences a node that hangs waits for its answer first.
fences()
{
	local node
	for node in "${nodes[@]}"; do
		at pcs stonith create "power-$node" fence_digitalocean "${login[@]}" \
			pcmk_host_list="$node" || return 1
		at pcs constraint location "power-$node" avoids "$node" || return 1
	done
	at pcs property set stonith-enabled=true
}

# A server may hang.
sql()
{
	lab exec "$1" -- timeout 20 mariadb --no-defaults --socket=/run/mysqld/mysqld.sock -BN -e "$2"
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

# Some writer's word, on its disk: that costs nothing, and it is written after the cluster's ledger.
disks_say_in_sync()
{
	local node line state
	for node in "${nodes[@]}"; do
		disk "$node"
		{ read -r line && read -r state; } 2>/dev/null <"$REPLY/db/quorate.state" || continue
		[[ $state != state=writer* || ! $line =~ sync=([^ ]*) || ${BASH_REMATCH[1]} != *,*,* ]] ||
			return 0
	done
	return 1
}

all_in_sync()
{
	disks_say_in_sync && [[ $(ledger) =~ sync=([^ ]*) && ${BASH_REMATCH[1]} == *,*,* ]] && writer_is
}

acked()
{
	wc -l <"$acks"
}

acked_more()
{
	(($(acked) >= $1))
}

# At the one who is the writer now, which the cluster may not have said before.
missing()
{
	until_true 30 writer_is || echo "nobody is the writer: asked is $writer" >&2
	missing_at "$writer"
}

missing_at()
{
	head -n "$(acked)" "$acks" | cut -d ' ' -f 3 | sort >"$work/acked"
	sql "$1" 'SELECT id FROM app.t' | sort >"$work/there"
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

# Not from another replica, which was the writer once.
all_follow()
{
	local node
	for node in "${nodes[@]}"; do
		[[ $node == "$writer" ]] || sql "$node" 'SHOW ALL SLAVES STATUS' | tr '\t' '\n' |
			grep -qx "192.0.2.${writer#n}" || return 1
	done
}

# The nodes of one machine have one clock: who acknowledged after whom is told by the servers' own time
# of it. By the time of arrival an answer that a healed link brings would seem to be new.
by_time()
{
	tail -n "+$1" "$acks" | awk '$4 > 0' | sort -s -n -k 4,4
}

moves()
{
	by_time "$1" | awk '$2 != node { moves++; node = $2 } END { print moves - 1 }'
}

# Who becomes the writer has all that was acknowledged, and goes on behind it. So where the node
# changes and the number is not above all before, two were writers; or the commit is missing.
clashes()
{
	by_time "$1" | awk '{ split($5, gtid, "-") }
		$2 != node { node = $2; clashes += gtid[3] + 0 <= most }
		gtid[3] + 0 > most { most = gtid[3] + 0 }
		END { print clashes + 0 }'
}

# late FROM: how many answers came from another node than the last one before.
late()
{
	tail -n "+$1" "$acks" | awk '$4 > 0 && $4 < last && $2 != node { n++ } $4 > last { last = $4; node = $2 }
		END { print n + 0 }'
}

# silence FROM: the longest time without an acknowledgement since that line, ms.
silence()
{
	tail -n "+$1" "$acks" |
		awk 'NR > 1 && $1 - last > most { most = $1 - last } { last = $1 } END { print most + 0 }'
}

start_writing()
{
	acks=$work/acks.$labs_made
	: >"$acks"
	# shellcheck disable=SC2086 # two numbers
	(exec "$lab_lib/lab" client -- "$BUILD/tests/cluster/writers" "$acks" $clients \
		n1=192.0.2.1 n2=192.0.2.2 n3=192.0.2.3 >"$work/writers" 2>&1 </dev/null) &
	writing=$!
}

stop_writing()
{
	[[ -z $writing ]] || kill -KILL "$writing"
	wait "$writing" 2>/dev/null
	writing=
}

# Into a lab that is up.
set_up_databases()
{
	labs_made=$((labs_made + 1))
	seat=n1
	check "the nodes get databases" databases
	[[ $fenced != yes ]] || check "a cloud is at their switch" lab cloud serve digitalocean
	check "pcs makes a promotable clone" add_database
	check "one node is promoted" until_true 60 writer_is
	check "all are in sync" until_true 40 all_in_sync
	[[ $fenced != yes ]] || check "they are fenced" fences
	start_writing
	check "writes are accepted" until_true 20 acked_more 100
	acked_more 100
}

database_up()
{
	export LAB_FENCES=$BUILD/fence LAB_FIRMWARE=2 TOKEN=500 # rounds are many: loss is seen in 2.6 s
	cluster_up hard_agent
	set_up_databases
	((check_failed == 0)) || database_done
}

# One that is beyond repair must not end a series of rounds.
new_lab()
{
	stop_writing
	lab down
	check "another lab is a cluster" lab up 3
	set_up_databases
}

database_done()
{
	stop_writing
	cluster_done
}
