/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MySQL's CLONE plugin, which both servers have loaded: the own server gets the donor's data into a
 * directory, and serves its own meanwhile.
 *
 * Source: dev.mysql.com/doc/refman/8.4/en/clone-plugin-remote.html.
 */
#pragma once

struct config_node;
struct porter;

/* path must not be there, and the server makes it. 0 or -errno with the fault set. */
int clone_into(struct porter *porter, const struct config_node *donor, const char *path);
