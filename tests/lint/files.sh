# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# What the checks look at. Each check is a script of its own, `check-NAME TREE`: it prints one line
# a finding, `file:line: what`, and exits 0 when there is none. Names are relative to TREE, where
# sourcing this file goes.

cd "${1:?usage: check-NAME TREE}" || exit 2
jobs=$(nproc)
export jobs
findings=0

# The flags of the build that change what the code means: the packages are those of the manifests.
c_flags() {
	local manifests=(agents/*/*.mk fence/*/*.mk) packages
	packages=$(sed -n 's/^[^ ]*_PKGS := *//p' "${manifests[@]}" 2>/dev/null | tr ' ' '\n' | sort -u)
	echo -std=gnu11 -D_GNU_SOURCE '-DLIBEXECDIR=""' -I. -Icommon -Iagents -Ifence
	# shellcheck disable=SC2086
	pkg-config --cflags libxml-2.0 $packages 2>/dev/null || :
}

# The C files below the given folders, all rooms by default; PATTERN narrows them.
c_files() {
	local pattern=$1 folders=(common agents fence ocf-metadata tests) folder
	shift
	[[ $# == 0 ]] || folders=("$@")
	for folder in "${folders[@]}"; do
		[[ ! -d $folder ]] || find "$folder" -type f -name "$pattern" -not -path '*/corpus/*'
	done | sort
}

# The executables with a shell's shebang and the files that those source.
scripts() {
	find . -type f -not -path './.git/*' -not -path './build*/*' -not -path '*/corpus/*' \
		\( -name '*.sh' -o -perm -u+x \) | sort | while read -r file; do
		case $file in
		*.sh) echo "$file" ;;
		*) head -c 64 "$file" | tr -d '\0' | head -n 1 |
			grep -qE '^#!.*\b(ba|da)?sh$' && echo "$file" ;;
		esac
	done | sed 's,^\./,,'
}

found() {
	findings=$((findings + 1))
	printf '%s\n' "$*"
}

# Ends a check: what is piped in are its findings.
no_findings() {
	local line
	while IFS= read -r line; do
		found "$line"
	done
	[[ $findings == 0 ]]
}
