/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kernel's virtual server (IPVS): services, their servers, connection sync, timeouts.
 *
 * A service is what clients connect to: an address with protocol and port, or a firewall mark. A
 * server ("destination" to the kernel) is where a connection goes. Everything is per network
 * namespace. What is read from the kernel is foreign bytes and read by net/ipvs_read.h.
 *
 * Source: linux/ip_vs.h (the generic netlink family "IPVS"), net/netfilter/ipvs/ip_vs_ctl.c.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/inet.h"

#define IPVS_NAME_MAX 16 /* bytes of a scheduler's or persistence engine's name, with the NUL */

/* Which service: by fwmark if that is not 0, else by protocol, address and port. */
struct ipvs_key {
	int family; /* AF_INET or AF_INET6: of the clients' packets */
	uint32_t fwmark;
	int protocol; /* IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP */
	struct inet address;
	uint16_t port; /* host order; 0: every port, of a persistent service */
};

/* Counters since the object was made, and rates of the last seconds. */
struct ipvs_stats {
	uint64_t connections, packets_in, packets_out, bytes_in, bytes_out;
	uint64_t connections_rate, packets_in_rate, packets_out_rate; /* a second */
	uint64_t bytes_in_rate, bytes_out_rate;
};

enum ipvs_forward {
	IPVS_MASQ = 0,
	IPVS_LOCAL = 1, /* the kernel's own finding: the server is this host */
	IPVS_TUNNEL = 2,
	IPVS_DIRECT = 3, /* "gate": direct routing */
};

struct ipvs_server {
	struct inet address; /* its family may differ from the service's with IPVS_TUNNEL */
	uint16_t port;	     /* host order */
	enum ipvs_forward forward;
	int weight;
	uint32_t upper,
		lower;	      /* connections at which it gets no more, and gets some again; 0: no */
	uint8_t tunnel_type;  /* IP_VS_CONN_F_TUNNEL_TYPE_IPIP, _GUE, _GRE */
	uint16_t tunnel_port; /* GUE: UDP port, host order */
	uint16_t tunnel_flags;		       /* IP_VS_TUNNEL_ENCAP_FLAG_* */
	uint32_t active, inactive, persistent; /* connections; the kernel's to say */
	struct ipvs_stats stats;
};

struct ipvs_service {
	struct ipvs_key key;
	char scheduler[IPVS_NAME_MAX];
	char engine[IPVS_NAME_MAX]; /* "sip" or "" */
	uint32_t flags;		    /* IP_VS_SVC_F_PERSISTENT, _ONEPACKET, _SCHED1 to 3 */
	uint32_t persistence;	    /* seconds, 0 without */
	int netmask;		    /* bits of a client's address that persistence looks at */
	struct ipvs_stats stats;
	struct ipvs_server *servers; /* owned */
	size_t count, room;
};

struct ipvs_table {
	struct ipvs_service *services; /* owned, with their servers */
	size_t count, room;
};

#define IPVS_TABLE_INIT ((struct ipvs_table){.services = NULL})

/* The flags of a service that are its user's; the others are the kernel's own. */
#define IPVS_SERVICE_FLAGS 0x3d

/* Appends a copy without servers, which is returned for more; NULL when there is no memory. */
struct ipvs_service *ipvs_table_add(struct ipvs_table *table, const struct ipvs_service *service);
struct ipvs_server *ipvs_service_add(struct ipvs_service *service,
				     const struct ipvs_server *server);
/* Removes one of its servers; the others keep their order. */
void ipvs_service_remove(struct ipvs_service *service, struct ipvs_server *server);
struct ipvs_service *ipvs_table_find(const struct ipvs_table *table, const struct ipvs_key *key);
struct ipvs_server *ipvs_service_find(const struct ipvs_service *service,
				      const struct inet *address, uint16_t port);
void ipvs_table_release(struct ipvs_table *table);

bool ipvs_key_same(const struct ipvs_key *a, const struct ipvs_key *b);

#define IPVS_KEY_TEXT_MAX 80
/* "tcp 192.0.2.1:80", "udp [2001:db8::1]:53", "fwmark 7", "fwmark 7 (IPv6)". */
const char *ipvs_key_text(const struct ipvs_key *key, char text[IPVS_KEY_TEXT_MAX]);
/* "192.0.2.1:80", "[2001:db8::1]:80". */
const char *ipvs_server_text(const struct ipvs_server *server, char text[IPVS_KEY_TEXT_MAX]);

#define AUTO_IPVS_TABLE CLEANUP(ipvs_table_release)
