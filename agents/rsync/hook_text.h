/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The parameter hooks, read: "PATTERN => COMMAND; PATTERN => COMMAND".
 *
 * Commands end at a ';' or line feed; a ';' of a command's own is written "\;".
 */
#pragma once

#include <stddef.h>

#include "base/attr.h"

struct fault;

struct hook_text {
	char *pattern; /* as in rsync/filter.h */
	char *command;
};

struct hook_list {
	struct hook_text *items; /* owned, with their strings */
	size_t count;
};

#define HOOK_LIST_INIT ((struct hook_list){.items = NULL})

/* NULL gives an empty list. 0, -EINVAL with the fault set, or -ENOMEM. */
int hook_list_read(const char *text, struct hook_list *ret_list, struct fault *fault);
void hook_list_release(struct hook_list *list);

#define AUTO_HOOK_LIST CLEANUP(hook_list_release)
