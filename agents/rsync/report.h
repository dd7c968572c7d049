/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What rsync says on its streams, read line by line as it comes. Foreign bytes.
 *
 * The lines of --out-format=REPORT_FORMAT name what was brought, changed or deleted, or would be;
 * names are unescaped (\#ooo). Others are errors, of which the first is kept, or the numbers of
 * --stats. The streams of a pull have a report together.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "rsync/changes.h"

#define REPORT_FORMAT "%i %n"
#define REPORT_LINE_MAX                                                                            \
	(4U * 4096 + 64) /* every byte of a path escaped; longer lines are dropped */

struct report {
	/* Called for each path: CHANGE_GONE is a deletion. A path that changes_accepts() not is not
	 * told. */
	void (*seen)(enum change_kind kind, const char *path, void *data);
	void *data;
	struct buf line[2]; /* what came of an unfinished line of stdout, of stderr */
	size_t brought;	    /* itemized, but for deletions */
	size_t deleted;
	uint64_t files;	  /* "Number of files" of --stats, 0 without */
	uint64_t created; /* "Number of created files" */
	bool hidden;	  /* "cannot delete", which exits 0 */
	bool full_disk;
	bool unmarked;	 /* it refuses the marks of --delete-missing-args: deleted nothing */
	char error[160]; /* the first line that is neither; "" without */
};

void report_init(struct report *report, void (*seen)(enum change_kind, const char *, void *),
		 void *data);
void report_feed(struct report *report, bool errors, const char *bytes, size_t length);
void report_end(struct report *report); /* the last lines, when they had no line feed */
void report_release(struct report *report);
