/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kernel's answers about IPVS, read. Pure functions over one message each; its bytes are foreign.
 *
 * All return 0, or -EBADMSG for a message that is no such answer: an attribute that is missing or
 * shorter than its value, an address family or a port that does not exist. Attributes that are not
 * known here are skipped.
 */
#pragma once

#include "net/ipvs.h"

struct nlmsghdr;
struct ipvs_sync;
struct ipvs_timeouts;

int ipvs_read_service(const struct nlmsghdr *message, struct ipvs_service *ret_service);

/* The family is the service's, for kernels that do not tell the server's own. */
int ipvs_read_server(const struct nlmsghdr *message, int family, struct ipvs_server *ret_server);
int ipvs_read_sync(const struct nlmsghdr *message, struct ipvs_sync *ret_sync);
int ipvs_read_timeouts(const struct nlmsghdr *message, struct ipvs_timeouts *ret_timeouts);

/* The number that generic netlink gave to the family, in an answer to CTRL_CMD_GETFAMILY. */
int ipvs_read_family(const struct nlmsghdr *message, int *ret_family);
