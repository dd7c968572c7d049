# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# The measurements of mysql against ocf:heartbeat:mysql and ocf:heartbeat:mariadb: one after the other
# in one cluster of three nodes, with the cluster's real tools, on the same empty databases.

mysql_agents=(us mysql mariadb)
mysql_password=secret-of-replication

name_mysql() {
	echo mysql
}

floor_mysql() {
	:
}

packages_mysql() {
	echo resource-agents mariadb-server pacemaker corosync
}

need_mysql() {
	echo "$BUILD/agents/mysql" /usr/lib/ocf/resource.d/heartbeat/{mysql,mariadb} /usr/sbin/{mariadbd,crm_mon}
}

inside_mysql() {
	:
}

outside_mysql() {
	local who
	WORK=$(mktemp -d)
	export LAB=mb-$((BASHPID % 100000)) LAB_OWNER=$$ LAB_AGENTS=$BUILD/agents
	trap mysql_down EXIT
	# shellcheck source-path=SCRIPTDIR source=../lab/state.sh
	. "$TOP/tests/lab/state.sh"
	measure 'a cluster and its databases' mysql_up
	for who in "${mysql_agents[@]}"; do
		agent_is "$who"
		measure "$title: a promoted one, and replicas" mysql_begin
		measure "$title: monitor" measure_mysql_monitor
		measure "$title: moves" measure_mysql_moves
		measure "$title: its server is killed" measure_mysql_kill
		measure "$title: a promote that nothing has prepared" measure_mysql_promote
		mysql_end
	done
	mysql_down
	trap - EXIT
}

mysql_down() {
	lab down >/dev/null 2>&1 || :
	rm -rf "$WORK"
}

lab() {
	"$TOP/tests/lab/lab" "$@"
}

on() {
	lab exec "$1" -- "${@:2}" 2>>"$WORK/complaints"
}

# agent_is WHO: `agent`, its `title` in messages, and the `sides`: KEYNUMBER WHO as in the samples.
agent_is() {
	case $1 in
	us) agent=ocf:quorate:mysql title=mysql sides=('1 us' '2 us') ;;
	mysql) agent=ocf:heartbeat:mysql title=heartbeat:mysql sides=('1 peer') ;;
	mariadb) agent=ocf:heartbeat:mariadb title=heartbeat:mariadb sides=('2 peer') ;;
	esac
}

# sample KEY [VALUE]: of this agent, for the sections that it stands in; without VALUE, the rest of
# the key is filled in by the lines "REST VALUE" of stdin.
sample() {
	local side rest value
	while read -r rest value; do
		for side in "${sides[@]}"; do
			printf '%s%s %s %s\n' "$1" "${side% *}${rest#-}" "${side#* }" "$value"
		done
	done < <(if (($# > 1)); then echo "- $2"; else cat; fi)
}

mysql_up() {
	local node
	lab up 3 >>"$WORK/complaints" 2>&1 || return
	for node in n1 n2 n3; do
		on "$node" bash -euo pipefail -c "$(declare -f mysql_database); mysql_database ${node#n} \
			$mysql_password" >>"$WORK/complaints" || return
	done
	on n1 crm_attribute --type rsc_defaults --name resource-stickiness --update 1
}

# On a node: a database with its users, kept as a template, and an option file that suits all agents.
# Its first transactions are the same everywhere: ocf:heartbeat:mariadb wants a position to begin with.
mysql_database() {
	unset TMPDIR # another user's server would write there
	install -d -o mysql -g mysql /var/log/template /run/mysqld
	printf '%s\n' '[mysqld]' "server-id=$1" log-bin=binlog relay-log=relay log-slave-updates \
		binlog-format=ROW bind-address=0.0.0.0 skip-name-resolve gtid-strict-mode=1 sync-binlog=1 \
		innodb-buffer-pool-size=32M innodb-log-file-size=16M performance-schema=0 \
		slave-net-timeout=4 >/var/log/db.cnf
	mariadb-install-db --no-defaults --user=mysql --datadir=/var/log/template --skip-test-db \
		--auth-root-authentication-method=socket
	mariadbd --defaults-file=/var/log/db.cnf --server-id=9 --datadir=/var/log/template --user=mysql \
		--skip-networking --socket=/run/mysqld/template.sock &
	until mariadb-admin --socket=/run/mysqld/template.sock ping 2>/dev/null; do
		sleep 0.05
	done
	mariadb --no-defaults --socket=/run/mysqld/template.sock <<-END
		CREATE DATABASE app;
		CREATE TABLE app.t (id BIGINT PRIMARY KEY, node INT) ENGINE=InnoDB;
		CREATE USER app@'%' IDENTIFIED BY 'app';
		GRANT ALL ON app.* TO app@'%';
		CREATE USER repl@'%' IDENTIFIED BY '$2';
		GRANT ALL ON *.* TO repl@'%';
		SET GLOBAL gtid_slave_pos=@@gtid_binlog_pos;
		SHUTDOWN;
	END
	wait
	(umask 077 && echo "$2" >/var/log/repl.secret)
}

# The parameters of an agent's resource, as `parameters`.
mysql_parameters() {
	parameters=(datadir=/var/log/db config=/var/log/db.cnf log=/var/log/db.log pid=/run/mysqld/mysqld.pid
		socket=/run/mysqld/mysqld.sock replication_user=repl binary=/usr/sbin/mariadbd)
	case $agent in
	*quorate*)
		parameters+=("node_list=n1=192.0.2.1 n2=192.0.2.2 n3=192.0.2.3"
			replication_passwd_file=/var/log/repl.secret)
		;;
	*mariadb) parameters+=("replication_passwd=$mysql_password" "node_list=n1 n2 n3" test_user=root) ;;
	*) parameters+=("replication_passwd=$mysql_password" test_user=root) ;;
	esac
}

mysql_begin() {
	local node parameters
	mysql_parameters
	for node in n1 n2 n3; do
		on "$node" bash -c 'cp -a /var/log/template /var/log/db
			install -o mysql -g mysql /dev/null /var/log/db.log'
	done
	on n1 pcs resource create db "$agent" "${parameters[@]}" \
		op start timeout=60s stop timeout=60s promote timeout=60s demote timeout=60s \
		notify timeout=30s monitor interval=2s timeout=20s \
		monitor interval=1s timeout=20s role=Promoted promotable promoted-max=1 notify=true \
		>>"$WORK/complaints" || return
	until_true 90 mysql_ready
}

# One is promoted and accepts writes, and two follow it. `writer` and `replica` are nodes.
mysql_ready() {
	local node followers=0
	writer=$(on n1 crm_mon -1 | sed -n 's/.*\* Promoted: \[ \(n[123]\) \]$/\1/p')
	[[ -n $writer ]] || return
	for node in n1 n2 n3; do
		[[ $node != "$writer" ]] || continue
		[[ $(sql "$node" 'SHOW ALL SLAVES STATUS') != *$'\tYes\tYes\t'* ]] ||
			followers=$((followers + 1)) replica=$node
	done
	[[ $followers == 2 && $(sql "$writer" 'SELECT @@read_only') == 0 ]]
}

mysql_end() {
	on n1 pcs resource delete --force db >>"$WORK/complaints" || :
	until_true 60 mysql_is_gone || :
	for node in n1 n2 n3; do
		# shellcheck disable=SC2016 # expands on the node
		on "$node" bash -c 'pkill -KILL -x mariadbd; rm -rf /var/log/db /var/log/db.log
			for name in gtid waiting-for-first-master; do
				attrd_updater -p -D -n "db-$name"
			done' >>"$WORK/complaints" || :
	done
	on n1 bash -c 'crm_attribute --type crm_config --name db-quorate-ledger --delete
		crm_attribute --type crm_config --name db_REPL_INFO --delete' >>"$WORK/complaints" || :
}

mysql_is_gone() {
	! on n1 crm_mon -1 | grep -q 'db.*Promoted\|Started: \['
}

sql() {
	on "$1" mariadb --no-defaults --socket=/run/mysqld/mysqld.sock -BN -e "$2"
}

# act_words NODE ACTION [VARIABLE=VALUE...]: as Pacemaker calls it there.
act_words() {
	local node=$1 action=$2 parameters path=${agent#ocf:}
	mysql_parameters
	words=(PATH=/usr/sbin:/usr/bin:/sbin:/bin OCF_ROOT=/usr/lib/ocf OCF_RA_VERSION_MAJOR=1
		OCF_RA_VERSION_MINOR=1 OCF_RESOURCE_INSTANCE=db OCF_RESOURCE_TYPE="${agent##*:}"
		OCF_RESOURCE_PROVIDER="${path%:*}" HA_LOGFACILITY=none OCF_RESKEY_crm_feature_set=3.16.1
		OCF_RESKEY_CRM_meta_timeout=60000 OCF_RESKEY_CRM_meta_on_node="$node"
		OCF_RESKEY_CRM_meta_notify=true OCF_RESKEY_CRM_meta_clone_max=3
		OCF_RESKEY_CRM_meta_promoted_max=1 OCF_RESKEY_CRM_meta_master_max=1
		OCF_RESKEY_CRM_meta_interval="${interval:-0}" "${@:3}" "${parameters[@]/#/OCF_RESKEY_}"
		"/usr/lib/ocf/resource.d/${path/:/\/}" "$action")
}

measure_mysql_monitor() {
	local interval=2000
	mysql_rest
	monitor_of "$writer" writer && monitor_of "$replica" replica
}

# Counts once, then what it costs, of the whole tree of processes. What has changed since the last monitor
# is told before.
monitor_of() {
	local node=$1 key=$2 round i=0 words
	act_words "$node" monitor
	while [[ ${words[i]} == *=* ]]; do
		i=$((i + 1))
	done
	on "$node" env -i "${words[@]}" >/dev/null 2>&1 </dev/null || :
	on "$node" env -i "${words[@]:0:i}" strace -f -qq -c -o /var/log/counts "${words[@]:i}" \
		>/dev/null </dev/null || :
	on "$node" cat /var/log/counts >"$WORK/counts"
	count_calls '' x | sed 's/ x / /' | sample "$key"
	for ((round = 0; round < rounds * 2; round++)); do
		printf 'x'
		printf '\t%s' "${words[@]}"
		printf '\n'
	done >"$WORK/lines"
	on "$node" "$BUILD/tests/bench/toll" <"$WORK/lines" | awk '
		$5 != 0 && $5 != 8 { print "bench: monitor exited with " $5 > "/dev/stderr"; exit 1 }
		{ print ".cpu", $2; print ".wall", $3 }' | sample "$key"
}

mysql_rest() {
	lab wait idle 60 >>"$WORK/complaints" 2>&1 || :
}

# Tries for ever to write at one node; each commit that it was told of is a line "ID SECONDS".
write_at() {
	local next=$((${1#n} * 1000000000))
	while :; do
		seq "$next" $((next + 99999)) |
			sed 's/.*/INSERT INTO t VALUES (&, 1); SELECT &, UNIX_TIMESTAMP(SYSDATE(6));/' |
			timeout 20 mariadb --no-defaults --protocol=tcp --host="192.0.2.${1#n}" \
				--connect-timeout=1 -uapp -papp -BN -n app >>"$2" 2>/dev/null
		next=$((next + 100000))
		sleep 0.01
	done
}

start_writers() {
	local node
	writers=()
	for node in n1 n2 n3; do
		: >"$WORK/acked.$node"
		lab client -- bash -c "$(declare -f write_at); write_at $node $WORK/acked.$node" \
			>/dev/null 2>&1 </dev/null &
		writers+=("$!")
	done
}

stop_writers() {
	local pid
	for pid in "${writers[@]}"; do
		pkill -KILL -P "$pid" || :
		kill -KILL "$pid" || :
		wait "$pid" || :
	done 2>/dev/null
}

# accepted SINCE: REPLY is the first write after that moment (microseconds), or it fails.
accepted() {
	REPLY=$(awk -v since="$1" '
		NF == 2 { at = $2 * 1e6; if (at > since && (!first || at < first)) first = at }
		END { if (!first) exit 1; printf "%d", first }' "$WORK"/acked.*)
}

server_is_gone() {
	! on "$1" pgrep -x mariadbd >/dev/null
}

kill_server() {
	on "$1" pkill -KILL -x mariadbd
	until_true 10 server_is_gone "$1"
	since=${EPOCHREALTIME/./}
}

# A cluster that does not come back by itself gets a person's cleanup; the time is that of the client.
measure_mysql_kill() {
	local round since some
	at_least 1 $((lab_rounds / 2))
	some=$REPLY
	for ((round = 0; round < some; round++)); do
		start_writers
		until_true 20 accepted 0 || break
		kill_server "$writer"
		if until_true 60 accepted "$since"; then
			sample kill "$((REPLY - since))"
		fi
		stop_writers
		if ! until_true 30 mysql_ready; then
			echo "bench: after $((round + 1)) of $some the nodes did not come together" >&2
			on n1 crm_resource --cleanup >>"$WORK/complaints" || :
			until_true 30 mysql_ready || break
		fi
	done
}

# How long Pacemaker waited for the last promote on that node, in ms.
promote_took() {
	REPLY=$(on "$1" cibadmin --query --xpath \
		"//node_state[@uname='$1']//lrm_rsc_op[@operation='promote']" |
		sed -n 's/.* call-id="\([0-9]*\)".* exec-time="\([0-9]*\)".*/\1 \2/p' | sort -n | tail -n 1)
	REPLY=${REPLY#* }
	[[ -n $REPLY ]]
}

# phases_took NODE: REPLY is the sum of the promote's phases in ms, by quorate-mysql.
phases_took() {
	REPLY=$(on "$1" "$BUILD/libexec/quorate-mysql" status --json | python3 -c '
import json, sys
print(sum(json.load(sys.stdin)["last_failover"]["milliseconds"].values()))')
}

moved_from() {
	mysql_ready && [[ $writer != "$1" ]]
}

# Nothing fails, and there is nothing to apply.
measure_mysql_moves() {
	local round some last
	until_true 30 mysql_ready || return 0
	at_least 1 $((lab_rounds / 2))
	some=$REPLY
	for ((round = 0; round < some; round++)); do
		last=$writer
		mysql_rest
		on n1 crm_resource --resource db-clone --ban --promoted --node "$last" --lifetime PT4S \
			>>"$WORK/complaints" || :
		sleep 3 # whoever looks meanwhile takes a third of the processors from what is measured
		until_true 40 moved_from "$last" || break
		promote_took "$writer" && sample idle "$((REPLY * 1000))"
		[[ $agent != *:quorate:* ]] || ! phases_took "$writer" || sample inside "$((REPLY * 1000))"
	done
}

# 10000 commits are received by the replicas, and not applied; then the writer's server dies, and a
# replica is promoted, of which no notification has told it.
measure_mysql_promote() {
	local node part words since parts=()
	mysql_ready || { mysql_end && mysql_begin; } || return
	mysql_rest
	on n1 pcs property set maintenance-mode=true >>"$WORK/complaints"
	for node in n1 n2 n3; do
		[[ $node == "$writer" ]] || sql "$node" 'STOP SLAVE SQL_THREAD'
	done
	for part in 0 2500 5000 7500; do
		seq $((part + 1)) $((part + 2500)) | sed 's/.*/INSERT INTO t VALUES (&, 1); SELECT &;/' |
			lab client -- mariadb --no-defaults --protocol=tcp --host="192.0.2.${writer#n}" \
				-uapp -papp -BN -n app >"$WORK/acked.$part" &
		parts+=("$!")
	done
	wait "${parts[@]}"
	sort "$WORK"/acked.?*00 "$WORK/acked.0" >"$WORK/acked"
	kill_server "$writer"
	act_words "$replica" promote
	printf 'x\t%s\n' "$(IFS=$'\t' && echo "${words[*]}")" >"$WORK/lines"
	on "$replica" "$BUILD/tests/bench/toll" <"$WORK/lines" >"$WORK/took"
	sql "$replica" 'SELECT id FROM app.t WHERE id <= 10000' | sort >"$WORK/there"
	sample lost "$(comm -23 "$WORK/acked" "$WORK/there" | wc -l)"
	sample drain "$(awk '{ print $3 }' "$WORK/took")"
	on n1 pcs property set maintenance-mode=false >>"$WORK/complaints"
}
