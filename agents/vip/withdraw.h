/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stop: take the addresses away, every instance of them in the network namespace, whatever its
 * prefix, link or label, and with them what start brought along.
 */
#pragma once

struct call;
struct vip_config;

/* 0 or -errno with the call's fault set; the core looks again afterwards. */
int withdraw_addresses(struct call *call, const struct vip_config *config);
