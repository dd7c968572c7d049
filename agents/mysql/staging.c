// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/staging.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/file.h"
#include "base/log.h"
#include "mysql/config.h"
#include "ocf/record.h"

#define STAGING_SWAPPING "swapping" /* in root: data may be the old data directory */
#define STAGING_KEPT "quorate.errant-*"

static int staging_failed(struct fault *fault, const char *path)
{
	const int error = errno;

	return fault_set(fault, FAULT_GENERIC, -error, "%s: %s", path, strerror(error));
}

int staging_init(struct staging *s, const struct mysql_config *config, struct fault *fault)
{
	if (!realpath(config->datadir, s->datadir))
		return staging_failed(fault, config->datadir);
	(void)snprintf(s->root, sizeof(s->root), "%s.copy", s->datadir);
	(void)snprintf(s->data, sizeof(s->data), "%s.copy/data", s->datadir);
	(void)snprintf(s->wanted, sizeof(s->wanted), "%s.copy/wanted", s->datadir);
	(void)snprintf(s->copied, sizeof(s->copied), "%s.copy/data/" STAGING_COPIED, s->datadir);
	return 0;
}

static void staging_swapping(const struct staging *s, char path[STAGING_PATH])
{
	(void)snprintf(path, STAGING_PATH, "%s.copy/" STAGING_SWAPPING, s->datadir);
}

static void staging_remove(const char *path)
{
	char *const paths[] = {(char *)(uintptr_t)path, NULL};
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, NULL);

	for (FTSENT *entry; tree && (entry = fts_read(tree));)
		if (entry->fts_info != FTS_D)
			(void)remove(entry->fts_accpath);
	if (tree)
		(void)fts_close(tree);
}

bool staging_is_complete(const struct staging *s)
{
	return !access(s->copied, F_OK);
}

/* An exchange that a power failure has cut in two leaves the old data there: they are no rest. */
static bool staging_is_cut(const struct staging *s)
{
	char swapping[STAGING_PATH];

	staging_swapping(s, swapping);
	return !access(swapping, F_OK) && !staging_is_complete(s);
}

void staging_discard(const struct staging *s)
{
	if (!staging_is_complete(s) && !staging_is_cut(s))
		staging_remove(s->root);
}

static int staging_check(const struct staging *s, struct stat *own, struct fault *fault)
{
	char above[STAGING_PATH];
	struct stat parent;

	(void)snprintf(above, sizeof(above), "%s/..", s->datadir);
	if (stat(s->datadir, own) < 0 || stat(above, &parent) < 0)
		return staging_failed(fault, s->datadir);
	if (own->st_dev != parent.st_dev)
		return fault_set(fault, FAULT_ARGS, -EXDEV,
				 "datadir: %s is a mount point, which nothing can take the place "
				 "of: a full copy needs a directory below it",
				 s->datadir);
	return 0;
}

/* Tried with two empty ones, before hours are spent on a copy. */
static int staging_try_exchange(const struct staging *s, struct fault *fault)
{
	char other[STAGING_PATH];
	int r;

	(void)snprintf(other, sizeof(other), "%s.copy/try", s->datadir);
	if (mkdir(other, 0700) < 0)
		return staging_failed(fault, other);
	r = renameat2(AT_FDCWD, other, AT_FDCWD, s->data, RENAME_EXCHANGE) < 0 ? -errno : 0;
	(void)rmdir(other);
	return r ? fault_set(fault, FAULT_ARGS, r,
			     "datadir: the file system of %s can't exchange two directories: %s",
			     s->datadir, strerror(-r)) :
		   0;
}

static int staging_own(const char *path, const struct stat *like)
{
	return chmod(path, like->st_mode & 07777) < 0 ||
			       (!geteuid() && chown(path, like->st_uid, like->st_gid) < 0) ?
		       -errno :
		       0;
}

int staging_begin(const struct staging *s, struct fault *fault)
{
	struct stat own;
	int r = staging_check(s, &own, fault);

	if (r)
		return r;
	if (staging_is_cut(s))
		return fault_set(fault, FAULT_GENERIC, -EEXIST,
				 "%s holds what the next start puts aside", s->root);
	staging_remove(s->root);
	if (mkdir(s->root, 0700) < 0 || mkdir(s->data, 0700) < 0)
		return staging_failed(fault, s->root);
	r = staging_try_exchange(s, fault);
	if (r)
		return r;
	if (file_create(s->wanted, "", 0) || staging_own(s->wanted, &own) ||
	    staging_own(s->data, &own) || staging_own(s->root, &own))
		return staging_failed(fault, s->root);
	return 0;
}

long long staging_room(const struct staging *s)
{
	struct statvfs room;

	return statvfs(s->root, &room) < 0 ? 0 :
					     (long long)room.f_bavail * (long long)room.f_frsize;
}

static int staging_sync(const char *path)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || syncfs(fd) < 0 ? -errno : 0;
}

int staging_finish(const struct staging *s, const struct record *copied, struct fault *fault)
{
	AUTO_BUF struct buf text = BUF_INIT;
	AUTO_CLOSE int fd = open(s->wanted, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	int r = record_print(copied, &text);

	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "out of memory");
	if (fd >= 0 && write(fd, text.data, text.length) == (ssize_t)text.length &&
	    !staging_sync(s->root) && !rename(s->wanted, s->copied) && !staging_sync(s->root))
		return 0;
	if (errno == ENOENT)
		return fault_set(fault, FAULT_GENERIC, -ECANCELED,
				 "this node follows a writer again: no copy is needed any more");
	return staging_failed(fault, s->copied);
}

void staging_forget(const struct mysql_config *config)
{
	struct fault fault = FAULT_INIT;
	struct staging s;

	if (staging_init(&s, config, &fault))
		return;
	(void)unlink(s.wanted); /* in this order: the one becomes the other */
	(void)unlink(s.copied);
}

/* What was kept for a person stays with the data of now. */
static void staging_carry_over(const struct staging *s)
{
	CLEANUP(globfree) glob_t kept = {.gl_pathc = 0};
	char path[STAGING_PATH + NAME_MAX];

	(void)snprintf(path, sizeof(path), "%s/" STAGING_KEPT, s->datadir);
	if (glob(path, 0, NULL, &kept))
		return;
	for (size_t i = 0; i < kept.gl_pathc; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", s->data,
			       strrchr(kept.gl_pathv[i], '/') + 1);
		if (link(kept.gl_pathv[i], path) < 0)
			continue; /* it stays in the directory that is kept */
	}
}

static void staging_kept_name(const struct staging *s, char path[STAGING_PATH])
{
	const time_t now = time(NULL);
	char moment[32];
	struct tm tm;

	(void)strftime(moment, sizeof(moment), "%Y%m%dT%H%M%SZ", gmtime_r(&now, &tm));
	(void)snprintf(path, STAGING_PATH, "%s.before-%s", s->datadir, moment);
}

/* Of before the data directory was replaced last; NULL when there is none. */
static char *staging_find_older(const struct staging *s, const char *but)
{
	CLEANUP(globfree) glob_t found = {.gl_pathc = 0};
	char pattern[STAGING_PATH];

	(void)snprintf(pattern, sizeof(pattern), "%s.before-*", s->datadir);
	if (glob(pattern, 0, NULL, &found))
		return NULL;
	for (size_t i = 0; i < found.gl_pathc; i++)
		if (!but || strcmp(found.gl_pathv[i], but) != 0)
			return strdup(found.gl_pathv[i]);
	return NULL;
}

/* The old data, which stand in the copy's place now. */
static int staging_set_aside(const struct staging *s, const struct log *log, struct fault *fault)
{
	char kept[STAGING_PATH];

	staging_kept_name(s, kept);
	if (rename(s->data, kept) < 0)
		return staging_failed(fault, kept);
	log_line(log, LOG_WARNING,
		 "the data are another node's copy now; those of before are kept in %s", kept);
	for (char *older; (older = staging_find_older(s, kept)); free(older)) {
		log_line(log, LOG_WARNING, "removing those of before that: %s", older);
		staging_remove(older);
		if (!access(older, F_OK)) {
			free(older);
			break;
		}
	}
	staging_remove(s->root);
	return 1;
}

int staging_put_in_place(const struct staging *s, const struct log *log, struct fault *fault)
{
	char swapping[STAGING_PATH];

	if (staging_is_cut(s))
		return staging_set_aside(s, log, fault);
	if (!staging_is_complete(s)) {
		staging_discard(s);
		return 0;
	}
	staging_carry_over(s);
	staging_swapping(s, swapping);
	(void)unlink(swapping);
	if (file_create(swapping, "", 0) || staging_sync(s->root))
		return staging_failed(fault, swapping);
	if (renameat2(AT_FDCWD, s->data, AT_FDCWD, s->datadir, RENAME_EXCHANGE) < 0)
		return staging_failed(fault, s->data);
	return staging_set_aside(s, log, fault);
}
