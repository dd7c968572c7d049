/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a node knows about its copy of the tree, kept over restarts and reboots outside of the tree.
 * A file of `key=value` lines (ocf/record.h). A damaged one is an error, not an empty ledger: an empty
 * one would let a wiped tree pass for a new one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct fault;

#define LEDGER_DIRECTORY "/var/lib/quorate/rsync"
#define LEDGER_PATH_MAX 512

struct ledger {
	uint64_t generation; /* the newest of which the tree is, or was last, a copy; 0: none yet */
	uint64_t sequence;   /* within it: the last ring of which all is here */
	uint64_t highest;    /* the highest generation that was ever heard of */
	bool source;	     /* it was the source of that generation */
	bool whole;	   /* a full pass of the generation has ended, or it is the source's own */
	bool conflicts;	   /* it may hold what nobody else has: the next full pass keeps it */
	long long in_step; /* when it was last in step: seconds of the wall clock, 0: never */
};

/* 0, or -EBADMSG. Unknown keys are skipped. */
int ledger_parse(const char *text, size_t length, struct ledger *ret_ledger);
int ledger_print(const struct ledger *ledger, struct buf *text);

/* 0 (an empty ledger when there is no file), or -errno with the fault set. */
int ledger_load(const char *path, struct ledger *ret_ledger, struct fault *fault);
int ledger_save(const char *path, const struct ledger *ledger);

/* QUORATE_STATEDIR from the environment (tests), or LEDGER_DIRECTORY. */
const char *ledger_directory(void);

/*
 * LEDGER_DIRECTORY/NAME-HASH: of the instance and the tree, since a ledger of another directory would
 * have this one refused. 0 or -ENAMETOOLONG.
 */
int ledger_path(const char *name, const char *tree, char path[LEDGER_PATH_MAX]);

/*
 * Which of two copies is the better one to promote: above 0 when a is. By generation, then by
 * whole, then by sequence. The score is 1 to 1000 of it, above every copy that is worse.
 */
int ledger_compare(const struct ledger *a, const struct ledger *b);
