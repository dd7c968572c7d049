/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * keepalived's virtual_server blocks, as they are (keepalived.conf(5), 2.2).
 *
 * Blocks of VRRP and other matters are remarked and skipped: the cluster does that. What a
 * virtual_server block holds is understood or an error with file and line.
 */
#pragma once

struct reading;

/* The text of the file that reading names, with what it includes. 0, -EINVAL or -ENOMEM. */
int keepalived_read(struct reading *reading, const char *text);
