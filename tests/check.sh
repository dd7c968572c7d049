# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# What a test script says and how. Source it, make checks, end with check_done:
#
#	. "$(dirname "$0")/../check.sh"
#	check "name" CMD...          ok when CMD exits 0; its output is shown when it does not
#	check_is "name" GOT WANT     ok when the two strings are equal
#	skip "name" "why"            could not be tested here; the continuous integration fails on it
#	check_root                   the end of a test, with a skip, for who is not root
#	check_inside "$@"            first command of a test that goes on in network, mount and process
#	                             namespaces of its own, the loopback interface up
#	check_done                   the closing line; exits 0 when nothing failed
#
# CMD runs in the shell of the test, so it may be a function that sets variables. TOP is the top of
# the tree and BUILD the build directory, both absolute; TMPDIR is the test's own when tests/run
# started it.

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=${BUILD:-build}
[[ $BUILD == /* ]] || BUILD=$TOP/$BUILD
export TOP BUILD

check_passed=0
check_failed=0
check_skipped=0
check_output=$(mktemp)

check_ok() {
	check_passed=$((check_passed + 1))
	printf 'ok %s\n' "$1"
}

check_not_ok() {
	check_failed=$((check_failed + 1))
	printf 'not ok %s\n' "$1"
}

check() {
	local name=$1 status=0
	shift
	"$@" >"$check_output" 2>&1 || status=$?
	if [[ $status == 0 ]]; then
		check_ok "$name"
		return
	fi
	check_not_ok "$name"
	printf '    exit status %s of: %s\n' "$status" "$*"
	sed 's/^/    | /' "$check_output"
}

check_is() {
	if [[ $2 == "$3" ]]; then
		check_ok "$1"
		return
	fi
	check_not_ok "$1"
	printf '    got:  %s\n    want: %s\n' "${2//$'\n'/$'\n'          }" "${3//$'\n'/$'\n'          }"
}

skip() {
	check_skipped=$((check_skipped + 1))
	printf 'skip %s: %s\n' "$1" "$2"
}

check_root() {
	[[ $(id -u) != 0 ]] || return 0
	skip "${0##*/}" 'needs root, for namespaces'
	check_done
}

check_inside() {
	check_root
	if [[ ${CHECK_INSIDE:-} != yes ]]; then
		rm -f "$check_output"
		CHECK_INSIDE=yes exec unshare --mount --net --pid --fork --kill-child --mount-proc "$0" "$@"
	fi
	unset CHECK_INSIDE
	ip link set lo up
}

check_done() {
	rm -f "$check_output"
	printf '%s passed, %s failed, %s skipped\n' "$check_passed" "$check_failed" "$check_skipped"
	[[ $check_failed == 0 ]]
	exit
}
