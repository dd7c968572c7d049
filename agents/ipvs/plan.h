/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is to be probed: the checks of an intent, each distinct one once, however many services and
 * servers share it. A check of n URLs is n checks.
 *
 * What needs privileges, memory or an opinion on the configuration (expressions, certificates) is
 * made here, before the prober (ipvs/prober.h) gives its privileges away.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "ipvs/intent.h"
#include "ipvs/talk.h"

struct fault;

struct plan_check {
	struct target target;
	char *key; /* owned: equal for checks that are the same, also of another plan */
	struct pattern *pattern; /* owned; the target borrows them */
	struct tls *tls;
};

struct plan_server {
	const struct intent_server *server; /* borrowed */
	const struct intent_service *service;
	bool fallback;
	size_t *checks; /* owned: indices of plan.checks */
	size_t count;
};

struct plan {
	struct plan_check *checks; /* owned */
	size_t count;
	struct plan_server *servers; /* owned, by intent_server.id */
	size_t server_count;
};

#define PLAN_INIT ((struct plan){.checks = NULL})

/* The intent is borrowed and outlives the plan. 0, or -errno with the fault set. */
int plan_make(const struct intent *intent, struct fault *fault, struct plan *ret_plan);
void plan_release(struct plan *plan);

/* NULL when there is no such check. */
const struct plan_check *plan_find(const struct plan *plan, const char *key);

#define AUTO_PLAN CLEANUP(plan_release)
