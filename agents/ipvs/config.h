/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration of an ipvs instance: its parameters as values (params.c has the texts).
 */
#pragma once

#include <stdbool.h>

#include "base/inet.h"
#include "ocf/param.h"

struct fault;
struct ipvs_sync;

struct ipvs_config {
	struct inet vip; /* or fwmark, or config */
	long fwmark;
	const char *port, *file;
	bool autoreload;
	int protocol; /* index into tcp, udp, sctp */
	int family;   /* of a fwmark: index into ipv4, ipv6 */
	const char *scheduler;
	long persistence;
	const char *netmask, *engine;
	const char *realservers, *fallback;
	bool quiescent, alpha, withdraw;
	long quorum, hysteresis;
	int balance;	      /* enum intent_balance */
	long long slow_start; /* milliseconds */
	int check;	      /* index into ipvs_checks, whose order is params.c's */
	const char *check_request, *check_receive, *check_host, *check_method, *check_status;
	const char *check_digest, *check_login, *check_password_file, *check_database;
	const char *check_command, *check_user, *check_ca_file, *check_type;
	struct inet check_address;
	int check_port;
	long long check_interval, check_timeout, check_retry_interval, check_warmup;
	long check_retries, check_rise;
	bool check_verify;
	long long check_lag; /* milliseconds or PARAM_UNSET */
	bool check_lag_weight;
	int check_read_only; /* index into any, yes, no */
	const char *sync_interface;
	long sync_id;
	struct inet sync_group;
	int sync_port;
	long sync_ttl, sync_maxlen;
	const char *notify, *nodes;
	bool omega, membership;
	int no_quorum; /* index into withdraw, ignore */
	long timeout_tcp, timeout_fin, timeout_udp;
	long long drain_limit; /* milliseconds */
	long ip_forward, expire_nodest_conn, expire_quiescent_template, conn_reuse_mode;
};

extern const struct param ipvs_params[];

/* struct agent's check(): the parameters together. */
int ipvs_check(const void *config, struct fault *fault);
