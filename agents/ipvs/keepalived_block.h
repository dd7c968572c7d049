/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A virtual_server block while it is read. Times and counts may be given for the service, a server or
 * a check, and anywhere in the block, so that they are put together at its end.
 */
#pragma once

#include "ipvs/keepalived_line.h"

#define KA_UNSET (-1)

struct ka_times {
	long long delay_loop, connect_timeout, delay_before_retry, warmup; /* ms or KA_UNSET */
	long retry;
	const char *virtualhost;
	int alpha, inhibit; /* 0, 1 or KA_UNSET */
};

#define KA_TIMES_INIT                                                                              \
	((struct ka_times){KA_UNSET, KA_UNSET, KA_UNSET, KA_UNSET, KA_UNSET, NULL, KA_UNSET,       \
			   KA_UNSET})

struct ka_check {
	struct intent_check check;
	struct ka_times times;
	int retry_default;	 /* of the kind */
	long long delay_default; /* ms before a retry; 0: delay_loop */
};

struct ka_server {
	struct intent_server server; /* without checks */
	struct ka_times times;
	bool method; /* it has a forwarding of its own */
	struct ka_check *checks;
	size_t check_count;
};

struct ka_virtual {
	struct reading at; /* of the line that begins it */
	struct intent_service service;
	struct ipvs_server method; /* its forwarding */
	struct ka_times times;
	struct ka_server *servers;
	size_t server_count;
	struct intent_server sorry; /* neither address nor name: none */
	bool sorry_method;	    /* it has a forwarding of its own */
};

struct ka {
	struct reading *at; /* file and line are those of the line that is read */
	struct ka_lines lines;
	size_t next;
	struct ka_virtual *virtual;
	struct ka_server *server;
	struct ka_check *check;
	struct intent_url *url;
};

struct ka_key {
	const char *name;
	int (*read)(struct ka *ka, const struct ka_key *key, const struct ka_line *line);
	size_t offset;	     /* for those that need one */
	const char *instead; /* why it has no effect, or is refused */
	int number;
};

/* Reads the lines of the block that the last line opens; every one must be a key. */
int ka_block(struct ka *ka, const struct ka_key *keys);
int ka_skip(struct ka *ka);

/* The one argument of a line, or NULL with the fault set. */
const char *ka_argument(struct ka *ka, const struct ka_line *line);

/* Reads of a key that do the obvious. */
int ka_ignore(struct ka *ka, const struct ka_key *key, const struct ka_line *line);
int ka_refuse(struct ka *ka, const struct ka_key *key, const struct ka_line *line);

/* A boolean whose value may be left out: yes. */
int ka_boolean(struct ka *ka, const struct ka_line *line, bool *ret_value);

/* A key of struct ka_times, wherever the block is: KA_TIMES(ka_..., member). */
int ka_time(struct ka *ka, const struct ka_key *key, const struct ka_line *line);
int ka_retry(struct ka *ka, const struct ka_key *key, const struct ka_line *line);
int ka_virtualhost(struct ka *ka, const struct ka_key *key, const struct ka_line *line);
int ka_switch(struct ka *ka, const struct ka_key *key, const struct ka_line *line);

#define KA_COMMON                                                                                  \
	{"delay_loop", ka_time, offsetof(struct ka_times, delay_loop), NULL, 0},                   \
		{"connect_timeout", ka_time, offsetof(struct ka_times, connect_timeout), NULL, 0}, \
		{"delay_before_retry", ka_time, offsetof(struct ka_times, delay_before_retry),     \
		 NULL, 0},                                                                         \
		{"warmup", ka_time, offsetof(struct ka_times, warmup), NULL, 0},                   \
		{"retry", ka_retry, 0, NULL, 0}, {"nb_get_retry", ka_retry, 0, NULL, 0},           \
		{"virtualhost", ka_virtualhost, 0, NULL, 0},                                       \
	{                                                                                          \
		"alpha", ka_switch, offsetof(struct ka_times, alpha), NULL, 0                      \
	}

/* The check blocks of a real_server, e.g. HTTP_GET; ends with a NULL name. */
extern const struct ka_key ka_checks[];

/* Adds the service to the intent. */
int ka_virtual_end(struct ka *ka, const struct ka_virtual *virtual);
