/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration of a vip instance: its parameters as values (params.c has the table with the
 * texts), and the few facts that follow from them alone.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/inet.h"
#include "ocf/param.h"

struct fault;

struct vip_config {
	struct inet_list ip; /* at least one; a prefix where the user wrote one */
	const char *nic;     /* "eth0", an alternative name, "eth0:label", or NULL */
	const char *cidr_netmask;
	const char *broadcast;
	const char *iflabel;
	bool lvs_support;
	bool lvs_ipv6_addrlabel;
	long lvs_ipv6_addrlabel_value;
	long arp_interval; /* milliseconds, or PARAM_UNSET */
	long arp_count;
	long arp_count_refresh;
	bool arp_bg;
	bool run_arping;
	bool nodad;
	bool unique_clone_address;
	long long conflict_wait; /* milliseconds */
	bool noprefixroute;
	const char *preferred_lft;
	bool flush_routes;
	const char *network_namespace;
	bool check_link_status;
	const char *proto;
	long table;  /* or PARAM_UNSET: main */
	long metric; /* or PARAM_UNSET: any */
	const char *routes;
	const char *rules;
	const char *src;
	bool kill_connections;
};

extern const struct param vip_params[];

/* struct agent's check(): the parameters together. */
int vip_check(const void *config, struct fault *fault);

/* The name part of nic, without ":label", in name; NULL without nic. */
const char *vip_nic(const struct vip_config *config, char name[128]);

/* iflabel, or what stands behind the colon in nic, or NULL. */
const char *vip_label(const struct vip_config *config);

/* Prefix length that the user gave for this address: its own, or cidr_netmask; or INET_NO_PREFIX. */
int vip_prefix(const struct vip_config *config, const struct inet *address);

/* Seconds, or UINT32_MAX for ever. */
uint32_t vip_preferred_lft(const struct vip_config *config);

/* Number of a routing protocol ("kernel", "static", "186"), or -1 when unset or unknown. */
int vip_proto(const struct vip_config *config);
