/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a server is to the cluster, by what was seen of it. Pure.
 */
#pragma once

#include <stdbool.h>

#include "ocf/role.h"

struct call;
struct site;

/* A replica that is behind its source by more than max_slave_lag. */
bool judge_lags(const struct site *site);

/* 0, also with the site's fault set: the words for a ROLE_BROKEN or ROLE_DEGRADED. */
int judge_site(struct site *site, enum role_state *ret_state);

/*
 * The same of one that is there and can't be asked, with the errno of sql_open(): what was known of it
 * decides.
 */
int judge_blind(struct call *call, int error, enum role_state *ret_state);
