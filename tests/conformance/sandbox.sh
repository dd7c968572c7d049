# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# A place where an agent may do what it likes: mount, network, process and host name namespaces of
# its own. The provider directory holds the built agents as if they were installed, next to the
# agents of the host; /run and /var/log are empty. Nothing of it reaches the host, and all of it ends
# with the test.
#
#	sandbox_enter "$@"     first command of a test, after sourcing check.sh: what follows runs
#	                       once for each built agent, whose name is in SANDBOX, and with
#	                       `every_scene=yes` before it (and no ONE_SCENE in the environment) once
#	                       for each of the agent's scenes, one of which is in SCENE
#	sandbox_agents         the names of the built agents
#	is_first_scene         whether this is the one that stands for all
#
# OCF is the provider directory, HOME and WORK are directories of the test's own.

OCF_D=/usr/lib/ocf/resource.d
OCF=$OCF_D/quorate

sandbox_agents() {
	local file
	for file in "$BUILD"/agents/*; do
		[[ -f $file && -x $file ]] && printf '%s\n' "${file##*/}"
	done
}

# The scenes that an agent's table names, the first of which stands for all where one is enough.
sandbox_scenes() {
	local scenes=() table=$TOP/tests/conformance/$1.conf
	[[ ! -e $table ]] || read -r -a scenes < <(sed -n 's/^scenes=(\(.*\))$/\1/p' "$table")
	[[ -n ${every_scene:-} && -z ${ONE_SCENE:-} ]] || scenes=("${scenes[@]:0:1}")
	printf '%s\n' "${scenes[@]:-plain}"
}

is_first_scene() {
	[[ ${SCENE:-} == $(every_scene='' sandbox_scenes "$SANDBOX") ]]
}

sandbox_tmpfs() {
	mount -t tmpfs -o mode=755 tmpfs "$1"
}

# The host's providers stay visible: what stands under the tmpfs is bound into it.
sandbox_providers() {
	local held=$WORK/resource.d provider agent
	mkdir "$held"
	mount --bind "$OCF_D" "$held"
	sandbox_tmpfs "$OCF_D"
	for provider in "$held"/*/; do
		provider=${provider%/}
		mkdir -p "$OCF_D/${provider##*/}"
		mount --bind "$provider" "$OCF_D/${provider##*/}"
	done
	umount "$held"
	[[ ! -d $OCF ]] || umount "$OCF"
	mkdir -p "$OCF"
	for agent in $(sandbox_agents); do
		install -m 755 "$BUILD/agents/$agent" "$OCF/$agent"
	done
}

# What is installed and what is kept for long stay visible, and what is written there ends with the
# sandbox. The daemons are where they would be installed.
sandbox_overlay() {
	[[ ${KERNEL_LAB:-} != machine ]] || return 0 # which nothing outlives
	mkdir -p "$WORK/over$1/up" "$WORK/over$1/work"
	mount -t overlay -o "lowerdir=$1,upperdir=$WORK/over$1/up,workdir=$WORK/over$1/work" overlay "$1"
}

sandbox_libexec() {
	local daemon
	sandbox_overlay /var/lib
	sandbox_overlay /usr/libexec
	mkdir -p /usr/libexec/quorate
	for daemon in "$BUILD"/libexec/*; do
		[[ ! -x $daemon ]] || install -m 755 "$daemon" /usr/libexec/quorate/
	done
}

# Duplicate address detection off: what a scene has put there is the same at the first look and at
# the last.
sandbox_network() {
	mount -t sysfs sysfs /sys
	printf 0 >/proc/sys/net/ipv6/conf/default/accept_dad
	printf 0 >/proc/sys/net/ipv6/conf/default/router_solicitations
	ip link set lo up
}

sandbox_prepare() {
	WORK=$(mktemp -d)
	HOME=$WORK/home
	export HOME
	mkdir "$HOME"
	sandbox_providers
	sandbox_libexec
	sandbox_tmpfs /run
	sandbox_tmpfs /var/log
	mkdir /var/log/crmsh /var/log/pacemaker
	sandbox_network
	cd "$WORK" || exit 1
	trap 'cd / && rm -rf --one-file-system "$WORK"' EXIT
}

# Adds up what the test has found in the sandbox of one agent.
sandbox_count() {
	local line passed failed skipped
	line=$(tail -n 1 "$1")
	if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
		passed=${BASH_REMATCH[1]} failed=${BASH_REMATCH[2]} skipped=${BASH_REMATCH[3]}
		check_passed=$((check_passed + passed))
		check_failed=$((check_failed + failed))
		check_skipped=$((check_skipped + skipped))
	else
		check_not_ok "$2: the test ended early"
	fi
}

# What a test says, and in which scene, without its sum.
sandbox_tell() {
	local name="$1: "
	[[ $1 != plain && -n ${every_scene:-} && -z ${ONE_SCENE:-} ]] || name=
	sed -u -E -e '/^[0-9]+ passed, [0-9]+ failed, /d' -e "s/^(ok|not ok|skip) /&$name/"
}

# The test again, once for each agent, each time in a sandbox; then its end.
sandbox_each() {
	local agent scene log
	log=$(mktemp)
	for agent in $(sandbox_agents); do
		for scene in $(sandbox_scenes "$agent"); do
			SANDBOX=$agent SCENE=$scene unshare --mount --net --ipc --uts --pid --fork --kill-child \
				--mount-proc "$0" "$@" | tee "$log" | sandbox_tell "$scene"
			sandbox_count "$log" "$agent"
		done
	done
	rm -f "$log"
	[[ $((check_passed + check_failed + check_skipped)) != 0 ]] ||
		check_not_ok "there are agents in $BUILD/agents"
	check_done
}

sandbox_enter() {
	check_root
	[[ -n ${SANDBOX:-} ]] || sandbox_each "$@"
	set -e
	sandbox_prepare
	set +e
}
