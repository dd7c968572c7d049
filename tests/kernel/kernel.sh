# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# A test on a kernel that has IPVS. A test script says at its top what it needs besides itself:
#
#	. "$(dirname "$0")/../check.sh"
#	. "$(dirname "$0")/kernel.sh"
#	kernel_needs tests/kernel/vs.sh "$BUILD/agents/ipvs" /usr/sbin/keepalived
#	kernel_enter "$0"
#
# What follows runs as root in namespaces of its own (network, mounts, processes; /run is empty) where this
# kernel has IPVS, and else in the virtual machine of tests/kernel/image, where time is virtual.
# Nothing of the files needs to be there but those named, with the libraries that they link; TOP and
# BUILD are the same in both places. KERNEL=machine takes the machine in any case.

kernel_files=()

kernel_needs() {
	kernel_files+=("$@")
}

# In the laboratory this returns; elsewhere it runs the test there and ends with its status.
kernel_enter() {
	local test
	[[ -z ${KERNEL_LAB:-} ]] || return 0
	test=$(cd "$(dirname "$1")" && pwd)/${1##*/}
	rm -f "$check_output"
	if [[ $(id -u) != 0 ]]; then
		skip "${test##*/}" 'needs root'
		check_done
	fi
	if [[ ${KERNEL:-} != machine ]] && kernel_has_ipvs; then
		# shellcheck disable=SC2016
		KERNEL_LAB=host exec unshare --net --mount --pid --fork --mount-proc bash -c '
			mount -t tmpfs run /run && mkdir -p /run/netns /run/lock && ip link set lo up && exec bash "$0"' \
			"$test"
	fi
	kernel_in_machine "$test"
	exit
}

kernel_has_ipvs() {
	[[ -e /proc/net/ip_vs ]] || { modprobe ip_vs 2>/dev/null && [[ -e /proc/net/ip_vs ]]; }
}

# One file and its libraries into the tree, at the places where they are.
kernel_pack() {
	local file=$2 library
	[[ $file == /* ]] || file=$TOP/$file
	[[ -e $file ]] || { echo "not ok kernel_needs: there is no $file"; return 1; }
	if [[ -d $file ]]; then
		mkdir -p "$1$file"
		cp -RL "$file/." "$1$file/"
		return
	fi
	install -D "$file" "$1$file"
	while read -r library; do
		[[ -e $1$library ]] || install -D "$library" "$1$library"
	done < <(ldd "$file" 2>/dev/null | grep -o '/[^ ]*')
}

kernel_in_machine() {
	local machine work status file
	if ! machine=$("$TOP/tests/kernel/image"); then
		skip "${1##*/}" 'this kernel has no IPVS, and the machine that has cannot be made here'
		check_done
	fi
	work=$(mktemp -d)
	# shellcheck disable=SC2064
	trap "rm -rf '$work'" EXIT
	for file in "$1" tests/check.sh tests/kernel/kernel.sh "${kernel_files[@]}"; do
		kernel_pack "$work/tree" "$file" || return
	done
	mkdir -p "$work/tree/lab"
	printf 'export KERNEL_LAB=machine BUILD=%q TMPDIR=/tmp\ncd %q\nbash %q\n' "$BUILD" "$TOP" "$1" \
		>"$work/tree/lab/run"
	tar -C "$work/tree" --owner=0 --group=0 -cf "$work/disk" .
	rm -rf "$work/tree"
	(($(stat -c %s "$work/disk") <= $(numfmt --from=iec "$(cat "$machine/disk-size")"))) ||
		{ echo 'not ok kernel_needs: that is more than the disk of the machine holds'; return 1; }
	truncate -s "$(cat "$machine/disk-size")" "$work/disk"
	: >"$work/log"
	timeout --foreground "${KERNEL_TIMEOUT:-250}" "$machine/qemu" "$work/disk" "$work/log" -monitor none \
		-incoming "exec:cat $machine/vm.state" >"$work/qemu" 2>&1 </dev/null
	status=$(sed -n 's/^LAB-RC \([0-9]*\).*/\1/p' "$work/log" | tail -n 1)
	tr -d '\r' <"$work/log" | grep -avE '^LAB-|\] reboot: Power down'
	[[ -n $status ]] || { echo "not ok ${1##*/}: the machine ended without a word"; cat "$work/qemu"; }
	return "${status:-1}"
}
