# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# What a lab keeps on disk, under /run/quorate-lab/NAME:
#   settings           shell assignments: count, token, agents, cluster
#   owner              process that wants this lab, or "-" for nobody in particular
#   switch.pid client.pid cloud-host.pid NODE/init.pid
#   cloud.pid cloud    the emulated cloud and its state
#   NODE/log NODE/disk what the node would have on its own disk; both survive a power-off
# Every record of a process is "PID START", START being field 22 of /proc/PID/stat, so that a number
# that the kernel has given to somebody else is never taken for ours.

lab_root=/run/quorate-lab

fail()
{
	printf 'lab: %s\n' "$*" >&2
	exit 1
}

# process_start PID: REPLY is its start time; fails when there is no such process, or only a zombie.
process_start()
{
	local line fields

	{ read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
	# The command name may hold blanks and parentheses: read behind the last one.
	read -r -a fields <<<"${line##*) }"
	[[ ${fields[0]} != [ZX] ]] || return 1
	REPLY=${fields[19]}
}

# record_process FILE PID: a file that is there is complete.
record_process()
{
	process_start "$2" || return 1
	printf '%s %s\n' "$2" "$REPLY" >"$1.new" && mv "$1.new" "$1"
}

# recorded_process FILE: REPLY is the process id if that very process still lives.
recorded_process()
{
	local pid start

	{ read -r pid start <"$1"; } 2>/dev/null || return 1
	[[ $pid =~ ^[0-9]+$ ]] || return 1
	process_start "$pid" && [[ $REPLY == "$start" ]] || return 1
	REPLY=$pid
}

# kill_recorded FILE: SIGKILL, and waits until it is gone; fine if it is gone already.
kill_recorded()
{
	local pid

	recorded_process "$1" || return 0
	pid=$REPLY
	kill -KILL "$pid" 2>/dev/null || true
	until_true 10 not recorded_process "$1" || fail "process $pid does not die"
}

not()
{
	! "$@"
}

now_ms()
{
	REPLY=$((${EPOCHREALTIME/[.,]/} / 1000))
}

# until_true SECONDS CMD...: asks every 50 ms; fails when the time is over.
until_true()
{
	local seconds=$1 end

	shift
	now_ms
	end=$((REPLY + seconds * 1000))
	until "$@"; do
		now_ms
		((REPLY < end)) || return 1
		sleep 0.05
	done
}

# drop_inherited_files: a process that outlives us must not hold a pipe or a lock of our caller.
drop_inherited_files()
{
	local path fd

	for path in /proc/self/fd/*; do
		fd=${path##*/}
		((fd <= 2 || fd == 255)) || eval "exec $fd>&-"
	done
}

lab_exists()
{
	[[ -d $lab_dir ]]
}

load_lab()
{
	lab_exists || fail "no lab \"$lab_name\" here: start one with \"lab up\", see \"lab list\""
	[[ -r $lab_dir/settings ]] || fail "lab \"$lab_name\" was never completed: \"lab clean\" removes it"
	# shellcheck source=/dev/null
	source "$lab_dir/settings"
	nodes=()
	local i
	for ((i = 1; i <= count; i++)); do
		nodes+=("n$i")
	done
}

save_settings()
{
	printf '%s=%q\n' count "$count" token "$token" agents "$agents" fences "$fences" >"$lab_dir/settings"
}

# A lab is abandoned when the process that wanted it is gone; "-" wants it until "lab down".
# .PID.NAME is a lab that process PID is making or removing.
lab_abandoned()
{
	local name=${1##*/} pid

	if [[ $name == .* ]]; then
		pid=${name#.}
		! process_start "${pid%%.*}"
	else
		! grep -qsx -- - "$1/owner" && ! recorded_process "$1/owner"
	fi
}

# claim_lab: the name is ours from the moment on at which it has an owner; fails if it is taken.
claim_lab()
{
	local new=$lab_root/.$$.new

	# Somebody who removes the last lab takes the empty directory away, too.
	until mkdir -p "$lab_root" && mkdir "$new" 2>/dev/null; do
		sleep 0.01
	done
	record_process "$new/owner" $$
	mv -T "$new" "$lab_dir" 2>/dev/null && return
	rm -rf "$new"
	return 1
}

# remove_lab DIR: the rename comes first, so that a process which is just starting and has not said
# its id yet finds no place to say it, and ends (see record_process).
remove_lab()
{
	local dir=$1 gone record

	gone=$lab_root/.$BASHPID.${dir##*/}
	mv -T "$dir" "$gone" || return 1
	for record in "$gone"/{cloud,*/init,client,cloud-host,switch}.pid; do
		kill_recorded "$record"
	done
	# A child of a killed "up" may still be writing there.
	until_true 5 rm -rf "$gone" || fail "cannot remove $gone"
	rmdir "$lab_root" 2>/dev/null || true
}

clean_labs()
{
	local dir removed=0

	for dir in "$lab_root"/* "$lab_root"/.[0-9]*; do
		[[ -d $dir ]] || continue
		if [[ ${1:-} == all ]] || lab_abandoned "$dir"; then
			printf 'removing %s\n' "${dir##*/}"
			remove_lab "$dir" || continue
			removed=$((removed + 1))
		fi
	done
	rmdir "$lab_root" 2>/dev/null || true
	((removed)) || printf 'nothing to clean\n'
}

list_labs()
{
	local dir state

	for dir in "$lab_root"/*; do
		[[ -d $dir ]] || continue
		state=up
		if lab_abandoned "$dir"; then
			state="abandoned (lab clean removes it)"
		fi
		printf '%-16s %s\n' "${dir##*/}" "$state"
	done
}
