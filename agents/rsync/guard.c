// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/guard.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/num.h"
#include "rsync/config.h"

#define GUARD_TOKEN CONFIG_OWN_DIRECTORY "/generation"
#define GUARD_TOKEN_NEW CONFIG_OWN_DIRECTORY "/generation" FILE_NEW
#define GUARD_TOKEN_MAX 64
#define GUARD_ALWAYS 10 /* paths that may go whatever the percentage says */

static void guard_close_directory(DIR **directory)
{
	if (*directory)
		(void)closedir(*directory);
}

static bool guard_is_nothing(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..") || !strcmp(name, CONFIG_OWN_DIRECTORY) ||
	       !strcmp(name, "lost+found");
}

static int guard_look_inside(int fd, struct guard_view *view)
{
	CLEANUP(guard_close_directory) DIR *directory = NULL;
	const struct dirent *entry;
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (own < 0)
		return -errno;
	directory = fdopendir(own);
	if (!directory) {
		(void)close(own);
		return -ENOMEM;
	}
	view->empty = true;
	errno = 0;
	while (view->empty && (entry = readdir(directory)))
		view->empty = guard_is_nothing(entry->d_name);
	return view->empty ? -errno : 0;
}

static int guard_read_token(int fd, struct guard_view *view)
{
	AUTO_CLOSE int token = openat(fd, GUARD_TOKEN, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char text[GUARD_TOKEN_MAX];
	long long generation;
	ssize_t n;

	if (token < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	n = read(token, text, sizeof(text) - 1);
	if (n < 0)
		return -errno;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	/* A damaged token is none. */
	if (strncmp(text, "generation=", 11) || num_parse(text + 11, 0, INT64_MAX, &generation))
		return 0;
	view->token = true;
	view->generation = (uint64_t)generation;
	return 0;
}

static int guard_look_at(int fd, const struct guard_anchor *anchor, struct guard_view *view)
{
	struct stat st, parent;
	int r;

	if (fstat(fd, &st) < 0 || fstatat(fd, "..", &parent, 0) < 0)
		return -errno;
	view->moved = anchor->set && (st.st_dev != anchor->device || st.st_ino != anchor->inode);
	view->mounted = st.st_dev != parent.st_dev;
	r = guard_look_inside(fd, view);
	return r ? r : guard_read_token(fd, view);
}

int guard_look(const struct rsync_config *config, const struct guard_anchor *anchor,
	       struct guard_view *ret_view, struct fault *fault)
{
	AUTO_CLOSE int fd = open(config->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct guard_view view = {.there = fd >= 0};
	int r = 0;

	if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
		r = -errno;
	if (fd >= 0)
		r = guard_look_at(fd, anchor, &view);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "cannot look at %s: %s",
				 config->directory, strerror(-r));
	*ret_view = view;
	return 0;
}

int guard_set_anchor(const char *directory, struct guard_anchor *ret_anchor)
{
	struct stat st;

	if (stat(directory, &st) < 0)
		return -errno;
	*ret_anchor = (struct guard_anchor){.device = st.st_dev, .inode = st.st_ino, .set = true};
	return 0;
}

static int guard_judge(const struct rsync_config *config, const struct guard_view *view,
		       uint64_t generation, struct fault *fault)
{
	const char *d = config->directory;

	if (!view->there)
		return fault_set(fault, FAULT_ARGS, -ENOENT, "there is no directory %s", d);
	if (view->moved)
		return fault_set(fault, FAULT_GENERIC, -ESTALE,
				 "%s is not the directory that it was: unmounted or replaced?", d);
	if (config->mountpoint && !view->mounted)
		return fault_set(fault, FAULT_ARGS, -ESTALE, "nothing is mounted on %s", d);
	if (generation && !view->token)
		return fault_set(fault, FAULT_GENERIC, -ESTALE,
				 "%s has lost its token: unmounted or replaced? If it is right, "
				 "say quorate-rsync accept",
				 d);
	return 0;
}

int guard_judge_target(const struct rsync_config *config, const struct guard_view *view,
		       uint64_t generation, struct fault *fault)
{
	return guard_judge(config, view, generation, fault);
}

int guard_judge_source(const struct rsync_config *config, const struct guard_view *view,
		       uint64_t generation, struct fault *fault)
{
	int r = guard_judge(config, view, generation, fault);

	if (r)
		return r;
	if (generation && view->empty)
		return fault_set(fault, FAULT_GENERIC, -ESTALE, "%s is empty and was not before",
				 config->directory);
	if (view->token && view->generation < generation)
		return fault_set(fault, FAULT_GENERIC, -ESTALE,
				 "%s is an older copy: generation %llu, not %llu",
				 config->directory, (unsigned long long)view->generation,
				 (unsigned long long)generation);
	return 0;
}

int guard_judge_deletions(const struct rsync_config *config, size_t deletions, size_t paths,
			  struct fault *fault)
{
	const size_t most = (size_t)config->max_delete;
	const size_t percent = (size_t)config->max_delete_percent;

	if (!deletions)
		return 0;
	if (deletions > most)
		return fault_set(fault, FAULT_GENERIC, -EDQUOT,
				 "%zu paths would be deleted, max_delete is %zu: quorate-rsync "
				 "allow lets them through",
				 deletions, most);
	if (!paths)
		return 0;
	if ((deletions >= paths && paths > 1) ||
	    (deletions > GUARD_ALWAYS && deletions * 100 > percent * paths))
		return fault_set(fault, FAULT_GENERIC, -EDQUOT,
				 "%zu of %zu paths would be deleted, max_delete_percent is %zu: "
				 "quorate-rsync allow lets them through",
				 deletions, paths, percent);
	return 0;
}

static void guard_close_fts(FTS **fts)
{
	if (*fts)
		(void)fts_close(*fts);
}

size_t guard_count(const char *directory, const char *path, size_t limit)
{
	AUTO_BUF struct buf full = BUF_INIT;
	char *roots[2] = {NULL, NULL};
	size_t count = 0;
	struct stat st;

	buf_addf(&full, "%s/%s", directory, path);
	if (buf_error(&full))
		return limit;
	if (lstat(full.data, &st) < 0)
		return 0;
	if (!S_ISDIR(st.st_mode))
		return 1;
	roots[0] = full.data;
	CLEANUP(guard_close_fts)
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR | FTS_NOSTAT, NULL);
	if (!fts)
		return limit;
	for (const FTSENT *e; count < limit && (e = fts_read(fts));)
		count += e->fts_info != FTS_DP && e->fts_info != FTS_NS;
	return count;
}

static int guard_write(int fd, const char *text)
{
	AUTO_CLOSE int token = openat(fd, GUARD_TOKEN_NEW,
				      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	size_t length = strlen(text);

	if (token < 0)
		return -errno;
	if (write(token, text, length) != (ssize_t)length)
		return errno ? -errno : -EIO;
	if (fsync(token) < 0 || renameat(fd, GUARD_TOKEN_NEW, fd, GUARD_TOKEN) < 0)
		return -errno;
	return 0;
}

int guard_write_token(const char *directory, uint64_t generation)
{
	AUTO_CLOSE int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_CLOSE int own = -1;
	char text[GUARD_TOKEN_MAX];
	int r;

	if (fd < 0)
		return -errno;
	errno = 0;
	(void)snprintf(text, sizeof(text), "generation=%llu\n", (unsigned long long)generation);
	r = guard_write(fd, text);
	if (r)
		return r;
	own = openat(fd, CONFIG_OWN_DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return own < 0 || fsync(own) < 0 ? -errno : 0;
}

/* What rsyncs have left in a directory of theirs: files, nothing else. */
static int guard_sweep(int own, const char *name)
{
	CLEANUP(guard_close_directory) DIR *directory = NULL;
	int fd = openat(own, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	directory = fdopendir(fd);
	if (!directory) {
		(void)close(fd);
		return -ENOMEM;
	}
	for (const struct dirent *e; (e = readdir(directory));)
		(void)unlinkat(fd, e->d_name, 0);
	return 0;
}

int guard_prepare(const char *directory)
{
	static const char *const names[] = {"tmp", "partial", "conflicts"};
	AUTO_CLOSE int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_CLOSE int own = -1;

	if (fd < 0)
		return -errno;
	if (mkdirat(fd, CONFIG_OWN_DIRECTORY, 0700) < 0 && errno != EEXIST)
		return -errno;
	own = openat(fd, CONFIG_OWN_DIRECTORY, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (own < 0)
		return -errno;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (mkdirat(own, names[i], 0700) < 0 && errno != EEXIST)
			return -errno;
	return guard_sweep(own, "tmp");
}

int guard_drop_partial(const char *directory)
{
	AUTO_CLOSE int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_CLOSE int own = -1;

	if (fd >= 0)
		own = openat(fd, CONFIG_OWN_DIRECTORY,
			     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return own < 0 ? -errno : guard_sweep(own, "partial");
}
