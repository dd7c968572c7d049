/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ldirectord's configuration, as it is (ldirectord(8), of resource-agents 4.12).
 *
 * What concerns logging, mail and ldirectord's own process has no effect and is remarked. What would
 * change the checks or the table and is not supported is an error with file and line.
 */
#pragma once

struct reading;

/* The text of the file that reading names. 0, -EINVAL with the fault set, or -ENOMEM. */
int ldirectord_read(struct reading *reading, const char *text);
