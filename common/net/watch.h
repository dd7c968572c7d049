/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A watch on the kernel's tables: the changes of addresses, as rtnetlink(7) multicasts them.
 */
#pragma once

#include "base/attr.h"

struct addr;
struct fault;

struct watch {
	int fd; /* readable when something has changed */
};

#define WATCH_INIT ((struct watch){.fd = -1})

enum watch_event {
	WATCH_ADDED = 1,
	WATCH_DELETED = 2,
	WATCH_LOST = 3, /* the kernel dropped events: look at the tables instead */
};

/* From now on the IPv4 and IPv6 addresses of this namespace are watched. 0 or -errno. */
int watch_open_addresses(struct watch *watch, struct fault *fault);
void watch_close(struct watch *watch);

/*
 * Takes what has come without waiting, and hands every address that came or went to the function.
 * 0, WATCH_LOST, or -errno.
 */
int watch_read(struct watch *watch, void (*take)(enum watch_event, const struct addr *, void *),
	       void *data);

#define AUTO_WATCH CLEANUP(watch_close)
