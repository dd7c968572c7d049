# SPDX-License-Identifier: BSD-3-Clause
# crm_mon's XML to one fact a line, see monitor_text in cluster.sh.

function value(name,    at, rest)
{
	at = index($0, " " name "=\"")
	if (!at)
		return ""
	rest = substr($0, at + length(name) + 3)
	return substr(rest, 1, index(rest, "\"") - 1)
}

/<node .* online="/ {
	print "node", value("name"), value("online") == "true" ? "online" : "offline",
	      value("is_dc") == "true" ? "dc" : "-"
	next
}

/<resource / {
	id = value("id")
	role = value("role")
	if (value("failed") == "true")
		role = role "/failed"
	if (/\/>/)
		print "resource", id, role, "-"
	next
}

/<node / {
	if (id != "")
		print "resource", id, role, value("name")
}

/<\/resource>/ {
	id = ""
}
