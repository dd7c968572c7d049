/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A policy routing rule: which table is asked for packets from and to which networks
 * (linux/fib_rules.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/inet.h"

struct fault;
struct netlink;
struct nlmsghdr;

struct rule {
	int family;	  /* AF_INET or AF_INET6 */
	struct inet from; /* with prefix; family 0: any */
	struct inet to;	  /* with prefix; family 0: any */
	uint32_t table;
	uint32_t priority;	/* 0 in a request: the kernel chooses; IPv4's local rule has 0 */
	unsigned char protocol; /* who added it: RTPROT_STATIC ...; 0: unsaid */
	bool plain;		/* looks up the table and has no other selector than those above */
};

struct rule_list {
	struct rule *items; /* owned */
	size_t count, room;
};

#define RULE_LIST_INIT ((struct rule_list){.items = NULL})

enum rule_outcome {
	RULE_EXISTS = 1, /* added: it was there already */
	RULE_ABSENT = 2, /* deleted: it was not there */
};

/* Rules of AF_INET or AF_INET6. */
int rule_list(struct netlink *netlink, int family, struct fault *fault, struct rule_list *ret_list);
void rule_list_release(struct rule_list *list);

/* 0, RULE_EXISTS, or -errno. */
int rule_add(struct netlink *netlink, const struct rule *rule, struct fault *fault);

/* 0, RULE_ABSENT, or -errno. A priority of 0 matches any. */
int rule_delete(struct netlink *netlink, const struct rule *rule, struct fault *fault);

/* Whether a plain rule of the list says the same; a priority or protocol of 0 matches any. */
bool rule_list_has(const struct rule_list *list, const struct rule *rule);

/* Reads one RTM_NEWRULE message: 0, or -EBADMSG. Pure. */
int rule_read(const struct nlmsghdr *message, struct rule *ret_rule);

#define AUTO_RULE_LIST CLEANUP(rule_list_release)
