// SPDX-License-Identifier: BSD-3-Clause

#include "vip/config.h"

#define ONE_DAY_MS 86400000

#define IN(kind, member) FIELD(kind, struct vip_config, member)

#define NO_CLUSTER_IP "the kernel dropped cluster IPs in 2023; ocf:quorate:ipvs spreads load"

const struct param vip_params[] = {
	{
		.name = "ip",
		IN(PARAM_ADDRESSES, ip),
		.unique = "address",
		.required = true,
		.brief = "the addresses to hold",
		.text = "One address or several, IPv4 and IPv6 mixed, each with an optional /prefix: "
			"\"192.0.2.10\" or \"192.0.2.10/24 2001:db8::10/64\". Several are one resource: "
			"all of them are there, or none.",
	},
	{
		.name = "nic",
		IN(PARAM_STRING, nic),
		.brief = "network interface",
		.text = "The interface that holds the addresses, by its name or an alternative name. "
			"Without it the connected route that contains the address decides: the longest "
			"prefix, then the lowest metric; two interfaces that are equal in both are an "
			"error at start. IPv6 link-local addresses need it. The form \"eth0:label\" is "
			"understood as nic=eth0 iflabel=label.",
	},
	{
		.name = "cidr_netmask",
		IN(PARAM_STRING, cidr_netmask),
		.brief = "prefix length",
		.text = "Prefix length (24) or IPv4 netmask (255.255.255.0) of addresses that are "
			"written without one. Without it, that of the connected route.",
	},
	{
		.name = "netmask",
		.type = PARAM_STRING,
		.standing = PARAM_ALIAS,
		.instead = "cidr_netmask",
		.brief = "older name of cidr_netmask",
		.text = "The same as cidr_netmask.",
	},
	{
		.name = "broadcast",
		IN(PARAM_STRING, broadcast),
		.brief = "IPv4 broadcast address",
		.text = "An address; \"+\" for the network's all-ones address, \"-\" for none. Without "
			"it: none for /31 and /32, all ones otherwise.",
	},
	{
		.name = "iflabel",
		IN(PARAM_STRING, iflabel),
		.brief = "label of IPv4 addresses",
		.text = "A label that is put behind the interface's name: iflabel=web on eth0 gives "
			"eth0:web, 15 characters in all at the most. monitor looks for it.",
	},
	{
		.name = "lvs_support",
		IN(PARAM_BOOLEAN, lvs_support),
		.fallback = "false",
		.brief = "the node is also an LVS-DR real server",
		.text = "While the address is not active here, the loopback interface holds it, so that "
			"this node can serve packets that a director forwards by direct routing. A "
			"primitive moves an address that it finds there out of the way at start and puts "
			"it back at stop. An unpromoted instance of a promotable clone holds it there "
			"and sets arp_ignore and arp_announce of the network interface, so that it does "
			"not answer for it.",
	},
	{
		.name = "lvs_ipv6_addrlabel",
		IN(PARAM_BOOLEAN, lvs_ipv6_addrlabel),
		.fallback = "false",
		.brief = "keep IPv6 addresses from being source addresses",
		.text = "Gives the IPv6 addresses an address label of their own, so that the kernel does "
			"not choose them as source of outgoing connections.",
	},
	{
		.name = "lvs_ipv6_addrlabel_value",
		IN(PARAM_INTEGER, lvs_ipv6_addrlabel_value),
		.fallback = "99",
		.max = 2147483646,
		.brief = "the address label",
		.text = "The label that lvs_ipv6_addrlabel gives; one that no policy of the host uses.",
	},
	{
		.name = "arp_interval",
		IN(PARAM_INTEGER, arp_interval),
		.min = 10,
		.max = 60000,
		.reloadable = true,
		.brief = "milliseconds between announcements",
		.text = "Time between two announcements, in milliseconds. Without it they go out at "
			"once and after 100 ms, 200 ms, 1.1 s and 5 s, which outlives the time that "
			"neighbours refuse a new owner.",
	},
	{
		.name = "arp_count",
		IN(PARAM_INTEGER, arp_count),
		.fallback = "5",
		.max = 1000,
		.reloadable = true,
		.brief = "announcements at start",
		.text = "How often the addresses are announced at start: gratuitous ARP as request and "
			"as reply, unsolicited neighbour advertisement for IPv6. 0 announces nothing. "
			"The first announcement is a part of start, which fails if it cannot be sent.",
	},
	{
		.name = "arp_count_refresh",
		IN(PARAM_INTEGER, arp_count_refresh),
		.fallback = "0",
		.max = 10,
		.reloadable = true,
		.brief = "announcements at every monitor",
		.text = "How often every monitor announces the addresses again.",
	},
	{
		.name = "arp_bg",
		IN(PARAM_BOOLEAN, arp_bg),
		.fallback = "true",
		.reloadable = true,
		.brief = "repeat announcements in the background",
		.text = "Whether start returns after the first announcement and a background process "
			"sends the others; it ends with the last of them, or with the address.",
	},
	{
		.name = "arp_sender",
		.type = PARAM_STRING,
		.standing = PARAM_IGNORED,
		.instead = "the agent announces by itself",
		.brief = "not needed",
		.text = "Accepted from configurations of other agents.",
	},
	{
		.name = "send_arp_opts",
		.type = PARAM_STRING,
		.standing = PARAM_IGNORED,
		.instead = "the agent announces by itself",
		.brief = "not needed",
		.text = "Accepted from configurations of other agents.",
	},
	{
		.name = "run_arping",
		IN(PARAM_BOOLEAN, run_arping),
		.fallback = "true",
		.reloadable = true,
		.brief = "ask whether an IPv4 address is in use",
		.text = "Whether start asks the network for another owner of the IPv4 addresses (ARP "
			"probe, RFC 5227) and fails if there is one. It takes conflict_wait.",
	},
	{
		.name = "nodad",
		IN(PARAM_BOOLEAN, nodad),
		.fallback = "false",
		.reloadable = true,
		.brief = "do not ask whether an IPv6 address is in use",
		.text = "Skips the question for another owner of the IPv6 addresses at start. The "
			"agent asks by itself, within conflict_wait; the kernel's own duplicate address "
			"detection, which takes a second and more, is never used.",
	},
	{
		.name = "conflict_wait",
		IN(PARAM_DURATION, conflict_wait),
		.fallback = "150ms",
		.max = 10000,
		.reloadable = true,
		.brief = "time for the question for another owner",
		.text = "How long start waits for another owner of the addresses to answer, two "
			"questions included; 0 asks nothing. A monitor with OCF_CHECK_LEVEL=10 waits as "
			"long.",
	},
	{
		.name = "noprefixroute",
		IN(PARAM_BOOLEAN, noprefixroute),
		.fallback = "false",
		.brief = "add no route for the prefix",
		.text = "Keeps the kernel from adding the connected route of the address's prefix.",
	},
	{
		.name = "preferred_lft",
		IN(PARAM_STRING, preferred_lft),
		.fallback = "forever",
		.brief = "preferred lifetime of IPv6 addresses",
		.text = "Seconds, or \"forever\". With 0 the address is deprecated: it is reachable and "
			"never chosen as source address.",
	},
	{
		.name = "flush_routes",
		IN(PARAM_BOOLEAN, flush_routes),
		.fallback = "false",
		.reloadable = true,
		.brief = "flush cached routes at stop",
		.text = "Flushes the kernel's cached routes after the addresses were removed.",
	},
	{
		.name = "network_namespace",
		IN(PARAM_STRING, network_namespace),
		.brief = "network namespace",
		.text = "Name of the network namespace (ip-netns(8)) to work in.",
	},
	{
		.name = "check_link_status",
		IN(PARAM_BOOLEAN, check_link_status),
		.fallback = "true",
		.reloadable = true,
		.brief = "fail without carrier",
		.text = "Whether start and monitor fail when the interface, or the one that it runs on, "
			"has no carrier.",
	},
	{
		.name = "proto",
		IN(PARAM_STRING, proto),
		.brief = "protocol of the route that decides",
		.text = "Only routes of this routing protocol (kernel, boot, static, dhcp, ra or a "
			"number) are asked for interface and prefix.",
	},
	{
		.name = "table",
		IN(PARAM_INTEGER, table),
		.min = 1,
		.max = 4294967295,
		.brief = "table of the route that decides",
		.text = "Number of the routing table that is asked for interface and prefix. Without "
			"it, the main table (254).",
	},
	{
		.name = "metric",
		IN(PARAM_INTEGER, metric),
		.max = 4294967295,
		.brief = "metric of the route that decides",
		.text = "Only routes of this metric are asked for interface and prefix.",
	},
	{
		.name = "routes",
		IN(PARAM_STRING, routes),
		.brief = "routes that come and go with the address",
		.text = "Routes in the words of ip-route(8), separated by commas: \"198.51.100.0/24 via "
			"192.0.2.1 table 100, default via 192.0.2.1 table 100\". Words: via, dev, table, "
			"metric, src. Added after the addresses in the order written, removed in reverse "
			"before them.",
	},
	{
		.name = "rules",
		IN(PARAM_STRING, rules),
		.brief = "policy rules that come and go with the address",
		.text = "Rules in the words of ip-rule(8), separated by commas: \"from 192.0.2.10 table "
			"100 priority 1000\". Words: from, to, table, priority. Added after the routes, "
			"removed in reverse before them.",
	},
	{
		.name = "src",
		IN(PARAM_STRING, src),
		.brief = "routes that use the address as source",
		.text = "Destinations of routes in the main table, separated by blanks or commas "
			"(\"default\", \"198.51.100.0/24\"), whose preferred source becomes the first "
			"address of the same family; stop gives them back what they had.",
	},
	{
		.name = "kill_connections",
		IN(PARAM_BOOLEAN, kill_connections),
		.fallback = "false",
		.reloadable = true,
		.brief = "end connections at stop",
		.text = "Whether stop ends the connections that are bound to the addresses, instead of "
			"leaving them to time out. Needs a kernel with CONFIG_INET_DIAG_DESTROY.",
	},
	{
		.name = "unique_clone_address",
		IN(PARAM_BOOLEAN, unique_clone_address),
		.fallback = "false",
		.brief = "not supported",
		.text = "Must be false: write all addresses into ip instead.",
	},
#define CLUSTER_IP(parameter)                                                                      \
	{                                                                                          \
		.name = (parameter), .type = PARAM_STRING, .standing = PARAM_IGNORED,              \
		.instead = NO_CLUSTER_IP, .brief = "not needed",                                   \
		.text = "Accepted from configurations of other agents.",                           \
	}
	CLUSTER_IP("mac"),
	CLUSTER_IP("clusterip_hash"),
	CLUSTER_IP("clusterip_firewall"),
	CLUSTER_IP("clusterip_hash_seed"),
	CLUSTER_IP("clusterip_table"),
	CLUSTER_IP("clusterip_chain"),
	CLUSTER_IP("clusterip_mac_mangle"),
	{.name = NULL},
};
