// SPDX-License-Identifier: BSD-3-Clause

#include "cluster/quorum_ask.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <corosync/quorum.h>

#include "base/attr.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "base/library.h"

#define ASK_LIBRARY "libquorum.so.5"
#define ASK_PAUSE_MS                                                                               \
	50 /* corosync forms a membership and says "try again": nothing tells the end */

struct ask_answer {
	int error;
	bool quorate;
	struct fault fault;
};

struct ask_calls {
	cs_error_t (*initialize)(quorum_handle_t *, quorum_callbacks_t *, uint32_t *);
	cs_error_t (*getquorate)(quorum_handle_t, int *);
};

static cs_error_t ask_once(const struct ask_calls *calls, bool *ret_quorate)
{
	quorum_callbacks_t none = {NULL};
	quorum_handle_t handle;
	uint32_t type = QUORUM_FREE;
	int quorate = 0;
	cs_error_t error = calls->initialize(&handle, &none, &type);

	if (error == CS_OK && type != QUORUM_SET)
		return CS_ERR_NOT_SUPPORTED;
	if (error == CS_OK)
		error = calls->getquorate(handle, &quorate);
	*ret_quorate = error == CS_OK && quorate;
	return error;
}

static int ask_corosync(bool *ret_quorate, struct fault *fault)
{
	struct ask_calls calls;
	const struct library_symbol symbols[] = {
		{"quorum_initialize", (void **)&calls.initialize},
		{"quorum_getquorate", (void **)&calls.getquorate},
	};
	cs_error_t error;
	int r = library_load(ASK_LIBRARY, symbols, ARRAY_SIZE(symbols), fault);

	if (r)
		return r;
	while ((error = ask_once(&calls, ret_quorate)) == CS_ERR_TRY_AGAIN)
		(void)poll(NULL, 0, ASK_PAUSE_MS);
	if (error == CS_OK)
		return 0;
	if (error == CS_ERR_NOT_SUPPORTED)
		return fault_set(fault, FAULT_INSTALLED, -ENOTSUP,
				 "corosync.conf configures no quorum: add provider: "
				 "corosync_votequorum");
	return fault_set(fault, FAULT_GENERIC, -ENOTCONN,
			 "corosync does not run here (error %d of libquorum)", (int)error);
}

static void ask_in_child(int fd)
{
	struct ask_answer answer = {.error = 0};

	answer.error = ask_corosync(&answer.quorate, &answer.fault);
	(void)!write(fd, &answer, sizeof(answer));
	_exit(0);
}

static int ask_await(int fd, struct ask_answer *answer, const struct deadline *deadline)
{
	struct pollfd polled = {.fd = fd, .events = POLLIN};

	while (poll(&polled, 1, deadline_left(deadline)) < 1)
		if (deadline_passed(deadline))
			return -ETIMEDOUT;
	return read(fd, answer, sizeof(*answer)) == sizeof(*answer) ? 0 : -EIO;
}

int quorum_ask(const struct deadline *deadline, bool *ret_quorate, struct fault *fault)
{
	struct ask_answer answer = {.error = 0};
	AUTO_CLOSE int mouth = -1;
	AUTO_CLOSE int ear = -1;
	int ends[2], r;
	pid_t pid;

	*ret_quorate = false;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return fault_set(fault, FAULT_GENERIC, -errno, "cannot ask for quorum: %s",
				 strerror(errno));
	ear = ends[0];
	mouth = ends[1];
	pid = fork();
	if (pid < 0)
		return fault_set(fault, FAULT_GENERIC, -errno, "cannot ask for quorum: %s",
				 strerror(errno));
	if (!pid)
		ask_in_child(mouth);
	(void)close(TAKE_FD(mouth));
	r = ask_await(ear, &answer, deadline);
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (r == -ETIMEDOUT)
		return fault_set(fault, FAULT_TIMEOUT, r,
				 "corosync does not say in time whether there is quorum");
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "asking corosync for quorum failed");
	if (answer.error)
		return fault_set(fault, answer.fault.kind, answer.error, "%s", answer.fault.reason);
	*ret_quorate = answer.quorate;
	return 0;
}
