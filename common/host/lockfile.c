// SPDX-License-Identifier: BSD-3-Clause

#include "host/lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/inotify.h>

#include "base/attr.h"

/*
 * The kernel tells of a close shortly before it drops the lock of the closed file: the try that
 * follows the event may still fail, so none waits longer than this for the next.
 */
#define LOCKFILE_RETRY_MS 20

static int lockfile_wait(int fd, int watch, const struct deadline *deadline)
{
	struct pollfd polled = {.fd = watch, .events = POLLIN};
	char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		struct deadline retry = deadline_within(deadline, LOCKFILE_RETRY_MS);

		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (deadline_passed(deadline))
			return -ETIMEDOUT;
		if (poll(&polled, 1, deadline_left(&retry)) > 0)
			(void)!read(watch, events, sizeof(events));
	}
	return 0;
}

int lockfile_take(const char *path, const struct deadline *deadline, int *ret_fd)
{
	AUTO_CLOSE int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	AUTO_CLOSE int watch = -1;
	int r;

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return -errno;
		/* Without a watch (a user has 128 of them) the tries alone find it out. */
		watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
		if (watch >= 0)
			(void)inotify_add_watch(watch, path, IN_CLOSE);
		r = lockfile_wait(fd, watch, deadline);
		if (r)
			return r;
	}
	*ret_fd = TAKE_FD(fd);
	return 0;
}
