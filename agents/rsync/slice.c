// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/slice.h"

#include <fts.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "base/attr.h"
#include "base/hash.h"
#include "rsync/changes.h"
#include "rsync/config.h"

static void slice_close(FTS **fts)
{
	if (*fts)
		(void)fts_close(*fts);
}

static unsigned slice_part(const char *path)
{
	uint64_t hash = hash_text(path);

	return (unsigned)((hash ^ hash >> 32) % 100);
}

void slice_read(const char *directory, unsigned index, unsigned percent, long long since,
		struct changes *changes)
{
	const unsigned from = (unsigned)((uint64_t)index * percent % 100);
	AUTO_FREE char *root = strdup(directory);
	char *roots[] = {root, NULL};
	CLEANUP(slice_close) FTS *fts = NULL;
	size_t length = strlen(directory) + 1;

	if (root)
		fts = fts_open(roots, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR | FTS_COMFOLLOW, NULL);
	for (FTSENT *e; fts && (e = fts_read(fts));) {
		if (e->fts_info == FTS_D && !strcmp(e->fts_name, CONFIG_OWN_DIRECTORY))
			(void)fts_set(fts, e, FTS_SKIP);
		if (e->fts_info == FTS_F && e->fts_pathlen > length &&
		    ((slice_part(e->fts_path + length) + 100 - from) % 100 < percent ||
		     (since && e->fts_statp->st_mtime >= since)))
			changes_add(changes, CHANGE_FILE, e->fts_path + length);
	}
}
