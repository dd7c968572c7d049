// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/keepalived.h"

#include <errno.h>
#include <linux/ip_vs.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "ipvs/keepalived_block.h"
#include "ipvs/memory.h"

/* NAT, DR, or TUN with "type gue port 5555 csum". */
static int ka_read_method(struct ka *ka, const struct ka_line *line, struct ipvs_server *to)
{
	long port = 0;

	if (line->count < 2)
		return reading_fault(ka->at, "%s needs a value", line->words[0]);
	if (reading_forward(ka->at, line->words[1], to))
		return -EINVAL;
	for (size_t i = 2; line->words[i]; i++) {
		const char *word = line->words[i], *value = line->words[i + 1];

		if (!strcmp(word, "type") && value && !reading_forward(ka->at, value, to)) {
			i++;
		} else if (!strcmp(word, "port") && value &&
			   !reading_number(ka->at, "port", value, 1, 65535, &port)) {
			to->tunnel_port = (uint16_t)port;
			i++;
		} else if (!strcmp(word, "csum")) {
			to->tunnel_flags = IP_VS_TUNNEL_ENCAP_FLAG_CSUM;
		} else if (!strcmp(word, "remcsum")) {
			to->tunnel_flags = IP_VS_TUNNEL_ENCAP_FLAG_REMCSUM;
		} else if (strcmp(word, "nocsum")) {
			return reading_fault(ka->at, "'%.40s' is no option of a tunnel", word);
		}
	}
	return 0;
}

static int ka_method(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	if (!ka->server)
		return ka_read_method(ka, line, &ka->virtual->method);
	ka->server->method = true;
	return ka_read_method(ka, line, &ka->server->server.server);
}

/* A command whose words may be one quotation. */
static int ka_program(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	AUTO_BUF struct buf text = BUF_INIT;
	char *base = ka->server ? (char *)&ka->server->server : (char *)&ka->virtual->service;

	for (size_t i = 1; i < line->count; i++)
		buf_addf(&text, "%s%s", i > 1 ? " " : "", line->words[i]);
	return reading_command(ka->at, text.data,
			       (const char *const **)(void *)(base + key->offset));
}

static int ka_server_number(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	struct ipvs_server *server = &ka->server->server.server;
	const char *value = ka_argument(ka, line);
	long number = 0;

	if (!value ||
	    reading_number(ka->at, key->name, value, 0, key->number ? INT32_MAX : 65535, &number))
		return -EINVAL;
	if (!key->number)
		server->weight = (int)number;
	else if (key->number == 1)
		server->upper = (uint32_t)number;
	else
		server->lower = (uint32_t)number;
	return 0;
}

#define BY_NOTIFY "the parameter notify names a program that is told of changes"

static const struct ka_key ka_server_keys[] = {
	KA_COMMON,
	{"inhibit_on_failure", ka_switch, offsetof(struct ka_times, inhibit), NULL, 0},
	{"weight", ka_server_number, 0, NULL, 0},
	{"uthreshold", ka_server_number, 0, NULL, 1},
	{"lthreshold", ka_server_number, 0, NULL, 2},
	{"lvs_method", ka_method, 0, NULL, 0},
	{"lb_kind", ka_method, 0, NULL, 0},
	{"notify_up", ka_program, offsetof(struct intent_server, notify_up), NULL, 0},
	{"notify_down", ka_program, offsetof(struct intent_server, notify_down), NULL, 0},
	{"smtp_alert", ka_ignore, 0, BY_NOTIFY, 0},
	{"snmp_name", ka_ignore, 0, "there is no SNMP", 0},
	{.name = NULL},
};

/* The keys of a real_server, its checks included. */
static int ka_server_block(struct ka *ka)
{
	struct ka_key keys[ARRAY_SIZE(ka_server_keys) + 16];
	size_t count = 0;

	for (const struct ka_key *key = ka_server_keys; key->name; key++)
		keys[count++] = *key;
	for (const struct ka_key *key = ka_checks; key->name; key++)
		keys[count++] = *key;
	keys[count] = (struct ka_key){.name = NULL};
	return ka_block(ka, keys);
}

static int ka_real_server(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	struct ka_virtual *v = ka->virtual;
	struct ipvs_server *server;
	int r;

	if (line->count < 2 || line->count > 3 || !line->opens)
		return reading_fault(ka->at, "real_server needs an address, a port and a block");
	if (memory_grow(ka->at->intent, &v->servers, v->server_count, sizeof(*v->servers)))
		return -ENOMEM;
	ka->server = &v->servers[v->server_count++];
	*ka->server = (struct ka_server){.times = KA_TIMES_INIT};
	server = &ka->server->server.server;
	server->weight = 1;
	server->port = v->service.service.key.port;
	r = reading_host(ka->at, line->words[1], &ka->server->server);
	if (!r && line->count == 3)
		r = reading_port(ka->at, line->words[2], IPPROTO_TCP, &server->port);
	if (!r)
		r = ka_server_block(ka);
	ka->server = NULL;
	return r;
}

static int ka_sorry(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	struct ipvs_server *sorry = &ka->virtual->sorry.server;

	if (line->count < 2 || line->count > 3 || line->opens)
		return reading_fault(ka->at, "sorry_server needs an address and a port");
	sorry->port = ka->virtual->service.service.key.port;
	if (line->count == 3 && reading_port(ka->at, line->words[2], IPPROTO_TCP, &sorry->port))
		return -EINVAL;
	return reading_host(ka->at, line->words[1], &ka->virtual->sorry);
}

static int ka_sorry_method(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	ka->virtual->sorry_method = true;
	return ka_read_method(ka, line, &ka->virtual->sorry.server);
}

static int ka_scheduler(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	const char *value = ka_argument(ka, line);

	return value ? reading_scheduler(ka->at, value, &ka->virtual->service.service) : -EINVAL;
}

static int ka_flag(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	return reading_flag(ka->at, key->name, &ka->virtual->service.service);
}

static int ka_protocol(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	const char *value = ka_argument(ka, line);

	return value ? reading_protocol(ka->at, value, &ka->virtual->service.service.key.protocol) :
		       -EINVAL;
}

static int ka_family(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	struct ipvs_key *to = &ka->virtual->service.service.key;
	const char *value = ka_argument(ka, line);

	if (!value || (strcmp(value, "inet") && strcmp(value, "inet6")))
		return reading_fault(ka->at, "ip_family must be inet or inet6");
	if (to->fwmark)
		to->family = value[4] ? AF_INET6 : AF_INET;
	return 0;
}

static int ka_persistence(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	return reading_persistence(ka->at, line->count > 1 ? line->words[1] : "360",
				   &ka->virtual->service.service);
}

static int ka_granularity(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	const char *value = ka_argument(ka, line);

	return value ? reading_netmask(ka->at, value, &ka->virtual->service.service) : -EINVAL;
}

static int ka_engine(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	struct ipvs_service *service = &ka->virtual->service.service;
	const char *value = ka_argument(ka, line);

	if (!value || strlen(value) >= sizeof(service->engine))
		return reading_fault(ka->at, "persistence_engine must be a name such as sip");
	memcpy(service->engine, value, strlen(value) + 1);
	return 0;
}

static int ka_quorum(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	const char *value = ka_argument(ka, line);
	long number = 0;

	if (!value || reading_number(ka->at, key->name, value, key->number, 1000000, &number))
		return -EINVAL;
	*(int *)((char *)&ka->virtual->service + key->offset) = (int)number;
	return 0;
}

static int ka_omega(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	return ka_boolean(ka, line, &ka->virtual->service.omega);
}

#define IN_SERVICE(member) offsetof(struct intent_service, member)

static const struct ka_key ka_virtual_keys[] = {
	KA_COMMON,
	{"inhibit_on_failure", ka_switch, offsetof(struct ka_times, inhibit), NULL, 0},
	{"real_server", ka_real_server, 0, NULL, 0},
	{"sorry_server", ka_sorry, 0, NULL, 0},
	{"sorry_server_lvs_method", ka_sorry_method, 0, NULL, 0},
	{"sorry_server_inhibit", ka_ignore, 0, "the sorry server is there when it serves", 0},
	{"lb_algo", ka_scheduler, 0, NULL, 0},
	{"lvs_sched", ka_scheduler, 0, NULL, 0},
	{"lb_kind", ka_method, 0, NULL, 0},
	{"lvs_method", ka_method, 0, NULL, 0},
	{"protocol", ka_protocol, 0, NULL, 0},
	{"ip_family", ka_family, 0, NULL, 0},
	{"persistence_timeout", ka_persistence, 0, NULL, 0},
	{"persistence_granularity", ka_granularity, 0, NULL, 0},
	{"persistence_engine", ka_engine, 0, NULL, 0},
	{"ops", ka_flag, 0, NULL, 0},
	{"flag-1", ka_flag, 0, NULL, 0},
	{"flag-2", ka_flag, 0, NULL, 0},
	{"flag-3", ka_flag, 0, NULL, 0},
	{"sh-port", ka_flag, 0, NULL, 0},
	{"sh-fallback", ka_flag, 0, NULL, 0},
	{"mh-port", ka_flag, 0, NULL, 0},
	{"mh-fallback", ka_flag, 0, NULL, 0},
	{"quorum", ka_quorum, IN_SERVICE(quorum), NULL, 1},
	{"hysteresis", ka_quorum, IN_SERVICE(hysteresis), NULL, 0},
	{"quorum_up", ka_program, IN_SERVICE(quorum_up), NULL, 0},
	{"quorum_down", ka_program, IN_SERVICE(quorum_down), NULL, 0},
	{"omega", ka_omega, 0, NULL, 0},
	{"ha_suspend", ka_ignore, 0, "the standby checks too, so that it is ready", 0},
	{"smtp_alert", ka_ignore, 0, BY_NOTIFY, 0},
	{"snmp_name", ka_ignore, 0, "there is no SNMP", 0},
	{"nat_mask", ka_ignore, 0, "the kernel has no such thing", 0},
	{.name = NULL},
};

static int ka_virtual_key(struct ka *ka, const struct ka_line *line)
{
	struct ipvs_key *key = &ka->virtual->service.service.key;
	long mark = 0;

	key->family = AF_INET;
	key->protocol = IPPROTO_TCP;
	if (line->count == 3 && !strcmp(line->words[1], "group"))
		return reading_fault(ka->at, "a virtual_server group is not supported: "
					     "write a virtual_server for each address");
	if (line->count == 3 && !strcmp(line->words[1], "fwmark")) {
		if (reading_number(ka->at, "fwmark", line->words[2], 1, UINT32_MAX, &mark))
			return -EINVAL;
		key->fwmark = (uint32_t)mark;
		return 0;
	}
	if (line->count < 2 || line->count > 3)
		return reading_fault(ka->at,
				     "virtual_server needs an address and a port, or fwmark N");
	if (reading_address(ka->at, line->words[1], &key->address))
		return -EINVAL;
	key->family = key->address.family;
	return line->count == 3 ? reading_port(ka->at, line->words[2], IPPROTO_TCP, &key->port) : 0;
}

static int ka_virtual_server(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	struct ka_virtual *virtual = memory_take(ka->at->intent, sizeof(*virtual));
	int r;

	if (!virtual)
		return -ENOMEM;
	if (!line->opens)
		return reading_fault(ka->at, "virtual_server needs a block");
	ka->virtual = virtual;
	virtual->at = *ka->at;
	virtual->times = KA_TIMES_INIT;
	virtual->service.quorum = 1;
	virtual->service.file = ka->at->file;
	virtual->service.line = ka->at->line;
	r = ka_virtual_key(ka, line);
	if (!r)
		r = ka_block(ka, ka_virtual_keys);
	return r ? r : ka_virtual_end(ka, virtual);
}

/* "tcp 900 tcpfin 120 udp 300", any of them. */
static int ka_lvs_timeouts(struct ka *ka, const struct ka_line *line)
{
	struct intent *intent = ka->at->intent;

	for (size_t i = 1; i < line->count; i += 2) {
		const char *word = line->words[i], *value = line->words[i + 1];
		long *to = !strcmp(word, "tcp")	   ? &intent->timeout_tcp :
			   !strcmp(word, "tcpfin") ? &intent->timeout_fin :
			   !strcmp(word, "udp")	   ? &intent->timeout_udp :
						     NULL;

		if (!to || !value)
			return reading_fault(ka->at, "lvs_timeouts is tcp N tcpfin N udp N");
		if (reading_number(ka->at, word, value, 1, 31536000, to))
			return -EINVAL;
	}
	return 0;
}

static int ka_lvs_flush(struct ka *ka, const struct ka_line *line)
{
	reading_remark(ka->at, "%s has no effect: services of others are left alone",
		       line->words[0]);
	return 0;
}

static int ka_lvs_sync(struct ka *ka, const struct ka_line *line)
{
	reading_remark(ka->at, "%s has no effect: the parameters sync_... do that", line->words[0]);
	return 0;
}

static int ka_global_defs(struct ka *ka)
{
	static const struct {
		const char *name;
		int (*read)(struct ka *ka, const struct ka_line *line);
	} ours[] = {
		{"lvs_timeouts", ka_lvs_timeouts},
		{"lvs_flush", ka_lvs_flush},
		{"lvs_flush_on_stop", ka_lvs_flush},
		{"lvs_sync_daemon", ka_lvs_sync},
	};

	for (int depth = 1; depth && ka->next < ka->lines.count;) {
		const struct ka_line *line = &ka->lines.items[ka->next++];
		int r = 0;

		ka->at->file = line->file;
		ka->at->line = line->line;
		depth += line->opens ? 1 : line->closes ? -1 : 0;
		for (size_t i = 0; !r && line->count && i < ARRAY_SIZE(ours); i++)
			if (!strcmp(line->words[0], ours[i].name))
				r = ours[i].read(ka, line);
		if (r)
			return r;
	}
	return 0;
}

int keepalived_read(struct reading *reading, const char *text)
{
	struct ka ka = {.at = reading};
	int r = ka_lines_read(reading, text, &ka.lines);

	reading->intent->files = ka.lines.files;
	while (!r && ka.next < ka.lines.count) {
		const struct ka_line *line = &ka.lines.items[ka.next++];

		reading->file = line->file;
		reading->line = line->line;
		if (line->closes)
			return reading_fault(reading, "a } too many");
		if (!strcmp(line->words[0], "virtual_server")) {
			r = ka_virtual_server(&ka, NULL, line);
		} else if (!strcmp(line->words[0], "global_defs") && line->opens) {
			r = ka_global_defs(&ka);
		} else {
			reading_remark(reading, "%s has no effect: only virtual_server is read",
				       line->words[0]);
			r = line->opens ? ka_skip(&ka) : 0;
		}
	}
	return r;
}
