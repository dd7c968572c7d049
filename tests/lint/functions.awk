# SPDX-License-Identifier: BSD-3-Clause
#
# Reads what code.awk prints and measures the functions: their lines and their parameters.

function parameters(text,   i, c, depth, count, last) {
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		if (c == "(" && depth++ == 0) {
			count = 1
			last = ""
		} else if (c == ")") {
			depth--
		} else if (depth) {
			if (c == "," && depth == 1)
				count++
			last = last c
		}
	}
	return last ~ /^[ \t]*(void)?[ \t]*$/ ? 0 : count
}

{
	file = $0
	sub(/:.*/, "", file)
	rest = substr($0, length(file) + 2)
	line = rest + 0
	sub(/^[0-9]+:/, "", rest)
	sub(/[ \t]+$/, "", rest)
}
rest == "{" {
	start = line
	# Functions that corosync calls back have the parameters that it gives them.
	if (parameters(head) > 6 && head !~ /\((cpg|quorum)_handle_t handle,/)
		print file ":" line ": " parameters(head) " parameters, at most 6"
}
rest == "}" && start {
	if (line - start - 1 > 60)
		print file ":" start ": a function of " (line - start - 1) " lines, at most 60"
	start = 0
}
rest == "" || rest ~ /^[#}]/ || rest ~ /[;}]$/ { head = ""; next }
{ head = head " " rest }
