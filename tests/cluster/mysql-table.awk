# SPDX-License-Identifier: BSD-3-Clause
#
# Out of rounds ("NAME|GOOD|ACKNOWLEDGED|LOST|CLASHES|SILENT MS|MS", of any number of clusters, in any
# order): a table in Markdown, a row a name, in the order in which they come first.

BEGIN { FS = "|" }

{
	if (!($1 in count))
		names[++rows] = $1
	count[$1]++
	good[$1] += $2
	acked[$1] += $3
	lost[$1] += $4
	two[$1] += $5 > 0
	took[$1] += $7
	# Kept in order.
	for (i = count[$1]; i > 1 && silent[$1, i - 1] > $6; i--)
		silent[$1, i] = silent[$1, i - 1]
	silent[$1, i] = $6 + 0
}

END {
	print "| what happens | good rounds | acknowledged | lost | two writers | silent, ms: median (most) | s a round |"
	print "|---|---|---|---|---|---|---|"
	for (row = 1; row <= rows; row++) {
		name = names[row]
		n = count[name]
		printf "| %s | %d of %d | %d | %d | %d | %d (%d) | %.1f |\n", name, good[name], n, acked[name], \
			lost[name], two[name], silent[name, int((n + 1) / 2)], silent[name, n], took[name] / n / 1000
	}
}
