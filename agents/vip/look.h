/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Monitor: what is here, and is it whole? Two requests to the kernel, no child.
 */
#pragma once

#include "ocf/role.h"

struct call;
struct vip_config;

/* 0 or -errno with the call's fault set. */
int look_around(struct call *call, const struct vip_config *config, enum role_state *ret_state);

/*
 * The promotion score: an active instance stays (10); one whose interface has no carrier should be
 * promoted only when nobody else can (1).
 */
int look_score(struct call *call, const struct vip_config *config, enum role_state state);
