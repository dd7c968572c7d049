/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Routes, rules and source addresses that come and go with the addresses: the parameters routes,
 * rules and src, in the words of ip-route(8) and ip-rule(8).
 */
#pragma once

#include "net/route.h"
#include "net/rule.h"

struct call;
struct fault;
struct seen;
struct vip_config;

#define ROUTING_DEVICE_MAX 128

struct routing_route {
	struct route route;		 /* index 0 until its device was looked up */
	char device[ROUTING_DEVICE_MAX]; /* "" when none was written */
};

/*
 * Reads one route ("198.51.100.0/24 via 192.0.2.1 table 100") or rule ("from 192.0.2.10 table
 * 100") of so many bytes. family is that of a bare "default". 0 or -EINVAL. Pure.
 */
int routing_read_route(const char *text, size_t length, int family,
		       struct routing_route *ret_route);
int routing_read_rule(const char *text, size_t length, struct rule *ret_rule);

/* Writes a route so that routing_read_route() reads the same. */
struct buf;
void routing_print_route(const struct routing_route *route, struct buf *text);

/* Whether any of the three parameters is given. */
bool routing_wanted(const struct vip_config *config);

/* Whether the three parameters can be read. 0, or -EINVAL with the fault naming the piece. */
int routing_check(const struct vip_config *config, struct fault *fault);

/* After the addresses were added; the caller undoes a half with routing_remove(). */
int routing_add(struct call *call, const struct vip_config *config, struct seen *seen);

/* Before the addresses are deleted; what is not there is no error. */
int routing_remove(struct call *call, const struct vip_config *config, struct seen *seen);

enum routing_outcome {
	ROUTING_MISSING = 1, /* the fault says what */
};

/* Whether all is there: 0, ROUTING_MISSING, or -errno. */
int routing_look(struct call *call, const struct vip_config *config, struct seen *seen);
