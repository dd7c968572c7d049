// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/weed.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "rsync/changes.h"

#define WEED_WILD "*?["

/* With its NUL. A backslash is one like any other where nothing in the pattern is wild. */
static void weed_rule(struct buf *rules, const char *path, bool wild, const char *end)
{
	buf_adds(rules, "R /");
	for (const char *p = path; *p; p++) {
		if (wild && strchr(WEED_WILD "\\", *p))
			buf_adds(rules, "\\");
		buf_add(rules, p, 1);
	}
	buf_add(rules, end, strlen(end) + 1);
}

int weed_rules(const struct changes *paths, size_t from, size_t count, struct buf *rules)
{
	static const char rest[] = "P **";

	for (size_t i = from; i < from + count; i++) {
		const char *path = paths->items[i].path;

		weed_rule(rules, path, strpbrk(path, WEED_WILD), "");
		weed_rule(rules, path, true, "/**");
	}
	buf_add(rules, rest, sizeof(rest));
	return buf_error(rules);
}

int weed_directories(const struct changes *paths, size_t from, size_t count, struct buf *list)
{
	AUTO_CHANGES struct changes directories = CHANGES_INIT(count);
	bool top = false;

	for (size_t i = from; i < from + count; i++) {
		const char *path = paths->items[i].path, *slash = strrchr(path, '/');
		AUTO_FREE char *parent = slash ? strndup(path, (size_t)(slash - path)) : NULL;

		if (slash && !parent)
			return -ENOMEM;
		if (parent)
			changes_add(&directories, CHANGE_DIRECTORY, parent);
		top = top || !slash;
	}
	if (directories.full)
		return -ENOMEM;
	/* With a '/' at the end: and what is in it. "./" in front as in every list. */
	if (top)
		buf_add(list, "./", sizeof("./"));
	for (size_t i = 0; i < directories.count; i++) {
		buf_addf(list, "./%s/", directories.items[i].path);
		buf_add(list, "", 1);
	}
	return buf_error(list);
}
