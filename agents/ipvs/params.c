// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <string.h>

#include "base/fault.h"
#include "ipvs/config.h"
#include "ipvs/intent.h"
#include "ipvs/realservers.h"
#include "ipvs/source.h"

#define ONE_DAY_MS 86400000

#define IN(kind, member) FIELD(kind, struct ipvs_config, member)

static const char *const protocols[] = {"tcp", "udp", "sctp", NULL};
static const char *const families[] = {"ipv4", "ipv6", NULL};
static const char *const balances[] = {"weight", "bytraffic", NULL};
static const char *const no_quorum_ways[] = {"withdraw", "ignore", NULL};
static const char *const read_only[] = {"any", "yes", "no", NULL};

#define TEXT(row, member_, fallback_, brief_, text_)                                               \
	{                                                                                          \
		.name = (row), IN(PARAM_STRING, member_), .fallback = (fallback_),                 \
		.reloadable = true, .brief = (brief_), .text = (text_),                            \
	}
#define TIME(row, member_, fallback_, brief_, text_)                                               \
	{                                                                                          \
		.name = (row), IN(PARAM_DURATION, member_), .fallback = (fallback_),               \
		.max = ONE_DAY_MS, .reloadable = true, .brief = (brief_), .text = (text_),         \
	}
#define COUNT(row, member_, fallback_, least, most, brief_, text_)                                 \
	{                                                                                          \
		.name = (row), IN(PARAM_INTEGER, member_), .fallback = (fallback_),                \
		.min = (least), .max = (most), .reloadable = true, .brief = (brief_),              \
		.text = (text_),                                                                   \
	}
#define FLAG(row, member_, fallback_, brief_, text_)                                               \
	{                                                                                          \
		.name = (row), IN(PARAM_BOOLEAN, member_), .fallback = (fallback_),                \
		.reloadable = true, .brief = (brief_), .text = (text_),                            \
	}

const struct param ipvs_params[] = {
	{
		.name = "vip",
		IN(PARAM_ADDRESS, vip),
		.unique = "service",
		.brief = "the virtual address",
		.text = "The address that clients connect to. ocf:quorate:vip holds it; this agent "
			"serves it. Instead of vip: fwmark, or config.",
	},
	{
		.name = "fwmark",
		IN(PARAM_INTEGER, fwmark),
		.min = 1,
		.max = 4294967295,
		.unique = "service",
		.brief = "firewall mark",
		.text = "The mark that nftables or iptables gives to the packets of the service, in "
			"place of vip, port and protocol.",
	},
	{
		.name = "port",
		IN(PARAM_STRING, port),
		.unique = "service",
		.brief = "port, or several",
		.text = "Ports of the virtual address, by number or name, separated by commas: \"80,443\". "
			"Each is a service with the same servers. 0, with persistence, is every port.",
	},
	{
		.name = "protocol",
		IN(PARAM_CHOICE, protocol),
		.choices = protocols,
		.fallback = "tcp",
		.unique = "service",
		.brief = "transport protocol",
		.text = "Of the service.",
	},
	{
		.name = "family",
		IN(PARAM_CHOICE, family),
		.choices = families,
		.fallback = "ipv4",
		.unique = "service",
		.brief = "address family of a fwmark",
		.text = "IPv4 and IPv6 packets with one mark are two services.",
	},
	{
		.name = "config",
		IN(PARAM_PATH, file),
		.unique = "service",
		.brief = "configuration file of many services",
		.text = "ldirectord's configuration, or keepalived's with its virtual_server blocks, as "
			"they are, in place of all parameters about services, servers and checks. What "
			"is not supported in it is named with file and line.",
	},
	FLAG("autoreload", autoreload, "false", "reload config when it changes",
	     "Whether the configuration file and what it includes are watched. Only what differs is "
	     "changed in the kernel; a file with an error is reported and the old one stays in force."),
	TEXT("realservers", realservers, NULL, "the servers",
	     "A list with commas of \"ADDRESS[:PORT] [masq|gate|ipip|gue|gre] [WEIGHT] [NAME=VALUE...]\": "
	     "\"192.168.120.86:443 masq 2, 192.168.120.87:443 masq 1\". Without a port, that of the "
	     "service; without a method, masq; without a weight, 1. Names: upper and lower "
	     "(connections at which the server gets no more, and gets some again), tunnel_port, "
	     "check, check_port, check_request."),
	TEXT("fallback", fallback, NULL, "who serves when nobody is alive",
	     "Servers, written like realservers, that serve alone while there is no quorum of living "
	     "servers. They are not checked."),
	TEXT("scheduler", scheduler, "wrr", "how a server is chosen",
	     "One of the kernel's (rr wrr lc wlc lblc lblcr dh sh mh sed nq fo ovf), and flags "
	     "behind it: mh-port, mh-fallback, sh-port, sh-fallback, flag-1 to flag-3, ops."),
	COUNT("persistence", persistence, "0", 0, 2678400, "seconds that a client keeps its server",
	      "0: every connection is scheduled by itself."),
	TEXT("netmask", netmask, NULL, "clients that persistence takes for one",
	     "A netmask, or a prefix length: clients of one such network get the same server."),
	TEXT("engine", engine, NULL, "persistence engine",
	     "sip: calls and not addresses keep their server."),
	FLAG("quiescent", quiescent, "false", "a dead server stays with weight 0",
	     "Whether a dead server stays in the table with weight 0, so that its connections go on, "
	     "or leaves it."),
	FLAG("alpha", alpha, "false", "servers begin dead",
	     "Whether a server needs rise successes to serve for the first time. In any case nothing "
	     "is programmed before each server was checked once."),
	COUNT("quorum", quorum, "1", 1, 1000000, "summed weight of living servers that is enough",
	      "With less, the fallback serves; without a fallback, see withdraw."),
	COUNT("hysteresis", hysteresis, "0", 0, 1000000, "quorum is lost later and returns later",
	      "Quorum is lost below quorum - hysteresis and returns at quorum + hysteresis."),
	FLAG("withdraw", withdraw, "false", "no quorum, no service",
	     "Whether a service without quorum and fallback leaves the kernel, which refuses its "
	     "connections then."),
	{
		.name = "balance",
		IN(PARAM_CHOICE, balance),
		.choices = balances,
		.fallback = "weight",
		.reloadable = true,
		.brief = "what the weights mean",
		.text = "weight: shares of connections, as the scheduler has it. bytraffic: shares of "
			"bytes; the weights are steered by the kernel's byte counters.",
	},
	TIME("slow_start", slow_start, "0", "time in which a returning server's weight grows",
	     "0: it gets its whole weight at once."),
	{
		.name = "check",
		IN(PARAM_CHOICE, check),
		.choices = realservers_checks,
		.fallback = "connect",
		.reloadable = true,
		.brief = "how a server is checked",
		.text = "connect: a TCP connection. http, https, smtp, dns, mysql, ldap(s), imap(s), "
			"pop(s), ftp: a dialogue. simpletcp: check_request is sent, check_receive expected. "
			"ping, udp, sctp. external: check_command, whose exit code 0 is alive, 2 to 255 "
			"alive with that weight less 2. agent: HAProxy's agent line. on, off: no check.",
	},
	TIME("check_interval", check_interval, "10s", "time between two checks",
	     "Of one server. Identical checks of one server in several services run once."),
	TIME("check_timeout", check_timeout, "5s", "time that a whole check may take",
	     "Everything included: connection, TLS, the last byte of an answer."),
	COUNT("check_retries", check_retries, "1", 0, 1000, "further failures that make it dead",
	      "A server is dead after so many failures in a row behind the first."),
	TIME("check_retry_interval", check_retry_interval, "1s",
	     "time to the next check after a failure",
	     "Also on the way back, where check_rise is above 1."),
	COUNT("check_rise", check_rise, "1", 1, 1000, "successes that make it alive again",
	      "In a row."),
	TIME("check_warmup", check_warmup, NULL, "time over which the checks are spread",
	     "After the first round, so that not all fire at once; without it, check_interval."),
	{
		.name = "check_address",
		IN(PARAM_ADDRESS, check_address),
		.reloadable = true,
		.brief = "address to check in place of the server's",
		.text = "For a server whose health another address tells.",
	},
	{
		.name = "check_port",
		IN(PARAM_PORT, check_port),
		.reloadable = true,
		.brief = "port to check in place of the server's",
		.text = "For a service of every port, or a helper beside the server.",
	},
	TEXT("check_request", check_request, NULL, "what is asked",
	     "http: the path. dns: the name. mysql: the statement. simpletcp and udp: the text. ldap: "
	     "the base. ftp: a file, fetched as anonymous where there is no check_login."),
	TEXT("check_receive", check_receive, NULL, "what the answer must match",
	     "A regular expression (PCRE)."),
	TEXT("check_host", check_host, NULL, "virtual host",
	     "http: the Host header and the TLS name. smtp: the name in HELO."),
	TEXT("check_method", check_method, NULL, "HTTP method", "GET or HEAD."),
	TEXT("check_status", check_status, NULL, "HTTP statuses that are right",
	     "\"200-299,302\"; without it, 200 to 299."),
	TEXT("check_digest", check_digest, NULL, "MD5 digest of an HTTP body",
	     "As keepalived's genhash computes it."),
	TEXT("check_type", check_type, NULL, "DNS record type",
	     "A, AAAA, NS, CNAME, SOA, MX or TXT."),
	TEXT("check_login", check_login, NULL, "login name", "Of mysql, ftp, imap and pop checks."),
	{
		.name = "check_password_file",
		IN(PARAM_SECRET_FILE, check_password_file),
		.reloadable = true,
		.brief = "file of the password",
		.text = "A file of root with mode 0600, whose first line is the password.",
	},
	TEXT("check_database", check_database, NULL, "database", "Of a mysql check."),
	TIME("check_lag", check_lag, NULL, "replication lag that makes a server dead",
	     "Of a mysql check. Without it, lag is no reason."),
	FLAG("check_lag_weight", check_lag_weight, "false", "weight shrinks with the lag",
	     "From the whole weight without lag to 1 at check_lag."),
	{
		.name = "check_read_only",
		IN(PARAM_CHOICE, check_read_only),
		.choices = read_only,
		.fallback = "any",
		.reloadable = true,
		.brief = "what read_only must be",
		.text = "Of a mysql check: no for the servers of writers, yes for those of readers.",
	},
	TEXT("check_command", check_command, NULL, "program of an external check",
	     "With its arguments."),
	TEXT("check_user", check_user, NULL, "user of that program", "Without it, root."),
	FLAG("check_verify", check_verify, "false", "verify the server's certificate",
	     "Against check_ca_file or the host's CA certificates, for the name check_host."),
	{
		.name = "check_ca_file",
		IN(PARAM_STRING, check_ca_file),
		.reloadable = true,
		.brief = "CA certificates",
		.text = "A PEM file that certificates are verified with.",
	},
	TEXT("sync_interface", sync_interface, NULL, "interface of connection sync",
	     "The active instance multicasts its connections there (master), the others receive them "
	     "(backup), so that established connections survive a failover."),
	COUNT("sync_id", sync_id, "0", 0, 255, "id of connection sync",
	      "The same on all directors of one service."),
	{
		.name = "sync_group",
		IN(PARAM_ADDRESS, sync_group),
		.reloadable = true,
		.brief = "multicast group of connection sync",
		.text = "IPv4 or IPv6; without it, 224.0.0.81.",
	},
	{
		.name = "sync_port",
		IN(PARAM_PORT, sync_port),
		.reloadable = true,
		.brief = "UDP port of connection sync",
		.text = "Without it, 8848.",
	},
	COUNT("sync_ttl", sync_ttl, "1", 1, 255, "TTL of connection sync", "Hops."),
	COUNT("sync_maxlen", sync_maxlen, "0", 0, 65467, "largest packet of connection sync",
	      "Bytes; 0: what the interface takes."),
	COUNT("timeout_tcp", timeout_tcp, "0", 0, 31536000, "seconds that an idle connection lives",
	      "0 leaves the kernel's. It is the network namespace's, not only this resource's."),
	COUNT("timeout_fin", timeout_fin, "0", 0, 31536000,
	      "seconds that a closing connection lives", "0 leaves the kernel's."),
	COUNT("timeout_udp", timeout_udp, "0", 0, 31536000, "seconds that an idle UDP flow lives",
	      "0 leaves the kernel's."),
#define SETTING(row, path)                                                                         \
	COUNT(#row, row, NULL, 0, 3, "the setting " path,                                          \
	      "Set at start and looked at by monitor. Without it, it is left as it is.")
	SETTING(ip_forward, "net.ipv4.ip_forward"),
	SETTING(expire_nodest_conn, "net.ipv4.vs.expire_nodest_conn"),
	SETTING(expire_quiescent_template, "net.ipv4.vs.expire_quiescent_template"),
	SETTING(conn_reuse_mode, "net.ipv4.vs.conn_reuse_mode"),
	TIME("drain_limit", drain_limit, "1h", "longest time for a drained server's connections",
	     "A server that is drained leaves the table when its connections have ended, or then."),
	FLAG("membership", membership, "true", "a server dies with its cluster node",
	     "Whether a server whose address belongs to a node of the cluster is dead while that node is "
	     "no member: known at the membership event, before any check has timed out. It counts only "
	     "while this node has quorum."),
	TEXT("nodes", nodes, NULL, "whose node a server is",
	     "\"ADDRESS=NODE, ...\" for servers whose address is none of corosync's own; NODE is a name or "
	     "a number. An address with nothing behind = belongs to no node."),
	{
		.name = "no_quorum",
		IN(PARAM_CHOICE, no_quorum),
		.choices = no_quorum_ways,
		.fallback = "withdraw",
		.reloadable = true,
		.brief = "what a director cut off from quorum does",
		.text = "withdraw: the services leave the kernel and the sync daemon ends as master, so that "
			"no two directors take traffic; with quorum they return, and the connections with "
			"them. ignore: it serves on. Set that before corosync is stopped under a running "
			"resource (maintenance mode), and where no-quorum-policy=ignore. Where corosync does "
			"not run at all there is nothing to be cut off from.",
	},
	TEXT("notify", notify, NULL, "program that is told of changes",
	     "An absolute path, and arguments. It is run with the service, the server (or quorum), up or "
	     "down, and the reason behind them."),
	FLAG("omega", omega, "false", "notify is told of the end",
	     "Whether notify (and notify_down and quorum_down of a keepalived configuration) runs for what "
	     "was up when the resource stops."),
	{.name = NULL},
};

static int check_service(const struct ipvs_config *c, struct fault *fault)
{
	const int ways = (c->vip.family != 0) + (c->fwmark != PARAM_UNSET) + (c->file != NULL);

	if (ways != 1)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 ways ? "vip, fwmark and config exclude each other" :
					"vip, fwmark or config must be given");
	if (c->vip.family && c->vip.prefix != INET_NO_PREFIX)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL, "vip must be without /prefix");
	if (c->vip.family && !c->port)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL, "port must be given with vip");
	if (c->fwmark != PARAM_UNSET && c->port)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL, "a fwmark has no port");
	if (c->file ? c->realservers != NULL : !c->realservers && !c->fallback)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 c->file ? "realservers and config exclude each other" :
					   "realservers must be given");
	if (c->autoreload && !c->file)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL, "autoreload needs config");
	return 0;
}

/* What the texts of servers, ports and scheduler mean; a file and its secrets are the host's. */
static int check_texts(const struct ipvs_config *c, struct fault *fault)
{
	AUTO_INTENT struct intent intent = INTENT_INIT;
	struct ipvs_config plain = *c;

	plain.check_password_file = NULL;
	return c->file ? 0 : source_read(&plain, &intent, fault);
}

static int check_check(const struct ipvs_config *c, struct fault *fault)
{
	if (c->check_method && strcmp(c->check_method, "GET") && strcmp(c->check_method, "HEAD"))
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "check_method must be GET or HEAD, not '%.40s'", c->check_method);
	if (c->check_digest &&
	    (strlen(c->check_digest) != 32 || strspn(c->check_digest, "0123456789abcdef") != 32))
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "check_digest must be 32 hexadecimal digits, lower case");
	if (c->check_lag_weight && c->check_lag == PARAM_UNSET)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "check_lag_weight needs check_lag");
	if (c->check_interval < 10 || c->check_timeout < 1)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "check_interval must be 10ms at least, check_timeout above 0");
	return 0;
}

int ipvs_check(const void *config, struct fault *fault)
{
	const struct ipvs_config *c = config;

	if (check_service(c, fault) || check_check(c, fault))
		return -EINVAL;
	if (c->hysteresis >= c->quorum)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "hysteresis must be less than quorum");
	if (c->sync_interface && strlen(c->sync_interface) >= 16)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "sync_interface must be an interface's name, not '%.40s'",
				 c->sync_interface);
	return check_texts(c, fault);
}
