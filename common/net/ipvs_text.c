// SPDX-License-Identifier: BSD-3-Clause

#include "net/ipvs_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

#define TEXT_ADDRESS "%45s"

void ipvs_print(const struct ipvs_table *table, struct buf *text)
{
	char address[INET_TEXT_MAX];

	for (size_t i = 0; i < table->count; i++) {
		const struct ipvs_service *s = &table->services[i];
		const struct ipvs_key *k = &s->key;

		buf_addf(text, "service %d %" PRIu32 " %d %s %u %s %s %" PRIx32 " %" PRIu32 " %d\n",
			 k->family == AF_INET6 ? 6 : 4, k->fwmark, k->protocol,
			 k->fwmark ? "-" : inet_host_text(&k->address, address), k->port,
			 s->scheduler, s->engine[0] ? s->engine : "-", s->flags, s->persistence,
			 s->netmask);
		for (size_t n = 0; n < s->count; n++) {
			const struct ipvs_server *d = &s->servers[n];

			buf_addf(text, "server %s %u %d %d %" PRIu32 " %" PRIu32 " %u %u %u\n",
				 inet_host_text(&d->address, address), d->port, d->forward,
				 d->weight, d->upper, d->lower, d->tunnel_type, d->tunnel_port,
				 d->tunnel_flags);
		}
	}
}

static int text_service(const char *line, struct ipvs_table *table)
{
	struct ipvs_service s = {.servers = NULL};
	char address[INET_TEXT_MAX];
	int family, end = 0;

	if (sscanf(line,
		   "service %d %" SCNu32 " %d " TEXT_ADDRESS " %" SCNu16 " %15s %15s %" SCNx32
		   " %" SCNu32 " %d%n",
		   &family, &s.key.fwmark, &s.key.protocol, address, &s.key.port, s.scheduler,
		   s.engine, &s.flags, &s.persistence, &s.netmask, &end) != 10 ||
	    line[end] || (family != 4 && family != 6))
		return -EINVAL;
	s.key.family = family == 6 ? AF_INET6 : AF_INET;
	if (s.netmask < 0 || s.netmask > inet_bits(s.key.family) ||
	    s.flags & ~(uint32_t)IPVS_SERVICE_FLAGS)
		return -EINVAL;
	if (!s.key.fwmark &&
	    (inet_parse(address, &s.key.address) || s.key.address.prefix != INET_NO_PREFIX ||
	     s.key.address.family != s.key.family))
		return -EINVAL;
	if (!strcmp(s.engine, "-"))
		s.engine[0] = '\0';
	return ipvs_table_add(table, &s) ? 0 : -ENOMEM;
}

static int text_server(const char *line, struct ipvs_table *table)
{
	struct ipvs_server d = {.port = 0};
	char address[INET_TEXT_MAX];
	int forward, end = 0;

	if (sscanf(line,
		   "server " TEXT_ADDRESS " %" SCNu16 " %d %d %" SCNu32 " %" SCNu32 " %" SCNu8
		   " %" SCNu16 " %" SCNu16 "%n",
		   address, &d.port, &forward, &d.weight, &d.upper, &d.lower, &d.tunnel_type,
		   &d.tunnel_port, &d.tunnel_flags, &end) != 9 ||
	    line[end] || !table->count || forward < IPVS_MASQ || forward > IPVS_DIRECT)
		return -EINVAL;
	if (inet_parse(address, &d.address) || d.address.prefix != INET_NO_PREFIX)
		return -EINVAL;
	d.forward = (enum ipvs_forward)forward;
	return ipvs_service_add(&table->services[table->count - 1], &d) ? 0 : -ENOMEM;
}

int ipvs_parse(const char *text, struct ipvs_table *ret_table)
{
	*ret_table = IPVS_TABLE_INIT;
	while (*text) {
		size_t length = strcspn(text, "\n");
		char line[256];
		int r;

		if (length >= sizeof(line) || text[length] != '\n')
			return -EINVAL;
		memcpy(line, text, length);
		line[length] = '\0';
		r = strncmp(line, "service ", 8) ? text_server(line, ret_table) :
						   text_service(line, ret_table);
		if (r)
			return r;
		text += length + 1;
	}
	return 0;
}
