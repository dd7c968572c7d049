/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Heirs: the first IPv4 address of a subnet on a link carries the others, its secondaries. Without
 * promote_secondaries (ip-sysctl) the kernel takes them away together with the first.
 */
#pragma once

#include "base/inet.h"

struct addr;
struct call;
struct seen;

/*
 * Deletes this instance, which is one of seen's, and keeps its secondaries. ours: addresses that
 * may go with it, or NULL. 0, ADDR_ABSENT, or -errno with the call's fault set.
 */
int heirs_delete(struct call *call, struct seen *seen, const struct addr *addr,
		 const struct inet_list *ours);
