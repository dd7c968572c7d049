// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/hook_text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"

#define ARROW "=>"

/* A copy without blanks around it. */
static char *hook_trim(const char *text, size_t length)
{
	static const char blanks[] = " \t\r";

	while (length && strchr(blanks, text[length - 1]))
		length--;
	for (; length && strchr(blanks, *text); text++)
		length--;
	return strndup(text, length);
}

static int hook_add(struct hook_list *list, const char *entry, size_t length, struct fault *fault)
{
	const char *arrow = memmem(entry, length, ARROW, strlen(ARROW));
	AUTO_FREE char *pattern = NULL, *command = NULL;
	struct hook_text *items;

	if (!arrow)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "hooks: '%.60s' is not of the form PATTERN => COMMAND", entry);
	pattern = hook_trim(entry, (size_t)(arrow - entry));
	arrow += strlen(ARROW);
	command = hook_trim(arrow, length - (size_t)(arrow - entry));
	if (!pattern || !command)
		return -ENOMEM;
	if (!*pattern || !*command || strpbrk(pattern, " \t"))
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "hooks: a pattern without blanks and a command are needed at "
				 "'%.60s'",
				 entry);
	items = reallocarray(list->items, list->count + 1, sizeof(*items));
	if (!items)
		return -ENOMEM;
	list->items = items;
	items[list->count++] =
		(struct hook_text){.pattern = TAKE(pattern), .command = TAKE(command)};
	return 0;
}

/* The entry up to its end, with "\;" taken back. Moves *text behind it. */
static int hook_entry(const char **text, struct buf *entry)
{
	buf_clear(entry);
	for (; **text && **text != ';' && **text != '\n'; (*text)++) {
		*text += (*text)[0] == '\\' && (*text)[1] == ';';
		buf_add(entry, *text, 1);
	}
	*text += **text != '\0';
	return buf_error(entry);
}

int hook_list_read(const char *text, struct hook_list *ret_list, struct fault *fault)
{
	AUTO_HOOK_LIST struct hook_list list = HOOK_LIST_INIT;
	AUTO_BUF struct buf entry = BUF_INIT;
	int r = 0;

	while (!r && text && *text) {
		r = hook_entry(&text, &entry);
		if (!r && entry.data[strspn(entry.data, " \t\r")])
			r = hook_add(&list, entry.data, entry.length, fault);
	}
	if (r)
		return r;
	*ret_list = list;
	list = HOOK_LIST_INIT;
	return 0;
}

void hook_list_release(struct hook_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].pattern);
		free(list->items[i].command);
	}
	free(list->items);
	*list = HOOK_LIST_INIT;
}
