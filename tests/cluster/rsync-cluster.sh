# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# A cluster with one tree: the promotable clone web of ocf:quorate:rsync. Source it, then
# cluster_start; before that a test may set nodes, and define prepare NODE. A writer at the source
# writes growing numbers into the files f0 to f199, so that of two copies of a file the newer one is
# known.

nodes=(n1 n2 n3)
work=$(mktemp -d)
export LAB=rsync-$((BASHPID % 100000)) LAB_OWNER=$$
# On a node's own disk, which outlives a power-off.
tree=/var/lib/corosync/www
secret=/var/lib/corosync/secret
command=$BUILD/libexec/quorate-rsync

lab() {
	"$TOP/tests/lab/lab" "$@"
}

on() {
	local node=$1
	shift
	lab exec "$node" -- "$@"
}

# What the nodes wrote stays beside the test's own log when something failed.
cluster_end() {
	local node kept=$BUILD/log/cluster/${0##*/}
	if ((check_failed)); then
		for node in "${nodes[@]}"; do
			mkdir -p "$kept/$node"
			lab log "$node" >"$kept/$node/corosync.log" 2>&1
			lab log "$node" pacemaker/pacemaker.log >"$kept/$node/pacemaker.log" 2>&1
		done
		on "${nodes[-1]}" crm_mon -1Afr
	fi
	lab down >/dev/null 2>&1
	rm -rf "$work"
}

# eventually SECONDS CMD...: until it succeeds.
eventually() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return 1
		sleep 0.1
	done
}

fails() {
	! "$@"
}

operation() {
	printf '<op id="web-%s-%s" name="%s" interval="%s" timeout="40s"%s/>' "$1" "$2" "$1" "$2" \
		"${3:+ role=\"$3\"}"
}

# resource PARAMETER=VALUE...
resource() {
	local pair
	printf '<clone id="web-clone"><meta_attributes id="web-meta"><nvpair id="web-promotable" name="promotable" value="true"/></meta_attributes>'
	printf '<primitive id="web" class="ocf" provider="quorate" type="rsync"><operations>'
	operation monitor 2s
	operation monitor 1s Promoted
	operation start 0
	operation stop 0
	operation promote 0
	operation demote 0
	printf '</operations><instance_attributes id="web-attributes">'
	for pair in "directory=$tree" "secrets_file=$secret" "$@"; do
		printf '<nvpair id="web-%s" name="%s" value="%s"/>' "${pair%%=*}" "${pair%%=*}" "${pair#*=}"
	done
	printf '</instance_attributes></primitive></clone>'
}

# cluster_start PARAMETER=VALUE...: n1 has the content. Without it there is nothing to test.
cluster_start() {
	local node
	check "a cluster of ${#nodes[@]}" lab up "${#nodes[@]}"
	for node in "${nodes[@]}"; do
		on "$node" sh -c "mkdir -p $tree; umask 077; echo quorate:secret >$secret"
		! declare -F prepare >/dev/null || prepare "$node"
	done
	on n1 sh -c "mkdir -p $tree/sub; for i in \$(seq 0 199); do echo 0 >$tree/f\$i; done; echo deep >$tree/sub/deep"
	check "the resource is made" on n1 cibadmin --create --scope resources \
		--xml-text "$(resource "$@")"
	check "the node with the content is promoted" eventually 40 promoted n1
	check "the others have it" eventually 40 level "${nodes[@]}"
	((check_failed == 0)) || {
		on n1 crm_mon -1
		check_done
	}
}

# complains TEXT: the cluster says it of a failed or degraded instance.
complains() {
	[[ $(on "${nodes[-1]}" crm_mon -1) == *"$1"* ]]
}

promoted() {
	lab wait promoted web "$1" 0
}

# find_promoted EXCEPT: REPLY is the node that is promoted and is not this one.
find_promoted() {
	for REPLY in n1 n2 n3; do
		[[ $REPLY == "$1" ]] || ! promoted "$REPLY" 2>/dev/null || return 0
	done
	return 1
}

# picture NODE: every path of its tree with the content, but for what is the agent's own.
picture() {
	on "$1" sh -c "cd $tree && find . -path ./.quorate -prune -o -type f -print | sort | xargs md5sum"
}

# level NODE...: all have the same tree.
level() {
	local first node
	first=$(picture "$1") || return
	shift
	for node in "$@"; do
		[[ $(picture "$node") == "$first" ]] || return
	done
	[[ -n $first ]]
}

# numbers NODE FILE: "fN NUMBER" of the tree, and of its conflicts with them.
numbers() {
	on "$1" sh -c "cd $tree && grep -H '' f[0-9]* | tr ':' ' '" | sort >"$2"
}

all_numbers() {
	on "$1" sh -c "cd $tree && find . -name 'f[0-9]*' -type f | xargs grep -H ''" |
		sed -E 's,.*/(f[0-9]+):,\1 ,' | sort >"$2"
}

writer_start() {
	on "$1" setsid -f bash -c "i=0; exec 9>/dev/null; while :; do i=\$((i + 1)); echo \$i >$tree/f\$((i % 200)); done" \
		</dev/null >/dev/null 2>&1
}

# disk_numbers NODE FILE: as numbers, of a node without power.
disk_numbers() {
	(cd "/run/quorate-lab/$LAB/$1/disk/lib/corosync/www" && grep -H '' f[0-9]* | tr ':' ' ') |
		sort >"$2"
}

# writing NODE: numbers of the writer have come to it.
writing() {
	[[ $(on "$1" cat "$tree/f199") -gt ${2:-0} ]]
}

# nothing_lost HAD... HAS: for each file the highest number of HAS is no less than in any HAD.
nothing_lost() {
	awk -v last="${!#}" '
		FILENAME == last { if ($2 + 0 > has[$1] + 0) has[$1] = $2; next }
		{ if ($2 + 0 > had[$1] + 0) had[$1] = $2 }
		END { for (f in had) if (has[f] + 0 < had[f] + 0) {
			print f ": there was " had[f] ", there is " has[f]; bad = 1 } exit bad }' "$@"
}

status_of() {
	on "$1" "$command" status
}

# copy_of NODE: REPLY is "GENERATION WHOLE SEQUENCE" of its own copy.
copy_of() {
	REPLY=$(on "$1" "$command" status --json | python3 -c '
import json, sys
for n in json.load(sys.stdin)["nodes"]:
    if n["node"] == sys.argv[1]:
        print(n["generation"], int(n["whole"]), n["sequence"])' "$1")
}

# copy_before NODE: REPLY is what its copy was when it became the source.
copy_before() {
	REPLY=$(lab log "$1" pacemaker/pacemaker.log |
		sed -n 's/.*becomes the source, .* copy was generation \([0-9]*\), sequence \([0-9]*\).*/\1 1 \2/p' |
		tail -n 1)
}

# newest COPY COPY...: the first is whole, and not older than any other.
newest() {
	[[ $1 == *" 1 "* && $1 == "$(printf '%s\n' "$@" | sort -k 1,1n -k 2,2n -k 3,3n | tail -n 1)" ]] ||
		{ printf 'copy %s\n' "$@"; return 1; }
}

# failover_round SOURCE: loses its power in the middle of a burst; sets `new`, the promoted node.
failover_round() {
	local old=$1 node generation
	local -a left=()
	local -A copies=()
	for node in n1 n2 n3; do
		[[ $node == "$old" ]] || left+=("$node")
	done
	writer_start "$old"
	check "$old writes, and it arrives" eventually 30 writing "${left[0]}" 400
	copy_of "$old"
	generation=${REPLY%% *}
	lab poweroff "$old"
	# Until it is missed, nobody can pull: what the survivors have is what they had.
	sleep 0.5
	numbers "${left[0]}" "$work/had0"
	numbers "${left[1]}" "$work/had1"
	for node in "${left[@]}"; do
		copy_of "$node"
		copies[$node]=$REPLY
	done
	check "another is promoted" eventually 60 find_promoted "$old"
	find_promoted "$old"
	new=$REPLY
	# On a slow machine there was another source before they could be asked.
	for node in "${left[@]}"; do
		[[ ${copies[$node]%% *} != "$generation" ]] || continue
		unset "copies[$node]"
		[[ $node != "$new" ]] || { copy_before "$node" && copies[$node]=$REPLY; }
	done
	check "$new had the newest complete copy" newest "${copies[$new]}" "${copies[@]}"
	check "the survivors are level" eventually 60 level "${left[@]}"
	for node in "${left[@]}"; do
		all_numbers "$node" "$work/has.$node"
	done
	cat "$work/has.${left[0]}" "$work/has.${left[1]}" >"$work/has"
	check "nothing is lost that a survivor had" nothing_lost "$work/had0" "$work/had1" "$work/has"
	disk_numbers "$old" "$work/had.old"
	check "$old comes back" lab boot "$old"
	check "it follows: all are level" eventually 60 level n1 n2 n3
	all_numbers "$old" "$work/kept"
	check "nothing is lost that $old alone had" nothing_lost "$work/had.old" "$work/kept"
}
