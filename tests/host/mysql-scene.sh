# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# Real MariaDB servers of two or three nodes on one loopback interface, in mount, network and process
# namespaces of the test's own, which end with it, data in memory; with stand-ins for the cluster's tools: the CIB's options and the node
# attributes are files, and crm_node says what the file `quorate` says. Pacemaker's part, the order of
# actions and notifications, is the test's.
#
#	mysql_scene "$@"             first command of a test, after sourcing check.sh
#	node_make N...               nodes db1, db2 ... with empty databases
#	agent N ACTION [K=V...]      runs the agent there, behind the command wrap=() if any; its output
#	                             is left in the file said
#	notify N TYPE OPERATION [K=V...]
#	up N... / cluster N...       starts them; promotes the first, the others follow
#	sql N STATEMENT              as the database's root
#	app N STATEMENT              as a client over TCP, which read_only stops
#	server N                     the server's process id, by the data directory's lock
#	ledger                       the ledger in the CIB
#	load_begin N / load_end      four writers at node N; acknowledged numbers in the file acked
#	missing N                    how many acknowledged rows that node lacks

mysql_scene() {
	command -v mariadbd >/dev/null || {
		skip "${0##*/}" "needs mariadbd"
		check_done
	}
	check_inside "$@"
	wrap=()
	SCENE_PARAMETERS=()
	set -m
	mount --make-rprivate /
	mount -t tmpfs -o mode=755 tmpfs /run
	WORK=/run/scene
	mkdir "$WORK"
	unset TMPDIR # the servers would write there, as another user
	scene_tools
	scene_template
}

# The cluster's tools, as files.
scene_tools() {
	local tool
	mkdir -p "$WORK/bin" "$WORK/cib" "$WORK/attributes"
	echo 1 >"$WORK/quorate"
	cat >"$WORK/bin/crm_attribute" <<-END
		#!/bin/bash
		while ((\$#)); do
			case \$1 in --name) name=\$2; shift ;; -v) value=\$2 ;; -G) query=1 ;; esac
			shift
		done
		if [[ \${query:-} ]]; then
			[[ -f $WORK/cib/\$name ]] || exit 105
			cat "$WORK/cib/\$name"
		else
			echo "\$value" >"$WORK/cib/\$name"
			echo "\$value" >>"$WORK/ledgers"
		fi
	END
	cat >"$WORK/bin/cibadmin" <<-END
		#!/bin/bash
		read -r -d '' xml
		name=\${xml#*name=\\"} value=\${xml#*value=\\"}
		name=\${name%%\\"*} value=\${value%%\\"*}
		[[ \$xml ]] || exit 78
		[[ -f $WORK/cib/\$name ]] || exit 105
		echo "\$value" >>"$WORK/pens"
		echo "\$value" >"$WORK/cib/\$name"
		echo "\$value" >>"$WORK/ledgers"
	END
	cat >"$WORK/bin/crm_node" <<-END
		#!/bin/bash
		cat "$WORK/quorate"
	END
	cat >"$WORK/bin/attrd_updater" <<-END
		#!/bin/bash
		echo "\$*" >>"$WORK/attributes/\${OCF_RESKEY_CRM_meta_on_node:-none}"
	END
	chmod 755 "$WORK"/bin/*
	for tool in crm_attribute cibadmin crm_node attrd_updater; do
		mount --bind "$WORK/bin/$tool" "/usr/sbin/$tool"
	done
}

scene_options() {
	cat <<-END
		[mysqld]
		server-id=$1
		port=3310$1
		bind-address=127.0.0.1
		skip-name-resolve
		log-bin=binlog
		relay-log=relay
		binlog-format=ROW
		log-slave-updates
		sync-binlog=1
		innodb-flush-log-at-trx-commit=1
		innodb-buffer-pool-size=32M
		innodb-log-file-size=16M
		key-buffer-size=1M
		aria-pagecache-buffer-size=1M
		max-connections=60
		performance-schema=0
		slave-net-timeout=4
		$SCENE_OPTIONS
	END
}

# One empty database with the users, of which each node gets a copy.
scene_template() {
	local t=$WORK/template
	mkdir "$t"
	chown mysql:mysql "$t"
	mariadb-install-db --no-defaults --user=mysql --datadir="$t" --skip-test-db \
		--auth-root-authentication-method=socket >"$WORK/install.log" 2>&1 || cat "$WORK/install.log"
	mariadbd --no-defaults --datadir="$t" --user=mysql --bootstrap >"$WORK/bootstrap.log" 2>&1 <<-END
		use mysql;
		flush privileges;
		CREATE DATABASE app;
		CREATE TABLE app.t (id BIGINT PRIMARY KEY, node INT) ENGINE=InnoDB;
		CREATE USER app@'%' IDENTIFIED BY 'app';
		GRANT ALL ON app.* TO app@'%';
		CREATE USER repl@'%' IDENTIFIED BY 'secret-of-replication';
		GRANT REPLICATION SLAVE, SLAVE MONITOR ON *.* TO repl@'%';
	END
}

node_make() {
	local n
	(umask 077 && echo secret-of-replication >"$WORK/secret")
	for n in "$@"; do
		cp -a "$WORK/template" "$WORK/db$n"
		scene_options "$n" >"$WORK/db$n.cnf"
		mkdir -p "$WORK/run$n" "$WORK/rundir$n"
		chown mysql:mysql "$WORK/run$n"
	done
	SCENE_NODES="$*"
}

node_list() {
	local n
	for n in $SCENE_NODES; do
		printf 'db%s=127.0.0.1:%s ' "$n" "$(port "$n")"
	done
}

# The port under which the others reach it: a proxy's, where a test has put one in between.
port() {
	cat "$WORK/port$1" 2>/dev/null || echo "3310$1"
}

agent_environment() {
	local n=$1
	environment=(
		PATH="$PATH" OCF_ROOT=/usr/lib/ocf OCF_RESOURCE_INSTANCE=db QUORATE_RUNDIR="$WORK/rundir$n"
		OCF_RESKEY_CRM_meta_on_node="db$n" OCF_RESKEY_CRM_meta_promoted_max="${PROMOTED_MAX:-1}"
		OCF_RESKEY_CRM_meta_timeout="${TIMEOUT_MS:-20000}" OCF_RESKEY_CRM_meta_notify=true
		OCF_RESKEY_datadir="$WORK/db$n" OCF_RESKEY_config="$WORK/db$n.cnf"
		OCF_RESKEY_socket="$WORK/run$n/sock" OCF_RESKEY_pid="$WORK/run$n/pid"
		OCF_RESKEY_log="$WORK/run$n/log" OCF_RESKEY_node_list="$(node_list)"
		OCF_RESKEY_replication_user=repl OCF_RESKEY_replication_passwd_file="$WORK/secret"
		HA_LOGFILE="$WORK/log$n" "${SCENE_PARAMETERS[@]}"
	)
}

agent() {
	local n=$1 action=$2 environment status=0 given
	shift 2
	agent_environment "$n"
	given=("${@/#/OCF_RESKEY_}")
	env -i "${environment[@]}" "${given[@]/#OCF_RESKEY_OCF_/OCF_}" "${wrap[@]}" "$BUILD/agents/mysql" "$action" \
		>"$WORK/said" 2>&1 || status=$?
	[[ $status == [078] ]] || echo "db$n $action: $status $(<"$WORK/said")"
	return "$status"
}

notify() {
	local n=$1 type=$2 operation=$3
	shift 3
	agent "$n" notify CRM_meta_notify_type="$type" CRM_meta_notify_operation="$operation" \
		"${@/#/CRM_meta_notify_}"
}

up() {
	local n
	for n in "$@"; do
		agent "$n" start || return 1
	done
}

# What Pacemaker does to make the node the writer, with nobody to demote.
elect() {
	local writer=$1 n
	shift
	for n in "$writer" "$@"; do
		notify "$n" pre promote promote_uname="db$writer"
	done
	agent "$writer" promote || return 1
	for n in "$@" "$writer"; do
		notify "$n" post promote promote_uname="db$writer"
	done
}

cluster() {
	up "$@" && elect "$@"
}

sql() {
	mariadb --no-defaults --socket="$WORK/run$1/sock" -uroot -BN -e "$2" 2>&1
}

app() {
	mariadb --no-defaults --protocol=tcp --host=127.0.0.1 --port="3310$1" -uapp -papp -BN app -e "$2" 2>&1
}

# Others have the file open for a moment, too: watchers and agents, to see who holds the lock.
server() {
	local pid name
	for pid in $(fuser "$WORK/db$1/ibdata1" 2>/dev/null); do
		{ read -r name <"/proc/$pid/comm"; } 2>/dev/null || continue
		[[ $name == quorate-mysql || $name == mysql ]] || echo "$pid"
	done
}

ledger() {
	cat "$WORK/cib/db-quorate-ledger"
}

# Numbers are written one a commit; what the server has answered is in the file acked.
load_one() {
	local n=$1 from=$2
	exec 2>/dev/null
	seq "$from" 100 $((from + 9999000)) | while read -r id; do
		echo "INSERT INTO t VALUES ($id, $n); SELECT $id;"
	done | mariadb --no-defaults --protocol=tcp --host=127.0.0.1 --port="3310$n" -uapp -papp -BN -n \
		app >>"$WORK/acked.$n.$from"
}

load_begin() {
	local i
	loaders=()
	SCENE_ROUND=$((${SCENE_ROUND:-0} + 1))
	for i in 1 2 3 4; do
		load_one "$1" "$((SCENE_ROUND * 10000000 + i))" &
		loaders+=("$!")
	done
}

load_end() {
	local pid
	for pid in "${loaders[@]}"; do
		kill -KILL -- "-$pid"
		wait "$pid"
	done 2>/dev/null
	loaders=()
}

acked() {
	cat "$WORK"/acked.* 2>/dev/null | sort -n | uniq
}

missing() {
	sql "$1" 'SELECT id FROM app.t' | sort -n >"$WORK/there"
	acked | sort >"$WORK/told"
	sort "$WORK/there" | comm -23 "$WORK/told" - | wc -l
}

# Waits until CMD succeeds, 20 s at the most.
eventually() {
	local tries
	for ((tries = 0; tries < 400; tries++)); do
		"$@" >/dev/null 2>&1 && return
		sleep 0.05
	done
	return 1
}
