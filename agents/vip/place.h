/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Start: put the addresses on their links, whole or not at all, and announce them.
 *
 * On an error some of them may be there already; the core takes everything down again.
 */
#pragma once

struct call;
struct vip_config;

int place_addresses(struct call *call, const struct vip_config *config);

/* What start needs of this host, without changing it: links, prefixes, an unambiguous choice. */
int place_check(struct call *call, const struct vip_config *config);

/* An unpromoted instance of a real server: the addresses on the loopback, and quiet. */
int place_standby(struct call *call, const struct vip_config *config);

/* Announces addresses that are here, and repeats it. */
int place_announce_again(struct call *call, const struct vip_config *config);
