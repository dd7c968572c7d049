/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The intent: which services there shall be, on which servers, checked how.
 *
 * Read from parameters (ipvs/realservers.h), ldirectord's or keepalived's configuration. Nothing
 * here knows which server is alive: ipvs/wanted.h makes the kernel's table out of an intent and the
 * standing of its servers. All strings belong to the intent. Durations are milliseconds.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/inet.h"
#include "net/ipvs.h"

enum check_kind {
	CHECK_OFF, /* never alive */
	CHECK_ON,  /* always alive */
	CHECK_CONNECT,
	CHECK_HTTP, /* tls: https */
	CHECK_SMTP,
	CHECK_DNS,
	CHECK_MYSQL,
	CHECK_PING,
	CHECK_UDP,
	CHECK_SCTP,
	CHECK_LDAP,
	CHECK_IMAP,
	CHECK_POP,
	CHECK_FTP,
	CHECK_TALK, /* send request, expect receive: ldirectord's simpletcp */
	CHECK_EXTERNAL,
	CHECK_AGENT, /* HAProxy's agent-check line */
	CHECK_KINDS
};

/* One request of an HTTP check; all of them must succeed. */
struct intent_url {
	const char *path;
	const char *host;    /* Host header, or NULL: the check's */
	const char *digest;  /* MD5 of the body, 32 lower-case hexadecimal digits, or NULL */
	const char *status;  /* "200-299,302"; NULL: 200 to 299 */
	const char *receive; /* extended regular expression that the body must match, or NULL */
	bool no_match;	     /* it must not */
};

/* How external programs are called. */
enum external_style {
	EXTERNAL_LDIRECTORD, /* vip vport rip rport appended, environment of ldirectord */
	EXTERNAL_MISC,	     /* keepalived's MISC_CHECK: as written; 0 alive, else dead */
	EXTERNAL_DYNAMIC,    /* the same, 2 to 255: alive with that weight less 2 */
};

struct intent_check {
	enum check_kind kind;
	struct inet address;   /* to connect to; family 0: the server's */
	uint16_t port;	       /* 0: the server's, or the service's own of the kind */
	struct inet bind;      /* own address; family 0: any */
	uint16_t bind_port;    /* 0: any */
	const char *bind_link; /* own interface, or NULL */
	uint32_t fwmark;       /* of its packets, 0: none */

	long long interval;	  /* between the beginnings of two checks */
	long long timeout;	  /* of a whole check, names, TLS and body included */
	long long retry_interval; /* between tries while changing state */
	long long warmup;	  /* the first check comes within that time, spread at random */
	int fall;		  /* failures in a row that make it dead: 1 + retries */
	int rise;		  /* successes in a row that make it alive again */
	bool alpha;		  /* and for the first time */

	bool tls, verify, sni;
	const char *ca_file, *tls_name; /* verified with; name for SNI and verification */
	const char *method, *version;	/* HTTP: GET or HEAD; "1.0", "1.1" */
	const char *host;		/* HTTP virtual host, SMTP's helo name */
	struct intent_url *urls;	/* owned by the intent */
	size_t url_count;
	const char *request, *receive; /* of the other kinds: name, query, text; regex of answer */
	const char *type;	       /* DNS: "A", "SOA" */
	bool hex;	    /* UDP: request and receive are hexadecimal, receive with ?? */
	bool require_reply; /* UDP: silence is a failure */
	const char *login, *password, *database;
	long long lag_limit; /* MySQL: replication lag that makes it dead; -1: any */
	int read_only;	     /* MySQL: 1 must be, 0 must not be, -1: any */
	bool lag_weight;     /* MySQL: the weight shrinks with the lag, to 1 at lag_limit */
	enum external_style style;
	const char *const *command; /* argv, ends with NULL */
	const char *user;	    /* of the external program, or NULL */
};

struct intent_server {
	size_t id;	  /* 0 .. intent.server_count - 1, over all services and fallbacks */
	const char *name; /* of its host, where no address was written; NULL */
	bool nameless;	  /* that has no address, and the server's are zeros: it cannot serve */
	struct ipvs_server server;    /* address, port, forwarding, weight, thresholds, tunnel */
	bool quiescent;		      /* dead: stays with weight 0 instead of leaving */
	bool alpha;		      /* it needs rise successes for the first time, too */
	struct intent_check **checks; /* all must succeed; none: always alive */
	size_t check_count;
	const char *const *notify_up, *const *notify_down; /* argv or NULL */
};

/* Whose node a server's address is, where it is not one of the node's own. */
struct intent_node {
	struct inet address;
	const char *name; /* or number */
};

enum intent_balance {
	BALANCE_WEIGHT,
	BALANCE_TRAFFIC
};

struct intent_service {
	struct ipvs_service service;		   /* without servers */
	struct intent_server *servers, *fallbacks; /* owned by the intent */
	size_t server_count, fallback_count;
	int quorum; /* summed weight of living servers below which fallbacks serve; at least 1 */
	int hysteresis; /* returns at quorum + hysteresis, lost at quorum - hysteresis */
	bool withdraw;	/* the service leaves when there is no quorum and no fallback */
	bool omega;	/* notify_down and quorum_down run at the end, too */
	enum intent_balance balance;
	long long slow_start; /* a returning server's weight grows over that time; 0: at once */
	const char *const *quorum_up, *const *quorum_down;
	const char *file; /* where it was written; NULL: in the parameters */
	int line;
};

struct intent {
	struct intent_service *services;	    /* owned */
	size_t service_count, server_count;	    /* ids given to servers */
	long timeout_tcp, timeout_fin, timeout_udp; /* seconds; 0: the kernel's */
	bool autoreload;			    /* the files are watched */
	const char *const *files;		    /* that were read; ends with NULL, or NULL */
	long long drain_limit;			    /* seconds; 0: none */
	const char *const *changed, *const *notify; /* argv after a reload, at a change; or NULL */
	struct intent_node *nodes;
	size_t node_count;
	bool strays, stays;   /* without their nodes servers may live; without quorum we serve on */
	const char **remarks; /* sentences about what was read and has no effect */
	size_t remark_count;
	void *memory; /* the pool of all of it */
};

#define INTENT_INIT ((struct intent){.services = NULL})

void intent_release(struct intent *intent);
#define AUTO_INTENT CLEANUP(intent_release)
