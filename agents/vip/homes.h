/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Homes: on which link start has put each address, kept in the record by the link's name, so that
 * a monitor without the parameter nic can tell an address that was moved.
 */
#pragma once

struct call;
struct seen;
struct spot_list;
struct vip_config;

/* 0 or -errno with the call's fault set. */
int homes_remember(struct call *call, struct seen *seen, const struct spot_list *spots);

/* One name an address of the configuration, or NULL; the array is the caller's. NULL: no memory. */
const char **homes_recall(const struct call *call, const struct vip_config *config);
