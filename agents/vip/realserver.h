/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The node as an LVS-DR real server: an address that is not active here waits on the loopback,
 * where it takes packets that a director forwards, and nobody hears of it.
 */
#pragma once

struct call;
struct seen;
struct spot_list;
struct vip_config;

/* Out of the loopback before it becomes active; a primitive's record keeps what was there. */
int realserver_leave_loopback(struct call *call, const struct vip_config *config,
			      struct seen *seen);

/* Back to the loopback what the record of a primitive says was there. */
int realserver_return_to_loopback(struct call *call, const struct vip_config *config,
				  struct seen *seen);

/*
 * An unpromoted instance: arp_ignore=1 and arp_announce=2 on the links of the spots (what was
 * there goes into the record), then every address on the loopback.
 */
int realserver_stand_by(struct call *call, const struct vip_config *config, struct seen *seen,
			const struct spot_list *spots);

/* Gives arp_ignore and arp_announce back what the record has. */
void realserver_restore_arp(struct call *call);

/* 0, or 1 with the fault set: the kernel would answer for addresses on the loopback. */
int realserver_look_arp(struct call *call);
