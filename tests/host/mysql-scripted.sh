# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# The scene of mysql-scene.sh with scripted servers (tests/host/scripted/mysqld) in place of real
# ones. Source it behind that, and before mysql_scene:
#
#	scripted VERSION [new|old|none]   servers of that MySQL from here on, with semi-synchronous
#	                                  plugins that have words of now, of old, or without any
#	script N JSON                     a word to the server of node N, as the file mysqld has them
#	statements N                      verdicts and statements that it was sent
#	fresh N...                        new empty nodes, after the servers were stopped

scene_template() {
	mkdir -p "$WORK/template/mysql"
	: >"$WORK/template/ibdata1"
	chown -R mysql:mysql "$WORK/template"
}

scene_options() {
	printf '%s\n' '[mysqld]' "server-id=$1" "port=3310$1" log-bin=binlog relay-log=relay \
		gtid-mode=ON enforce-gtid-consistency=ON log-replica-updates=1
	case $SCENE_PLUGINS in
	new) printf 'plugin-load-add=%s\n' 'semisync_source.so;semisync_replica.so' ;;
	old) printf 'plugin-load-add=%s\n' 'semisync_master.so;semisync_slave.so' ;;
	esac
}

scripted() {
	SCENE_PLUGINS=${2:-new}
	mkdir -p "$WORK/mysql-$1"
	ln -sfn "$TOP/tests/host/scripted/mysqld" "$WORK/mysql-$1/mysqld"
	SCENE_PARAMETERS=(OCF_RESKEY_binary="$WORK/mysql-$1/mysqld")
}

script() {
	/usr/bin/python3 -c '
import socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect(sys.argv[1])
    server.sendall(sys.argv[2].encode() + b"\n")
    server.makefile().readline()' "$WORK/db$1/control" "$2"
}

statements() {
	cat "$WORK/db$1/statements"
}

fresh() {
	local n
	for n in "$@"; do
		rm -r "${WORK:?}/db$n" "$WORK/run$n" "$WORK/rundir$n"
	done
	rm -f "$WORK/cib"/* "$WORK"/acked.*
	node_make "$@"
}
