// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/reading.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/ip_vs.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/fault.h"
#include "base/num.h"
#include "ipvs/memory.h"
#include "ipvs/name.h"

int reading_fault(const struct reading *reading, const char *format, ...)
{
	char text[FAULT_REASON_MAX];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (reading->file)
		return fault_set(reading->fault, FAULT_ARGS, -EINVAL, "%s:%d: %s", reading->file,
				 reading->line, text);
	return fault_set(reading->fault, FAULT_CONFIGURED, -EINVAL, "%s%s%s",
			 reading->where ? reading->where : "", reading->where ? ": " : "", text);
}

int reading_number(const struct reading *reading, const char *name, const char *text, long min,
		   long max, long *ret_value)
{
	long long value;

	if (num_parse(text, min, max, &value))
		return reading_fault(reading, "%s must be a number from %ld to %ld, not '%.40s'",
				     name, min, max, text);
	*ret_value = (long)value;
	return 0;
}

int reading_time(const struct reading *reading, const char *name, const char *text,
		 long long *ret_milliseconds)
{
	unsigned int seconds, fraction = 0;
	int digits = 0, end = 0;

	if (!num_duration(text, ret_milliseconds) && *ret_milliseconds >= 0 &&
	    *ret_milliseconds <= 86400000)
		return 0;
	if (sscanf(text, "%5u.%n%3u%n", &seconds, &digits, &fraction, &end) == 2 && !text[end] &&
	    end > digits) {
		for (digits = end - digits; digits < 3; digits++)
			fraction *= 10;
		*ret_milliseconds = seconds * 1000LL + fraction;
		return 0;
	}
	return reading_fault(reading, "%s must be a time up to a day (5, 0.5, 500ms), not '%.40s'",
			     name, text);
}

int reading_boolean(const struct reading *reading, const char *name, const char *text,
		    bool *ret_value)
{
	static const char *const words[] = {"no", "yes", "false", "true", "off", "on", "0", "1"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcasecmp(text, words[i])) {
			*ret_value = i % 2;
			return 0;
		}
	return reading_fault(reading, "%s must be yes or no, not '%.40s'", name, text);
}

int reading_address(const struct reading *reading, const char *text, struct inet *ret_address)
{
	if (!inet_parse(text, ret_address) && ret_address->prefix == INET_NO_PREFIX)
		return 0;
	return reading_fault(reading, "'%.60s' must be an address; only servers may have names",
			     text);
}

int reading_port(const struct reading *reading, const char *text, int protocol, uint16_t *ret_port)
{
	const struct servent *found;
	long long value;

	if (!num_parse(text, 0, 65535, &value)) {
		*ret_port = (uint16_t)value;
		return 0;
	}
	found = getservbyname(text, protocol == IPPROTO_UDP ? "udp" : "tcp");
	if (!found)
		return reading_fault(reading, "there is no port '%.40s'", text);
	*ret_port = ntohs((uint16_t)found->s_port);
	return 0;
}

/* The host into a buffer, and the port behind it, or NULL. */
static int reading_split(const struct reading *reading, const char *text,
			 char host[NAME_LENGTH_MAX], const char **ret_port)
{
	const char *colon = strrchr(text, ':');
	size_t length;

	if (text[0] == '[') {
		const char *end = strchr(text, ']');

		if (!end || (end[1] && end[1] != ':'))
			return reading_fault(reading, "'%.60s' must be [address]:port", text);
		length = (size_t)(end - ++text);
		colon = end[1] ? end + 1 : NULL;
	} else if (colon && strchr(text, ':') == colon) {
		length = (size_t)(colon - text);
	} else {
		/* Several colons: an IPv6 address. */
		length = strlen(text);
		colon = NULL;
	}
	if (length >= NAME_LENGTH_MAX)
		return reading_fault(reading, "'%.60s' must be an address", text);
	memcpy(host, text, length);
	host[length] = '\0';
	*ret_port = colon ? colon + 1 : NULL;
	return 0;
}

int reading_endpoint(const struct reading *reading, const char *text, int protocol,
		     struct inet *ret_address, uint16_t *ret_port)
{
	char host[NAME_LENGTH_MAX];
	const char *port = NULL;

	if (reading_split(reading, text, host, &port) ||
	    reading_address(reading, host, ret_address))
		return -EINVAL;
	return port ? reading_port(reading, port, protocol, ret_port) : 0;
}

int reading_host(const struct reading *reading, const char *text, struct intent_server *server)
{
	if (!inet_parse(text, &server->server.address) &&
	    server->server.address.prefix == INET_NO_PREFIX)
		return 0;
	if (!name_is_one(text))
		return reading_fault(reading, "'%.60s' must be an address or the name of a host",
				     text);
	server->server.address = (struct inet){.family = 0, .prefix = INET_NO_PREFIX};
	server->name = memory_text(reading->intent, text, strlen(text));
	server->nameless = true;
	return server->name ? 0 : -ENOMEM;
}

int reading_server(const struct reading *reading, const char *text, int protocol,
		   struct intent_server *server)
{
	char host[NAME_LENGTH_MAX];
	const char *port = NULL;

	if (reading_split(reading, text, host, &port) || reading_host(reading, host, server))
		return -EINVAL;
	return port ? reading_port(reading, port, protocol, &server->server.port) : 0;
}

int reading_scheduler(const struct reading *reading, const char *text, struct ipvs_service *service)
{
	size_t length = strlen(text);

	if (!length || length >= sizeof(service->scheduler) ||
	    length != strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_"))
		return reading_fault(reading, "'%.40s' cannot be a scheduler", text);
	memcpy(service->scheduler, text, length + 1);
	return 0;
}

int reading_flag(const struct reading *reading, const char *text, struct ipvs_service *service)
{
	static const struct {
		const char *name;
		uint32_t flag;
	} flags[] = {
		{"ops", IP_VS_SVC_F_ONEPACKET},	     {"flag-1", IP_VS_SVC_F_SCHED1},
		{"flag-2", IP_VS_SVC_F_SCHED2},	     {"flag-3", IP_VS_SVC_F_SCHED3},
		{"sh-fallback", IP_VS_SVC_F_SCHED1}, {"sh-port", IP_VS_SVC_F_SCHED2},
		{"mh-fallback", IP_VS_SVC_F_SCHED1}, {"mh-port", IP_VS_SVC_F_SCHED2},
	};

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (!strcmp(text, flags[i].name)) {
			service->flags |= flags[i].flag;
			return 0;
		}
	return reading_fault(reading, "'%.40s' is no flag of a scheduler", text);
}

int reading_persistence(const struct reading *reading, const char *text,
			struct ipvs_service *service)
{
	long seconds = 0;

	if (reading_number(reading, "persistence", text, 0, 2678400, &seconds))
		return -EINVAL;
	service->persistence = (uint32_t)seconds;
	if (seconds)
		service->flags |= IP_VS_SVC_F_PERSISTENT;
	else
		service->flags &= ~(uint32_t)IP_VS_SVC_F_PERSISTENT;
	return 0;
}

int reading_netmask(const struct reading *reading, const char *text, struct ipvs_service *service)
{
	int bits;

	if (inet_prefix_parse(text, service->key.family, &bits) ||
	    (service->key.family == AF_INET6 && !bits))
		return reading_fault(reading, "'%.40s' must be a netmask or a prefix length", text);
	service->netmask = bits;
	return 0;
}

int reading_forward(const struct reading *reading, const char *text, struct ipvs_server *server)
{
	static const struct {
		const char *name;
		enum ipvs_forward forward;
		uint8_t tunnel;
	} rows[] = {
		{"masq", IPVS_MASQ, 0},
		{"nat", IPVS_MASQ, 0},
		{"gate", IPVS_DIRECT, 0},
		{"dr", IPVS_DIRECT, 0},
		{"ipip", IPVS_TUNNEL, 0},
		{"tun", IPVS_TUNNEL, IP_VS_CONN_F_TUNNEL_TYPE_IPIP},
		{"gue", IPVS_TUNNEL, IP_VS_CONN_F_TUNNEL_TYPE_GUE},
		{"gre", IPVS_TUNNEL, IP_VS_CONN_F_TUNNEL_TYPE_GRE},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (!strcasecmp(text, rows[i].name)) {
			server->forward = rows[i].forward;
			server->tunnel_type = rows[i].tunnel;
			return 0;
		}
	return reading_fault(reading, "'%.40s' must be masq, gate, ipip, gue or gre", text);
}

int reading_protocol(const struct reading *reading, const char *text, int *ret_protocol)
{
	if (!strcasecmp(text, "tcp"))
		*ret_protocol = IPPROTO_TCP;
	else if (!strcasecmp(text, "udp"))
		*ret_protocol = IPPROTO_UDP;
	else if (!strcasecmp(text, "sctp"))
		*ret_protocol = IPPROTO_SCTP;
	else
		return reading_fault(reading, "'%.40s' must be tcp, udp or sctp", text);
	return 0;
}

int reading_command(const struct reading *reading, const char *text,
		    const char *const **ret_command)
{
	const char *const *words = memory_words(reading->intent, text);

	if (!words)
		return reading_fault(reading, "'%.80s' is no command", text);
	if (words[0][0] != '/')
		return reading_fault(reading, "'%.80s' must be the whole path of a program",
				     words[0]);
	*ret_command = words;
	return 0;
}
