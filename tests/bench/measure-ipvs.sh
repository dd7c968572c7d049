# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# The measurements of ipvs, against keepalived and ldirectord: all of them in the machine of the kernel
# laboratory, by machine-ipvs. Its time is virtual, so that nothing here depends on this machine.

name_ipvs() {
	echo ipvs
}

floor_ipvs() {
	:
}

packages_ipvs() {
	echo keepalived ldirectord qemu-system-x86
}

need_ipvs() {
	echo "$BUILD"/{agents/ipvs,libexec/quorate-ipvsd} "$BUILD"/tests/kernel/{crowd,ipvs-call,spent} \
		/usr/sbin/{keepalived,ldirectord} /usr/bin/qemu-system-x86_64
}

# Not inside of namespaces: the machine's kernel may have to be downloaded.
inside_ipvs() {
	:
}

outside_ipvs() {
	local which
	WORK=$(mktemp -d)
	trap 'rm -rf "$WORK"' EXIT
	for which in deaths crowds checks changes; do
		measure "in the kernel laboratory: $which" "measure_ipvs_$which"
	done
	rm -rf "$WORK"
	trap - EXIT
}

# Half as many deaths as rounds: five of them are spread over the interval of the checks.
measure_ipvs_deaths() {
	machine_ipvs deaths $(((rounds + 1) / 2))
}
measure_ipvs_crowds() {
	machine_ipvs crowds $(((rounds + 1) / 2))
}
measure_ipvs_checks() {
	machine_ipvs checks 1
}
measure_ipvs_changes() {
	machine_ipvs changes 1
}

# machine_ipvs PART TRIALS: a part of machine-ipvs as samples.
machine_ipvs() {
	local log=$BUILD/bench.ipvs.$1.log
	echo "$1 $2" >"$BUILD/bench.ipvs.part"
	if ! KERNEL=machine KERNEL_TIMEOUT=1200 "$bench_lib/machine-ipvs" >"$log" 2>&1 || grep -q '^not ok' "$log"; then
		grep '^not ok' "$log" >>"$WORK/complaints"
		return 1
	fi
	sed -n 's/^sample //p' "$log"
}
