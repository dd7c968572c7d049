/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Programs that are told of a change: started and left alone, for NOTIFY_MS at the most.
 */
#pragma once

#include <stddef.h>

struct log;
struct loop;

#define NOTIFY_MS 60000
#define NOTIFY_WORDS 4 /* behind a program's own arguments */

struct notifier {
	struct loop *loop;
	const struct log *log;
	size_t running;		  /* programs that have not ended */
	void (*idle)(void *data); /* when the last one has; may be NULL */
	void *data;
};

/*
 * argv ends with NULL; NULL: nobody is to be told. more: NOTIFY_WORDS further arguments, or NULL. What
 * fails is a line in the log. The notifier outlives what it runs.
 */
void notify_run(struct notifier *notifier, const char *const *argv, const char *const *more);
