/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How this node became the writer: the phases of its promote, timed. As text
 * "7@1763790000:ledger=11,freeze=2,...": the epoch, the time (seconds since 1970), milliseconds.
 */
#pragma once

#include "base/buf.h"

enum office_phase {
	OFFICE_LOOK,   /* from the beginning of the action: configuration, record, own server */
	OFFICE_LEDGER, /* read, and quorum asked for */
	OFFICE_FREEZE, /* own receiver */
	OFFICE_VOTES,
	OFFICE_DRAIN, /* with what the best voter had more */
	OFFICE_EPOCH, /* written, and semi-synchronous replication is set */
	OFFICE_OPEN,  /* for writes */
	OFFICE_PHASES,
};

struct office {
	long long last; /* nanoseconds of deadline_now() */
	long long milliseconds[OFFICE_PHASES];
};

void office_begin(struct office *office, long long begun);

/* What has passed since the last call went into that phase. */
void office_note(struct office *office, enum office_phase phase);

void office_print(const struct office *office, long long epoch, struct buf *text);
