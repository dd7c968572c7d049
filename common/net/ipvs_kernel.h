/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A conversation with the kernel about IPVS, in the network namespace of the caller.
 *
 * One connection serves many requests: the family's number is asked for once. Opening it loads the
 * module ip_vs. Functions return 0 or -errno with a whole sentence in the fault; FAULT_INSTALLED
 * where the kernel has no IPVS, scheduler or persistence engine of that name.
 *
 * Source: linux/ip_vs.h; net/netfilter/ipvs/ip_vs_ctl.c, ip_vs_sync.c.
 */
#pragma once

#include "net/ipvs.h"
#include "net/netlink.h"

struct ipvs {
	struct netlink netlink;
	int family; /* of generic netlink */
};

#define IPVS_INIT ((struct ipvs){.netlink = NETLINK_INIT})

enum ipvs_sync_role {
	IPVS_SYNC_MASTER = 1,
	IPVS_SYNC_BACKUP = 2,
};

/* A daemon of the kernel that sends the connections to other directors, or receives theirs. */
struct ipvs_sync {
	enum ipvs_sync_role role;
	char link[IPVS_NAME_MAX];
	uint32_t id;	   /* 0 to 255; masters and backups of one id belong together */
	uint16_t maximum;  /* bytes of a packet; 0: what the link takes */
	struct inet group; /* multicast; family 0: 224.0.0.81 */
	uint16_t port;	   /* 0: 8848 */
	uint8_t ttl;	   /* 0: 1 */
};

/* Seconds that idle connections live; 0 in ipvs_set_timeouts(): as it is. */
struct ipvs_timeouts {
	uint32_t tcp, fin, udp;
};

int ipvs_open(struct ipvs *ipvs, const struct deadline *deadline, struct fault *fault);
void ipvs_close(struct ipvs *ipvs);

/* All services with their servers. The table is the caller's, also after an error. */
int ipvs_dump(struct ipvs *ipvs, struct fault *fault, struct ipvs_table *ret_table);

/* Removes all services of the namespace, whoever made them. */
int ipvs_flush(struct ipvs *ipvs, struct fault *fault);

/* The daemons that run: none, a master, a backup, or both. *ret_count is 0 to 2. */
int ipvs_sync_list(struct ipvs *ipvs, struct fault *fault, struct ipvs_sync ret_syncs[2],
		   size_t *ret_count);

/*
 * Starts a daemon; one of the same role that runs otherwise is replaced, one that runs just so is
 * left alone. Stopping one that does not run is no error.
 */
int ipvs_sync_start(struct ipvs *ipvs, const struct ipvs_sync *sync, struct fault *fault);
int ipvs_sync_stop(struct ipvs *ipvs, enum ipvs_sync_role role, struct fault *fault);

/* Whether the daemon that runs is what was wanted, with the kernel's own choices for zeros. */
bool ipvs_sync_fits(const struct ipvs_sync *runs, const struct ipvs_sync *wanted);

int ipvs_timeouts(struct ipvs *ipvs, struct fault *fault, struct ipvs_timeouts *ret_timeouts);
int ipvs_set_timeouts(struct ipvs *ipvs, const struct ipvs_timeouts *timeouts, struct fault *fault);

#define AUTO_IPVS CLEANUP(ipvs_close)
