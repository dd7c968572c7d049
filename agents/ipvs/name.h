/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names of hosts: whether a text can be one, and its addresses.
 */
#pragma once

#include <stdbool.h>

struct inet_list;

#define NAME_LENGTH_MAX 254 /* with the NUL */

/* Letters, digits, '-', '_' and dots, not all of it digits and dots: no address that was mistyped. Pure. */
bool name_is_one(const char *text);

/*
 * The addresses as the system's resolver has them, by family (AF_UNSPEC: both). Blocks for as long as
 * the resolver does. 0; -ENOENT: there are none; -EAGAIN: no name server answers; -ENOMEM.
 */
int name_look_up(const char *name, int family, struct inet_list *ret_list);
