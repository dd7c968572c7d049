/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The state of all nodes, as a table for people and as JSON for programs.
 */
#pragma once

#include <stdbool.h>

#include "mysql/chorus.h"

/* What a node had received before the writer was asked what it has. */
struct status_heard {
	char node[LEDGER_NAME_MAX];
	struct gtid_set received; /* owned */
};

struct status {
	const char *resource, *self;
	const struct chorus *chorus;
	const struct status_heard *heard;
	size_t heard_count;
	bool clustered, quorate, fenced;
	double died; /* when the own server was last seen to die, seconds since 1970; 0: never */
	const char *error; /* of the last look at the own server; "" */
	const char *copy;  /* how far a full copy from or to this node is; "" */
};

void status_print(const struct status *status, struct buf *text);
void status_print_json(const struct status *status, struct buf *text);
