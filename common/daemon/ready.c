// SPDX-License-Identifier: BSD-3-Clause

#include "daemon/ready.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "base/line.h"
#include "base/num.h"
#include "host/launch.h"
#include "host/mark.h"

#define READY_WORD_MAX (FAULT_REASON_MAX + 64)
#define READY_END_MS 1000 /* for what is killed to be gone, also past the deadline */

static bool ready_is_ours(const char *variable)
{
	static const char *const ours[] = {READY_VARIABLE "=", READY_OF_VARIABLE "="};

	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		if (!strncmp(variable, ours[i], strlen(ours[i])))
			return true;
	return false;
}

int ready_find(const char *name, char path[READY_PATH_MAX], struct fault *fault)
{
	const char *directory = getenv("QUORATE_LIBEXECDIR");

	(void)line_join(path, READY_PATH_MAX,
			(const char *const[]){directory && *directory ? directory : LIBEXECDIR, "/",
					      name, NULL});
	if (access(path, X_OK) == 0)
		return 0;
	return fault_set(fault, FAULT_INSTALLED, -errno, "%s: %s", path, strerror(errno));
}

/* Ours with the two variables; the strings but for mark stay the environment's. */
static const char **ready_environment(const char *mark)
{
	size_t count = 0, kept = 0;
	const char **list;

	while (environ[count])
		count++;
	list = calloc(count + 3, sizeof(*list));
	if (!list)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (!ready_is_ours(environ[i]))
			list[kept++] = environ[i];
	list[kept++] = READY_VARIABLE "=1";
	list[kept] = mark;
	return list;
}

/* Until the word is whole or the pipe is closed. */
static int ready_read(int fd, char word[READY_WORD_MAX], const struct deadline *deadline)
{
	struct pollfd polled = {.fd = fd, .events = POLLIN};
	size_t length = 0;

	while (length < READY_WORD_MAX - 1) {
		ssize_t n;

		if (poll(&polled, 1, deadline_left(deadline)) < 1) {
			if (deadline_passed(deadline))
				return -ETIMEDOUT;
			continue;
		}
		n = read(fd, word + length, READY_WORD_MAX - 1 - length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		length += (size_t)n;
		if (memchr(word, '\n', length))
			break;
	}
	word[length] = '\0';
	return 0;
}

/* "KIND ERRNO SENTENCE\n", KIND 0 being "ready". */
static int ready_understand(char *word, const char *program, struct fault *fault)
{
	char *end = strchr(word, '\n'), *number = strchr(word, ' '), *sentence;
	long long kind, error;

	sentence = number ? strchr(number + 1, ' ') : NULL;
	if (!end || !sentence)
		return fault_set(fault, FAULT_GENERIC, -EIO,
				 "%s ended before it was ready: see its log", program);
	*end = *number = *sentence = '\0';
	if (num_parse(word, FAULT_NONE, FAULT_TIMEOUT, &kind) ||
	    num_parse(number + 1, 0, 4096, &error))
		return fault_set(fault, FAULT_GENERIC, -EIO, "%s said '%.40s' instead of ready",
				 program, word);
	if (kind == FAULT_NONE)
		return 0;
	return fault_set(fault, (enum fault_kind)kind, error ? (int)-error : -EIO, "%s",
			 sentence + 1);
}

static int ready_await(int fd, const char *program, const struct deadline *deadline,
		       struct fault *fault)
{
	char word[READY_WORD_MAX] = "";
	int r = ready_read(fd, word, deadline);

	if (r)
		return fault_set(fault, FAULT_TIMEOUT, r, "%s was not ready in time: see its log",
				 program);
	return ready_understand(word, program, fault);
}

/* Not the child alone: also what it has started, of which it told nobody. */
static void ready_undo(pid_t pid, const char *mark)
{
	struct deadline deadline = deadline_in(READY_END_MS);

	(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0)
		if (errno != EINTR)
			break;
	(void)mark_end(mark, &deadline);
}

int ready_start(const char *const argv[], const char *lock, const struct deadline *deadline,
		struct fault *fault)
{
	struct launch launch = LAUNCH_INIT;
	AUTO_FREE const char **environment = NULL;
	AUTO_CLOSE int word = -1;
	AUTO_CLOSE int child = -1;
	char mark[600];
	int ends[2], r;
	pid_t pid;

	(void)snprintf(mark, sizeof(mark), READY_OF_VARIABLE "=%s", lock);
	environment = ready_environment(mark);
	if (!environment || pipe2(ends, O_CLOEXEC) < 0)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "cannot start %s: %s", argv[0],
				 strerror(ENOMEM));
	word = ends[0];
	launch.argv = argv;
	launch.environment = environment;
	launch.directory = "/";
	launch.fourth = ends[1];
	launch.session = true;
	r = launch_start(&launch, &pid, &child);
	(void)close(ends[1]);
	if (r)
		return fault_set(fault, r == -ENOENT ? FAULT_INSTALLED : FAULT_GENERIC, r,
				 "cannot start %s: %s", argv[0], strerror(-r));
	r = ready_await(word, argv[0], deadline, fault);
	if (r)
		ready_undo(pid, mark);
	return r;
}

bool ready_say(const struct fault *fault)
{
	char word[READY_WORD_MAX];
	int length;

	if (!getenv(READY_VARIABLE))
		return false;
	(void)unsetenv(READY_VARIABLE);
	if (fault)
		length = snprintf(word, sizeof(word), "%d %d %s\n",
				  fault->kind ? (int)fault->kind : FAULT_GENERIC, 0, fault->reason);
	else
		length = snprintf(word, sizeof(word), "%d %d \n", FAULT_NONE, 0);
	(void)!write(READY_FD, word, (size_t)length);
	(void)close(READY_FD);
	return true;
}
