/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading a configuration into an intent: what the formats have in common.
 *
 * Functions return 0, or -EINVAL with a fault that begins with the file and the line, or, without a
 * file, with the name of the parameter.
 */
#pragma once

#include "base/attr.h"
#include "ipvs/intent.h"

struct fault;

struct reading {
	struct intent *intent;
	const char *file; /* NULL: a parameter, whose name is where */
	int line;
	const char *where;
	struct fault *fault;
};

int reading_fault(const struct reading *reading, const char *format, ...) PRINTF_LIKE(2, 3);

/* A sentence into the intent's remarks: understood, and without effect. */
void reading_remark(const struct reading *reading, const char *format, ...) PRINTF_LIKE(2, 3);

/* name is what a sentence calls it. */
int reading_number(const struct reading *reading, const char *name, const char *text, long min,
		   long max, long *ret_value);

/* Seconds, fractions allowed, or what base/num.h takes for a duration; to milliseconds. */
int reading_time(const struct reading *reading, const char *name, const char *text,
		 long long *ret_milliseconds);
int reading_boolean(const struct reading *reading, const char *name, const char *text,
		    bool *ret_value);
int reading_address(const struct reading *reading, const char *text, struct inet *ret_address);

/* A number, or a name of /etc/services. protocol is an IPPROTO_*. */
int reading_port(const struct reading *reading, const char *text, int protocol, uint16_t *ret_port);

/*
 * "192.0.2.1:80", "[2001:db8::1]:http", or without the port, which is left alone then; an address
 * alone may be without brackets.
 */
int reading_endpoint(const struct reading *reading, const char *text, int protocol,
		     struct inet *ret_address, uint16_t *ret_port);

/* The same for a real server, whose host may be a name: its addresses are found later (ipvs/names.h). */
int reading_server(const struct reading *reading, const char *text, int protocol,
		   struct intent_server *server);

/* Its host alone. */
int reading_host(const struct reading *reading, const char *text, struct intent_server *server);

/* "wrr", "mh" and the like; the name is only checked for its length: the kernel knows them. */
int reading_scheduler(const struct reading *reading, const char *text,
		      struct ipvs_service *service);

/* "mh-port", "sh-fallback", "flag-1", "ops" ...: adds to the service's flags. */
int reading_flag(const struct reading *reading, const char *text, struct ipvs_service *service);
int reading_persistence(const struct reading *reading, const char *text,
			struct ipvs_service *service);
int reading_netmask(const struct reading *reading, const char *text, struct ipvs_service *service);

/* masq NAT gate DR ipip TUN gue gre local, in either spelling of case. */
int reading_forward(const struct reading *reading, const char *text, struct ipvs_server *server);
int reading_protocol(const struct reading *reading, const char *text, int *ret_protocol);
int reading_command(const struct reading *reading, const char *text,
		    const char *const **ret_command);

/* The service, a server or a check behind those that there are; NULL when there is no memory. */
struct intent_service *reading_add_service(const struct reading *reading);
struct intent_server *reading_add_server(const struct reading *reading,
					 struct intent_service *service, bool fallback);
int reading_add_check(const struct reading *reading, struct intent_server *server,
		      const struct intent_check *check);

/* A whole check that is a copy; the strings stay shared. */
struct intent_check reading_check_defaults(enum check_kind kind);

/*
 * The whole at the end: ids, ports of servers without NAT, services or servers that come twice,
 * families that don't fit, checks that lack what they need.
 */
int reading_finish(const struct reading *reading);
