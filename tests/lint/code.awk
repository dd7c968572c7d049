# SPDX-License-Identifier: BSD-3-Clause
#
# Blanks comments and the insides of string and character literals in C files, so that what is left
# is code. Prints `file:line:code` for every line, and keeps a line's leading white space.

FNR == 1 { inside = "" }
{
	code = ""
	line = $0
	while (line != "") {
		if (inside == "comment") {
			at = index(line, "*/")
			if (!at)
				break
			line = substr(line, at + 2)
			inside = ""
			continue
		}
		two = substr(line, 1, 2)
		one = substr(line, 1, 1)
		if (two == "//")
			break
		if (two == "/*") {
			inside = "comment"
			line = substr(line, 3)
		} else if (one == "\"" || one == "'") {
			line = substr(line, 2)
			while (line != "" && substr(line, 1, 1) != one)
				line = substr(line, substr(line, 1, 1) == "\\" ? 3 : 2)
			line = substr(line, 2)
			code = code one one
		} else if (match(line, /^[^"'\/]+/)) {
			code = code substr(line, 1, RLENGTH)
			line = substr(line, RLENGTH + 1)
		} else {
			code = code one
			line = substr(line, 2)
		}
	}
	print FILENAME ":" FNR ":" code
}
