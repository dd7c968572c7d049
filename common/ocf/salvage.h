/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Salvage: what can be understood of wrong parameters. For a stop alone, which does what it can.
 */
#pragma once

#include "ocf/params.h"

/*
 * The configuration of those parameters that are right: the ones that say which thing it is (the
 * required and the unique) must be, each other one counts if the whole is still right with it.
 * 0 with *ret_config owned by the caller (params_release()), -EINVAL or -ENOMEM.
 */
int salvage_params(const struct agent *agent, param_source source, const void *context,
		   void **ret_config);
