/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An IPv6 address label: the kernel prefers a source address that has the label of the
 * destination (RFC 6724, section 2.1; linux/if_addrlabel.h).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/inet.h"

struct fault;
struct netlink;
struct nlmsghdr;

struct label {
	struct inet net; /* IPv6, with prefix */
	int index;	 /* of the link that it is limited to, or 0 */
	uint32_t value;	 /* any but 0xffffffff */
};

struct label_list {
	struct label *items; /* owned */
	size_t count, room;
};

#define LABEL_LIST_INIT ((struct label_list){.items = NULL})

enum label_outcome {
	LABEL_EXISTS = 1, /* added: this net and link have a label already, perhaps another */
	LABEL_ABSENT = 2, /* deleted: it was not there */
};

int label_list(struct netlink *netlink, struct fault *fault, struct label_list *ret_list);
void label_list_release(struct label_list *list);

/* 0, LABEL_EXISTS, or -errno. */
int label_add(struct netlink *netlink, const struct label *label, struct fault *fault);

/* 0, LABEL_ABSENT, or -errno. The value does not matter. */
int label_delete(struct netlink *netlink, const struct label *label, struct fault *fault);

/* Reads one RTM_NEWADDRLABEL message: 0, or -EBADMSG. Pure. */
int label_read(const struct nlmsghdr *message, struct label *ret_label);

#define AUTO_LABEL_LIST CLEANUP(label_list_release)
