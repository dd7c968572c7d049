# SPDX-License-Identifier: BSD-3-Clause
#
# awk -v form=terminal|markdown -v us=NAME -v floor=NAME [-v utf8=1] [-v colour=1] -f report.awk PART.rows SAMPLES
#
# SAMPLES are sorted, so that those of one key and one of peer, us, floor stand together in rising
# order (sort -k1,1 -k2,2 -k3,3n). Without a floor there is no column of it. Exits 0 whatever goals are
# missed: the table says so.

BEGIN {
	FS = " *[|] *"
	scale["count"] = 1; scale["ms"] = 1e3; scale["s"] = 1e6; scale["MB"] = 1024
	scale["x"] = 1; scale["%"] = 1
	green = colour ? "\033[32m" : ""; red = colour ? "\033[31m" : ""
	bold = colour ? "\033[1m" : ""; dim = colour ? "\033[2m" : ""; off = colour ? "\033[0m" : ""
	short = floor; sub(/.*\//, "", short); sub(/ .*/, "", short)
	yes = utf8 ? "✔" : "yes"; no = utf8 ? "✘" : "NO"
}

FNR == 1 { file++ }
/^(#|$)/ { next }
file == 1 { row[++rows] = $0; next }
{ split($0, s, " "); values[s[1], s[2], ++n[s[1], s[2]]] = s[3] }

function median(key, who,    count) {
	count = n[key, who]
	return (values[key, who, int((count + 1) / 2)] + values[key, who, int((count + 2) / 2)]) / 2
}

function figure(value, unit) {
	value /= scale[unit]
	if (unit == "count")
		return sprintf("%d", value)
	return sprintf(value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f", value)
}

# The median, and the least in brackets where it is another.
function cell(key, who, unit,    middle, least) {
	if (!n[key, who])
		return "-"
	middle = figure(median(key, who), unit)
	least = figure(values[key, who, 1], unit)
	return middle == least ? middle : middle " (" least ")"
}

function quotient(a, b,    q) {
	if (!b)
		return a ? "-" : "1"
	if (!a)
		return "0"
	q = a / b
	return q > 0.95 ? sprintf("%.1f", q) : sprintf(q > 0.1 ? "1/%.1f" : "1/%.0f", 1 / q)
}

function ratios(key, unit,    text) {
	text = n[key, "peer"] ? quotient(median(key, "us"), median(key, "peer")) : "-"
	if (n[key, "floor"] && unit != "count")
		text = text ", " sprintf("%.1f", median(key, "us") / median(key, "floor")) " x " short
	return text
}

function number(text,    part) {
	return split(text, part, "/") == 2 ? part[1] / part[2] : text + 0
}

# Sets `goal`, and `met` to what came of it, a word a part of the goal.
function judge(key, unit, goals, peer,    part, side, i, limit, us, good, text) {
	goal = ""; met = ""
	us = median(key, "us")
	for (i = 1; i <= split(goals, part, " "); i++) {
		split(part[i], side, "<=")
		limit = number(side[2])
		if (side[1] == "us") {
			good = us <= limit * scale[unit]
			text = side[2] (unit == "count" ? "" : " " unit)
		} else {
			good = n[key, side[1]] && us <= limit * median(key, side[1])
			text = side[1] == "floor" ? short : peer
			text = side[2] (limit < 1 ? " of " : " x ") text
		}
		wanted++
		reached += good
		if (form == "markdown") {
			goal = goal (i > 1 ? ", " : "") "<= " text
			met = met (i > 1 ? ", " : "") (good ? "met" : "**missed**")
		} else {
			goal = goal (i > 1 ? "  " : "") (good ? green yes : red no) off " <= " text
		}
	}
}

function section(title, peer,    heads) {
	if (form == "markdown") {
		if (!tables++) {
			print "| | peer | " us " | " (floor ? floor " | " : "") us " : peer | goal | |"
			print "|---|---|---|---|---|---|" (floor ? "---|" : "")
		}
		print "| **" title "** | *" peer "* | | | | |" (floor ? " |" : "")
		return
	}
	heads = sprintf("%17s%17s%*s  %s : %s", peer, us, floor ? 15 : 0, floor, us, peer)
	if (length(title) < 46)
		printf "\n%s%-46s%s%s%s%s\n", bold, title, off, dim, heads, off
	else
		printf "\n%s%s%s\n%46s%s%s%s\n", bold, title, off, "", dim, heads, off
}

function print_row(key, title, unit, goals, peer) {
	if (!n[key, "us"]) {
		missing++
		return
	}
	judge(key, unit, goals, peer)
	if (unit != "count")
		title = title ", " unit
	if (form == "markdown")
		printf "| %s | %s | %s | %s%s | %s | %s |\n", title, cell(key, "peer", unit), \
			cell(key, "us", unit), floor ? cell(key, "floor", unit) " | " : "", \
			ratios(key, unit), goal, met
	else
		printf "  %-44s%17s%17s%*s  %-20s%s\n", title, cell(key, "peer", unit), \
			cell(key, "us", unit), floor ? 15 : 0, floor ? cell(key, "floor", unit) : "", \
			ratios(key, unit), goal
}

END {
	for (i = 1; i <= rows; i++) {
		split(row[i], field, FS)
		if (field[1] == "section") {
			title = field[2]; peer = field[3]; shown = 0
			continue
		}
		if (n[field[1], "us"] && !shown++)
			section(title, peer)
		print_row(field[1], field[2], field[3], field[4], peer)
	}
	print ""
	printf "Median, and the least in brackets. %d of %d goals met%s.\n", reached, wanted, \
		missing ? "; " missing " rows were not measured" : ""
}
