# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# The conformance tests (tests/conformance) on a kernel that has IPVS.
#
#	conformance_needs		what they take along
#	conformance_prepare		once, within
#	conformance TEST PART...	runs parts of a test: its lines are ours, but for the last, which is counted

conformance_needs() {
	kernel_needs tests/kernel/conformance.sh tests/conformance ocf-metadata "$BUILD/agents/ipvs" "$BUILD/libexec/quorate-ipvsd" \
		/usr/bin/unshare /usr/bin/mount /usr/bin/umount /usr/bin/find /usr/bin/ps /usr/bin/strace \
		/usr/bin/script /usr/bin/xmllint /usr/bin/diff /usr/bin/grep /usr/bin/sed /usr/bin/timeout \
		/usr/bin/env /usr/bin/ls /usr/sbin/sysctl /usr/bin/tee /usr/bin/sort /usr/bin/head /usr/bin/tail \
		/usr/sbin/ocf-tester /usr/lib/ocf /usr/bin/id /usr/sbin/crm_resource /usr/sbin/cibadmin /usr/sbin/crm_verify \
		/usr/share/resource-agents /usr/share/pacemaker /usr/bin/rm /usr/bin/iconv /usr/bin/install /usr/bin/stat /usr/bin/printenv \
		/usr/bin/flock
}

conformance_prepare() {
	mkdir -p /var/log /var/lib /usr/libexec
	[[ -e /dev/fd ]] || ln -s /proc/self/fd /dev/fd
	mount -t tmpfs tmpfs /usr/libexec
	install -D -t /usr/libexec/quorate "$BUILD/libexec/quorate-ipvsd"
}

conformance() {
	local log=/run/conformance-$1 line
	"$TOP/tests/conformance/$1" "${@:2}" >"$log" 2>&1
	line=$(tail -n 1 "$log")
	grep -vE '^[0-9]+ passed, ' "$log"
	if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
		check_passed=$((check_passed + BASH_REMATCH[1]))
		check_failed=$((check_failed + BASH_REMATCH[2]))
		check_skipped=$((check_skipped + BASH_REMATCH[3]))
	else
		check_not_ok "$1: came to its end"
	fi
}
