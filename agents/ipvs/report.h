/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The state of all services and servers, for people and for programs. Pure.
 */
#pragma once

#include "net/ipvs.h"

struct buf;
struct shift;

/* seen: the kernel's table, for connections and rates; may be empty. */
void report_text(const struct shift *shift, const struct ipvs_table *seen, struct buf *text);

/* What a monitor wants to know: the request "monitor" of ipvs/director.h. */
void report_monitor(const struct shift *shift, struct buf *text);

/*
 * {"cut_off", "services": [{"service", "quorum", "servers": [{"server", "name" (where it was written
 * by name), "fallback", "state", "since" (seconds
 * ago), "code", "reason", "manual", "gone", "weight", "connections": {...}, "rates": {...},
 * "checks": [{"kind", "target", "state", "code", "reason", "took_ms", "probes", "failures"}]}]}]}
 * 0 or -ENOMEM.
 */
int report_json(const struct shift *shift, bool cut, const struct ipvs_table *seen,
		struct buf *text);
