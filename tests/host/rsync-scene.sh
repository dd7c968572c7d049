# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# The parts of the rsync agent with a real rsync on both ends, in namespaces of the test's own, trees
# on tmpfs. Source it after tests/check.sh.
#
#	scene_enter "$@"      first command of a test: it goes on in namespaces of its own
#	scene_trees N         fresh trees src and dst in $work, src with N files in d/
#	serve [NAME=VALUE...] starts the module of src; its process is $server
#	full, allowed, conflicts, batch [NAME=VALUE...]
#	                      a pass into dst; its result is $said, its exit status $rc
#	word NAME             a word of the result ("deleted")
#	same                  whether both trees are the same but for what is ours

PASS=$BUILD/tests/host/rsync-pass

scene_enter() {
	check_inside "$@"
	work=$(mktemp -d)
	trap scene_end EXIT
	mount -t tmpfs tmpfs "$work"
	(umask 077 && echo 'quorate:secret of the scene' >"$work/secret")
	export BASE=$work/base
	settings=(port=1873 "secrets_file=$work/secret")
	unset HA_LOGFACILITY HA_logfacility HA_LOGFILE HA_logfile HA_debug HA_DEBUGLOG
	export HA_LOGFILE=$work/log
	server=
}

scene_end() {
	[[ -z $server ]] || kill "$server" 2>/dev/null
	wait
	umount -l "$work"
	rmdir "$work"
}

unserve() {
	[[ -n $server ]] || return 0
	kill "$server" 2>/dev/null
	wait "$server"
	server=
}

scene_trees() {
	local i
	unserve
	rm -rf "$work/src" "$work/dst" "$work/dst.snapshots"
	mkdir -p "$work/src/d" "$work/dst"
	for ((i = 0; i < $1; i++)); do
		echo "$i" >"$work/src/d/$i"
	done
}

serve() {
	local tries
	unserve
	: >"$work/served"
	"$PASS" serve directory="$work/src" "${settings[@]}" "$@" >"$work/served" 2>&1 &
	server=$!
	for ((tries = 0; tries < 500; tries++)); do
		grep -qs ready "$work/served" && return
		sleep 0.02
	done
	cat "$work/served"
	return 1
}

run_pass() {
	rc=0
	said=$("$PASS" "$1" directory="$work/dst" "${settings[@]}" "${@:2}" 2>"$work/err") || rc=$?
	cat "$work/err"
}

full() { run_pass full "$@"; }
allowed() { run_pass allowed "$@"; }
conflicts() { run_pass conflicts "$@"; }
batch() { run_pass batch "$@"; }

word() {
	sed -n "s/^\(.* \)\?$1=\([0-9]*\).*/\2/p" <<<"$said"
}

# The names, kinds, modes, owners, times (to the nanosecond) and contents of a tree.
picture() {
	(
		cd "$1" || exit 1
		find . -path ./.quorate -prune -o \( -type d -printf '%p %y %m %U %G %l\n' -o \
			-printf '%p %y %m %U %G %l %T@\n' \) | sort
		find . -path ./.quorate -prune -o -type f -exec sha256sum {} + | sort
	)
}

same() {
	diff -U 0 <(picture "$work/src") <(picture "$work/dst/")
}
