/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is told to the kernel about IPVS, as attributes of a message. Pure; the message must have room
 * for IPVS_PUT_MAX bytes more.
 */
#pragma once

#include "net/ipvs.h"

struct nlmsghdr;
struct ipvs_sync;

#define IPVS_PUT_MAX 512

void ipvs_put_key(struct nlmsghdr *message, const struct ipvs_key *key);
void ipvs_put_service(struct nlmsghdr *message, const struct ipvs_service *service);

/* whole: everything of it, not just which one it is. */
void ipvs_put_server(struct nlmsghdr *message, const struct ipvs_server *server, bool whole);
void ipvs_put_sync(struct nlmsghdr *message, const struct ipvs_sync *sync);
