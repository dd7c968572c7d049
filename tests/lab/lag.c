// SPDX-License-Identifier: BSD-3-Clause
/*
 * How soon what is written into one tree is in another, seen from a host that sees both.
 *
 *	lag plant TREE DIRECTORIES FILES	makes TREE/dN, LAG_FILES of 2 KiB in each, and as many as
 *						FILES in TREE/flat; times are the same for all
 *	lag one SOURCE TARGET COUNT DIRECTORIES	changes one file after the other; a line of milliseconds for
 *						each: from the end of the write to its new name
 *	lag burst SOURCE TARGET COUNT		rewrites COUNT files of SOURCE/flat; milliseconds from the
 *						last write until all are the same
 *	lag rewrite SOURCE TARGET COUNT RATE	as many rewrites of one size into one file, RATE a second;
 *						"same" or "lost" when the trees had 10 s to agree
 *
 * Trees are as planted. Gives up after 180 s with 1.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/deadline.h"
#include "base/file.h"
#include "base/num.h"

#define LAG_FILES 50 /* in a planted directory */
#define LAG_SIZE 2048
#define LAG_TIME 1700000000 /* when planted files were changed, by their own word */
#define PATIENCE_MS 180000
#define PAUSE_MS 150 /* between two changes: they are to be told one by one */

static int write_file(const char *path, const char *text)
{
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ssize_t length = (ssize_t)strlen(text);

	return fd >= 0 && write(fd, text, (size_t)length) == length ? 0 : -1;
}

static int plant_files(const char *directory, long long count)
{
	const struct timespec times[] = {{.tv_sec = LAG_TIME}, {.tv_sec = LAG_TIME}};
	char text[LAG_SIZE + 1];

	memset(text, 'x', LAG_SIZE);
	text[LAG_SIZE] = '\0';
	if (mkdir(directory, 0755) < 0)
		return -1;
	for (long long i = 0; i < count; i++) {
		AUTO_BUF struct buf path = BUF_INIT;

		buf_addf(&path, "%s/f%lld", directory, i);
		if (write_file(path.data, text) || utimensat(AT_FDCWD, path.data, times, 0) < 0)
			return -1;
	}
	return 0;
}

static int plant(const char *tree, long long directories, long long flat)
{
	for (long long i = 0; i <= directories; i++) {
		AUTO_BUF struct buf path = BUF_INIT;

		if (i < directories)
			buf_addf(&path, "%s/d%lld", tree, i);
		else
			buf_addf(&path, "%s/flat", tree);
		if (plant_files(path.data, i < directories ? LAG_FILES : flat)) {
			perror(path.data);
			return 1;
		}
	}
	return 0;
}

static bool holds(const char *path, const char *text)
{
	AUTO_BUF struct buf buf = BUF_INIT;

	return !file_read(path, 1 << 16, &buf) && !strcmp(buf.data, text);
}

static void pause_until(const struct deadline *deadline)
{
	while (!deadline_passed(deadline))
		(void)poll(NULL, 0, deadline_left(deadline));
}

/* Until the file has this content; inotify wakes, since polling would cost what is measured. */
static int await(const char *directory, const char *path, const char *text)
{
	const struct deadline deadline = deadline_in(PATIENCE_MS);
	AUTO_CLOSE int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	struct pollfd polled = {.fd = fd, .events = POLLIN};
	char events[4096];

	if (fd < 0 || inotify_add_watch(fd, directory, IN_MOVED_TO | IN_CLOSE_WRITE) < 0)
		return -1;
	while (!holds(path, text)) {
		if (deadline_passed(&deadline))
			return -1;
		(void)poll(&polled, 1, deadline_left(&deadline));
		(void)!read(fd, events, sizeof(events));
	}
	return 0;
}

static int one(const char *from, const char *to, long long count, long long directories)
{
	for (long long i = 0; i < count; i++) {
		const long long n = i * 7919 % (directories * LAG_FILES);
		AUTO_BUF struct buf source = BUF_INIT, directory = BUF_INIT, target = BUF_INIT;
		struct deadline rest = deadline_in(PAUSE_MS);
		char text[64];
		long long began;

		pause_until(&rest);
		buf_addf(&source, "%s/d%lld/f%lld", from, n / LAG_FILES, n % LAG_FILES);
		buf_addf(&directory, "%s/d%lld", to, n / LAG_FILES);
		buf_addf(&target, "%s/f%lld", directory.data, n % LAG_FILES);
		(void)snprintf(text, sizeof(text), "change %lld of %lld\n", i, deadline_now());
		if (write_file(source.data, text))
			return 1;
		began = deadline_now();
		if (await(directory.data, target.data, text))
			return 1;
		(void)printf("%.2f\n", (double)(deadline_now() - began) / 1e6);
	}
	return 0;
}

static int burst(const char *from, const char *to, long long count)
{
	AUTO_BUF struct buf directory = BUF_INIT;
	char text[64];
	long long began;

	(void)snprintf(text, sizeof(text), "burst of %lld\n", deadline_now());
	buf_addf(&directory, "%s/flat", to);
	for (long long i = 0; i < count; i++) {
		AUTO_BUF struct buf path = BUF_INIT;

		buf_addf(&path, "%s/flat/f%lld", from, i);
		if (write_file(path.data, text))
			return 1;
	}
	began = deadline_now();
	for (long long i = 0; i < count; i++) {
		AUTO_BUF struct buf path = BUF_INIT;

		buf_addf(&path, "%s/f%lld", directory.data, i);
		if (!holds(path.data, text) && await(directory.data, path.data, text))
			return 1;
	}
	(void)printf("%.1f\n", (double)(deadline_now() - began) / 1e6);
	return 0;
}

static int rewrite(const char *from, const char *to, long long count, long long rate)
{
	AUTO_BUF struct buf source = BUF_INIT, target = BUF_INIT;
	struct deadline next = deadline_in(0), last;
	char text[64] = "";

	buf_addf(&source, "%s/rewritten", from);
	buf_addf(&target, "%s/rewritten", to);
	for (long long i = 0; i < count; i++) {
		pause_until(&next);
		next = deadline_in(1000 / rate);
		(void)snprintf(text, sizeof(text), "rewrite %08lld\n", i);
		if (write_file(source.data, text))
			return 1;
	}
	last = deadline_in(10000);
	while (!holds(target.data, text) && !deadline_passed(&last)) {
		next = deadline_in(20);
		pause_until(&next);
	}
	(void)puts(holds(target.data, text) ? "same" : "lost");
	return 0;
}

int main(int argc, char **argv)
{
	long long count, more = 1;

	if (argc < 5)
		return 2;
	if (!strcmp(argv[1], "plant"))
		return num_parse(argv[3], 0, 1000000, &count) ||
				       num_parse(argv[4], 0, 10000000, &more) ?
			       2 :
			       plant(argv[2], count, more);
	if (num_parse(argv[4], 1, 1000000, &count) ||
	    (argc > 5 && num_parse(argv[5], 1, 10000000, &more)))
		return 2;
	if (!strcmp(argv[1], "one"))
		return one(argv[2], argv[3], count, more);
	if (!strcmp(argv[1], "burst"))
		return burst(argv[2], argv[3], count);
	if (!strcmp(argv[1], "rewrite"))
		return rewrite(argv[2], argv[3], count, more);
	return 2;
}
