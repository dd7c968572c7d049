// SPDX-License-Identifier: BSD-3-Clause

#include "daemon/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/hash.h"
#include "daemon/ready.h"
#include "host/mark.h"

int keeper_init(struct keeper *keeper, const char *base)
{
	const char *slash = strrchr(base, '/');
	const size_t room = sizeof(keeper->socket);

	if (!slash || strlen(base) + sizeof(".daemon") > sizeof(keeper->lock))
		return -ENAMETOOLONG;
	(void)snprintf(keeper->lock, sizeof(keeper->lock), "%s.daemon", base);
	if ((size_t)snprintf(keeper->socket, room, "%s.sock", base) < room)
		return 0;
	if ((size_t)snprintf(keeper->socket, room, "%.*s/%016" PRIx64 ".sock", (int)(slash - base),
			     base, hash_text(slash + 1)) < room)
		return 0;
	return -ENAMETOOLONG;
}

static int keeper_open(const struct keeper *keeper, int flags)
{
	int fd = open(keeper->lock, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);

	return fd < 0 ? -errno : fd;
}

/* Who has the lock on the open file; 0 when nobody. */
static pid_t keeper_locked_by(int fd)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fcntl(fd, F_GETLK, &lock) < 0)
		return -errno;
	if (lock.l_type == F_UNLCK)
		return 0;
	return lock.l_pid > 0 ? lock.l_pid : -ESRCH; /* out of sight: another pid namespace */
}

/* A file that was removed before we had it locked keeps nobody out. */
static bool keeper_is_current(const struct keeper *keeper, int fd)
{
	struct stat ours, there;

	return !fstat(fd, &ours) && !stat(keeper->lock, &there) && ours.st_ino == there.st_ino &&
	       ours.st_dev == there.st_dev;
}

static int keeper_take(const struct keeper *keeper, int *ret_fd)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	for (;;) {
		AUTO_CLOSE int fd = keeper_open(keeper, O_CREAT);

		if (fd < 0)
			return fd;
		if (fcntl(fd, F_SETLK, &lock) < 0)
			return errno == EACCES || errno == EAGAIN ? -EBUSY : -errno;
		if (keeper_is_current(keeper, fd)) {
			*ret_fd = TAKE_FD(fd);
			return 0;
		}
	}
}

int keeper_hold(const struct keeper *keeper, int *ret_fd, struct fault *fault)
{
	int r = keeper_take(keeper, ret_fd);

	if (r == -EBUSY)
		return fault_set(fault, FAULT_GENERIC, r, "it runs already, as process %d",
				 (int)keeper_holder(keeper));
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "cannot lock %s: %s", keeper->lock,
				 strerror(-r));
	return 0;
}

pid_t keeper_holder(const struct keeper *keeper)
{
	AUTO_CLOSE int fd = keeper_open(keeper, 0);

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	return keeper_locked_by(fd);
}

/* The letter of proc(5): T for a process that was stopped by a signal. */
static char keeper_process_state(pid_t pid)
{
	AUTO_BUF struct buf text = BUF_INIT;
	char path[64];
	const char *behind;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (file_read(path, 4096, &text))
		return '?';
	behind = strrchr(text.data, ')');
	return behind && behind[1] ? behind[2] : '?';
}

enum keeper_state keeper_look(const struct keeper *keeper, const struct deadline *deadline,
			      struct fault *fault)
{
	AUTO_BUF struct buf answer = BUF_INIT;
	const pid_t pid = keeper_holder(keeper);
	char expected[32];
	int r;

	if (pid == 0) {
		(void)fault_set(fault, FAULT_GENERIC, -ESRCH, "its daemon does not run");
		return KEEPER_GONE;
	}
	r = control_ask(keeper->socket, "ping", deadline, &answer, fault);
	(void)snprintf(expected, sizeof(expected), "pong %d\n", (int)pid);
	if (!r && !strcmp(answer.data, expected))
		return KEEPER_ANSWERS;
	if (keeper_process_state(pid) == 'T')
		(void)fault_set(fault, FAULT_GENERIC, -ETIMEDOUT,
				"its daemon, process %d, is stopped by a signal", (int)pid);
	else
		fault_prefix(fault, "its daemon, process %d, does not answer: ", (int)pid);
	return KEEPER_SILENT;
}

static bool keeper_wait(int process, const struct deadline *deadline)
{
	struct pollfd polled = {.fd = process, .events = POLLIN};

	for (;;) {
		if (poll(&polled, 1, deadline_left(deadline)) > 0)
			return true;
		if (deadline_passed(deadline))
			return false;
	}
}

/* 0 when that process is gone, or was no longer the holder when we had hold of it. */
static int keeper_end_holder(const struct keeper *keeper, pid_t pid,
			     const struct deadline *deadline)
{
	struct deadline patience = deadline_within(deadline, deadline_left(deadline) / 2);
	AUTO_CLOSE int process = (int)syscall(SYS_pidfd_open, pid, 0);

	if (process < 0)
		return errno == ESRCH ? 0 : -errno;
	if (keeper_holder(keeper) != pid)
		return 0;
	(void)syscall(SYS_pidfd_send_signal, process, SIGTERM, NULL, 0);
	(void)syscall(SYS_pidfd_send_signal, process, SIGCONT, NULL, 0);
	if (keeper_wait(process, &patience))
		return 0;
	(void)syscall(SYS_pidfd_send_signal, process, SIGKILL, NULL, 0);
	return keeper_wait(process, deadline) ? 0 : -ETIMEDOUT;
}

/* With the lock in our hands no daemon can begin while the traces of the last one go. */
static int keeper_sweep(const struct keeper *keeper, const struct deadline *deadline)
{
	AUTO_CLOSE int lock = -1;
	char mark[600];
	int r;

	(void)snprintf(mark, sizeof(mark), READY_OF_VARIABLE "=%s", keeper->lock);
	r = mark_end(mark, deadline);
	if (!r)
		r = keeper_take(keeper, &lock);
	if (r)
		return r == -ENOENT ? 0 : r; /* no directory: nothing was ever started */
	(void)unlink(keeper->socket);
	(void)unlink(keeper->lock);
	return 0;
}

int keeper_end(const struct keeper *keeper, const struct deadline *deadline, struct fault *fault)
{
	pid_t pid = keeper_holder(keeper);
	int r = 0;

	while (pid > 0 && !r) {
		r = keeper_end_holder(keeper, pid, deadline);
		if (!r)
			pid = keeper_holder(keeper);
	}
	if (!r)
		r = pid < 0 ? pid : keeper_sweep(keeper, deadline);
	if (r == -ETIMEDOUT)
		return fault_set(fault, FAULT_TIMEOUT, r, "its daemon did not end in time");
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "cannot end its daemon: %s",
				 strerror(-r));
	return 0;
}

int keeper_ensure(const struct keeper *keeper, const char *name, const char *base,
		  const struct deadline *deadline, struct fault *fault)
{
	char program[READY_PATH_MAX];
	const char *const argv[] = {program, "daemon", base, NULL};
	const struct deadline patience = deadline_within(deadline, deadline_left(deadline) / 4);
	struct fault silence = FAULT_INIT;
	int r;

	if (keeper_look(keeper, &patience, &silence) == KEEPER_ANSWERS)
		return 0;
	r = keeper_end(keeper, deadline, fault);
	if (!r)
		r = ready_find(name, program, fault);
	return r ? r : ready_start(argv, keeper->lock, deadline, fault);
}
