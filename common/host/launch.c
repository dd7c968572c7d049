// SPDX-License-Identifier: BSD-3-Clause

#include "host/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"

#define LAUNCH_TARGETS 4 /* descriptors 0 to 3 */
#define LAUNCH_ASIDE 10	 /* the sources stand from here on while the targets are filled */

static void launch_settle_signals(void)
{
	const struct sigaction standard = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		(void)sigaction(number, &standard, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Any source may be any number, also that of another's target: first they go out of the way. */
static int launch_settle_streams(const struct launch *launch)
{
	int sources[LAUNCH_TARGETS] = {launch->input, launch->output, launch->errors,
				       launch->fourth};
	const int targets = launch->fourth < 0 ? LAUNCH_TARGETS - 1 : LAUNCH_TARGETS;

	for (int i = 0; i < targets; i++) {
		int source = sources[i] < 0 ? open("/dev/null", O_RDWR | O_CLOEXEC) : sources[i];

		sources[i] = fcntl(source, F_DUPFD_CLOEXEC, LAUNCH_ASIDE);
		if (sources[i] < 0)
			return -errno;
	}
	for (int i = 0; i < targets; i++)
		if (dup2(sources[i], i) < 0)
			return -errno;
	if (syscall(SYS_close_range, targets, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
		return -errno;
	return 0;
}

/* In the child: async-signal-safe calls alone. Returns -errno, or not at all. */
static int launch_become(const struct launch *launch, pid_t parent)
{
	int r;

	if (launch->mortal && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -errno;
	if (launch->mortal && getppid() != parent)
		return -ESRCH;
	if (launch->session)
		(void)setsid();
	else
		(void)setpgid(0, 0);
	launch_settle_signals();
	r = launch_settle_streams(launch);
	if (r)
		return r;
	if (launch->directory && chdir(launch->directory) < 0)
		return -errno;
	(void)execve(launch->argv[0], (char *const *)launch->argv,
		     launch->environment ? (char *const *)launch->environment : environ);
	return -errno;
}

/* The pipe closes with the exec, or says why there was none. */
static int launch_await(int fd)
{
	int error = 0;
	ssize_t n;

	do
		n = read(fd, &error, sizeof(error));
	while (n < 0 && errno == EINTR);
	return n == sizeof(error) ? error : 0;
}

static void launch_reap(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0)
		if (errno != EINTR)
			return;
}

int launch_start(const struct launch *launch, pid_t *ret_pid, int *ret_pidfd)
{
	const pid_t parent = getpid();
	AUTO_CLOSE int report = -1;
	int ends[2], r, pidfd;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	report = ends[0];
	pid = fork();
	if (!pid) {
		const int aside = fcntl(ends[1], F_DUPFD_CLOEXEC, LAUNCH_ASIDE);

		r = launch_become(launch, parent);
		(void)!write(aside, &r, sizeof(r));
		_exit(127);
	}
	r = pid < 0 ? -errno : 0;
	(void)close(ends[1]);
	if (r)
		return r;
	r = launch_await(report);
	pidfd = r ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
	if (!r && pidfd < 0) {
		r = -errno;
		(void)kill(-pid, SIGKILL);
	}
	if (r) {
		launch_reap(pid);
		return r;
	}
	*ret_pid = pid;
	*ret_pidfd = pidfd;
	return 0;
}
