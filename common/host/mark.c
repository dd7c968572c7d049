// SPDX-License-Identifier: BSD-3-Clause

#include "host/mark.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/buf.h"
#include "base/deadline.h"
#include "base/num.h"

#define MARK_ENVIRONMENT_MAX (4U << 20)

/* Environments of processes have no size of their own: read until the end. */
static void mark_read(const char *pid, struct buf *text)
{
	char path[64], bytes[4096];
	AUTO_CLOSE int fd = -1;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%s/environ", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	while (text->length < MARK_ENVIRONMENT_MAX && (n = read(fd, bytes, sizeof(bytes))) > 0)
		buf_add(text, bytes, (size_t)n);
}

static bool mark_carried(const char *pid, const char *mark)
{
	AUTO_BUF struct buf text = BUF_INIT;
	const size_t length = strlen(mark) + 1;
	const char *at = text.data;

	mark_read(pid, &text);
	at = text.data;
	while (at + length <= text.data + text.length + 1) {
		if (!memcmp(at, mark, length))
			return true;
		at += strlen(at) + 1;
	}
	return false;
}

/* Looked at again behind the pidfd: whoever has that number now is the one that is killed. */
static int mark_end_one(const char *name, long long pid, const char *mark,
			const struct deadline *deadline)
{
	AUTO_CLOSE int fd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
	struct pollfd polled = {.fd = fd, .events = POLLIN};

	if (fd < 0)
		return errno == ESRCH ? 0 : -errno;
	if (!mark_carried(name, mark))
		return 0;
	if (syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
		return -errno;
	while (poll(&polled, 1, deadline_left(deadline)) < 1)
		if (deadline_passed(deadline))
			return -ETIMEDOUT;
	return 0;
}

static void mark_close(DIR **directory)
{
	if (*directory)
		(void)closedir(*directory);
}

static int mark_round(const char *mark, const struct deadline *deadline, size_t *ret_count)
{
	CLEANUP(mark_close) DIR *processes = opendir("/proc");
	const struct dirent *entry;
	size_t count = 0;

	if (!processes)
		return -errno;
	while ((entry = readdir(processes))) {
		long long pid;
		int r;

		if (num_parse(entry->d_name, 2, 1LL << 30, &pid) || pid == getpid() ||
		    !mark_carried(entry->d_name, mark))
			continue;
		count++;
		r = mark_end_one(entry->d_name, pid, mark, deadline);
		if (r)
			return r;
	}
	*ret_count = count;
	return 0;
}

/* A killed one may have started another meanwhile: rounds, until one finds none. */
int mark_end(const char *mark, const struct deadline *deadline)
{
	size_t count = 0;
	int r;

	do
		r = mark_round(mark, deadline, &count);
	while (!r && count);
	return r;
}
