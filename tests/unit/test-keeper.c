// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "base/file.h"
#include "daemon/keeper.h"
#include "daemon/loop.h"
#include "daemon/ready.h"
#include "daemon/server.h"
#include "host/launch.h"
#include "scratch.h"

enum manner {
	MUTE = 1,
	DEAF = 2,
	LOOSE = 4
};

static void on_term(int number, void *data)
{
	loop_stop(data);
}

static void handle(struct server_request *request, const char *line, void *data)
{
	server_answer(request, -EINVAL, "no");
}

/* Returns when it has its own environment: a session of its own, with the mark. */
static void start_loose(const struct keeper *keeper)
{
	const char *const argv[] = {"/bin/sleep", "4711", NULL};
	struct launch launch = LAUNCH_INIT;
	int pidfd;
	pid_t pid;

	(void)setenv(READY_OF_VARIABLE, keeper->lock, 1);
	launch.argv = argv;
	launch.session = true;
	if (launch_start(&launch, &pid, &pidfd))
		_exit(4);
}

static void be_daemon(const struct keeper *keeper, int manner, int ready)
{
	struct fault fault = FAULT_INIT;
	struct server *server = NULL;
	struct loop *loop = NULL;
	int fd = -1;

	if (keeper_hold(keeper, &fd, &fault) || loop_new(&loop, &fault))
		_exit(1);
	if (!(manner & MUTE) && server_open(loop, keeper->socket, handle, NULL, &server, &fault))
		_exit(2);
	if (manner & DEAF)
		(void)signal(SIGTERM, SIG_IGN);
	else if (loop_on_signal(loop, SIGTERM, on_term, loop))
		_exit(3);
	if (manner & LOOSE)
		start_loose(keeper);
	(void)!write(ready, "", 1);
	loop_run(loop);
	server_close(&server);
	_exit(0);
}

static pid_t begin(const struct keeper *keeper, int manner)
{
	int ready[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		be_daemon(keeper, manner, ready[1]);
	(void)close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	return pid;
}

static enum keeper_state look(const struct keeper *keeper, long long milliseconds,
			      struct fault *fault)
{
	struct deadline deadline = deadline_in(milliseconds);

	*fault = FAULT_INIT;
	return keeper_look(keeper, &deadline, fault);
}

static int end(const struct keeper *keeper, long long milliseconds)
{
	struct deadline deadline = deadline_in(milliseconds);
	struct fault fault = FAULT_INIT;

	return keeper_end(keeper, &deadline, &fault);
}

static int reap(pid_t pid)
{
	int status = -1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void init(struct keeper *keeper, void **state)
{
	assert_int_equal(keeper_init(keeper, scratch_path(*state, "rsync-web")), 0);
}

static void test_life(void **state)
{
	struct keeper keeper;
	struct fault fault;
	char text[64];
	pid_t pid;
	int fd = -1;

	init(&keeper, state);
	assert_int_equal(look(&keeper, 20000, &fault), KEEPER_GONE);
	assert_string_equal(fault.reason, "its daemon does not run");
	assert_int_equal(end(&keeper, 20000), 0);
	pid = begin(&keeper, 0);
	assert_int_equal(keeper_holder(&keeper), pid);
	assert_int_equal(look(&keeper, 20000, &fault), KEEPER_ANSWERS);
	assert_int_equal(keeper_hold(&keeper, &fd, &fault), -EBUSY);
	(void)snprintf(text, sizeof(text), "it runs already, as process %d", (int)pid);
	assert_string_equal(fault.reason, text);
	assert_int_equal(end(&keeper, 20000), 0);
	assert_int_equal(reap(pid), 0);
	assert_int_equal(look(&keeper, 20000, &fault), KEEPER_GONE);
	assert_int_equal(scratch_count(*state, ""), 0);
}

static void test_silent(void **state)
{
	struct keeper keeper;
	struct fault fault;
	pid_t pid;

	init(&keeper, state);
	pid = begin(&keeper, MUTE);
	assert_int_equal(look(&keeper, 20000, &fault), KEEPER_SILENT);
	assert_int_equal(end(&keeper, 20000), 0);
	assert_int_equal(reap(pid), 0);
	pid = begin(&keeper, 0);
	assert_int_equal(kill(pid, SIGSTOP), 0);
	assert_int_equal(look(&keeper, 100, &fault), KEEPER_SILENT);
	assert_non_null(strstr(fault.reason, "is stopped by a signal"));
	/* SIGCONT lets it hear the SIGTERM: it ends in good order. */
	assert_int_equal(end(&keeper, 20000), 0);
	assert_int_equal(reap(pid), 0);
}

static void test_deaf(void **state)
{
	struct keeper keeper;
	pid_t pid;
	int status;

	init(&keeper, state);
	pid = begin(&keeper, DEAF);
	assert_int_equal(end(&keeper, 300), 0);
	status = reap(pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* It was killed, and what it had started runs on in a session of its own. */
static void test_leftovers(void **state)
{
	struct keeper keeper;
	struct fault fault;
	pid_t pid;

	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	init(&keeper, state);
	pid = begin(&keeper, LOOSE);
	assert_int_equal(kill(pid, SIGKILL), 0);
	(void)reap(pid);
	assert_int_equal(look(&keeper, 20000, &fault), KEEPER_GONE);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), 0);
	assert_int_equal(end(&keeper, 20000), 0);
	assert_true(waitpid(-1, NULL, 0) > 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
	assert_int_equal(scratch_count(*state, ""), 0);
}

/* Neither a file with somebody's number in it nor a lock that its holder lost names anybody. */
static void test_strangers_live(void **state)
{
	struct keeper keeper;
	struct fault fault;
	char text[32];
	pid_t stranger = fork();

	assert_true(stranger >= 0);
	if (!stranger)
		for (;;)
			(void)pause();
	init(&keeper, state);
	(void)snprintf(text, sizeof(text), "%d\n", (int)stranger);
	scratch_write(*state, "rsync-web.daemon", text);
	assert_int_equal(keeper_holder(&keeper), 0);
	assert_int_equal(look(&keeper, 20000, &fault), KEEPER_GONE);
	assert_int_equal(end(&keeper, 20000), 0);
	assert_int_equal(waitpid(stranger, NULL, WNOHANG), 0);
	(void)kill(stranger, SIGKILL);
	(void)reap(stranger);
}

/* The program is a script that says that it is ready, with what arguments, and ends. */
static void test_ensure(void **state)
{
	const struct deadline deadline = deadline_in(20000);
	AUTO_BUF struct buf text = BUF_INIT;
	char base[300], script[600];
	struct fault fault = FAULT_INIT;
	struct keeper keeper;
	pid_t pid;

	(void)snprintf(base, sizeof(base), "%s", scratch_path(*state, "rsync-web"));
	init(&keeper, state);
	(void)setenv("QUORATE_LIBEXECDIR", ((struct scratch *)*state)->directory, 1);
	assert_int_equal(keeper_ensure(&keeper, "program", base, &deadline, &fault), -ENOENT);
	(void)snprintf(script, sizeof(script), "#!/bin/sh\necho $* >>%s.said\necho '0 0 ' >&3\n",
		       base);
	scratch_write(*state, "program", script);
	assert_int_equal(chmod(scratch_path(*state, "program"), 0755), 0);
	pid = begin(&keeper, MUTE);
	assert_int_equal(keeper_ensure(&keeper, "program", base, &deadline, &fault), 0);
	assert_int_equal(reap(pid), 0); /* it was ended for its silence */
	pid = begin(&keeper, 0);
	assert_int_equal(keeper_ensure(&keeper, "program", base, &deadline, &fault), 0);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	assert_int_equal(end(&keeper, 20000), 0);
	assert_int_equal(reap(pid), 0);
	(void)snprintf(script, sizeof(script), "daemon %s\n", base);
	assert_int_equal(file_read(scratch_path(*state, "rsync-web.said"), 4096, &text), 0);
	assert_string_equal(text.data, script); /* once */
	while (waitpid(-1, NULL, 0) > 0)
		;
	(void)unsetenv("QUORATE_LIBEXECDIR");
}

static void test_names(void **state)
{
	char base[400] = "/run/quorate/";
	struct keeper keeper, other;

	assert_int_equal(keeper_init(&keeper, "/run/quorate/rsync-web"), 0);
	assert_string_equal(keeper.lock, "/run/quorate/rsync-web.daemon");
	assert_string_equal(keeper.socket, "/run/quorate/rsync-web.sock");
	memset(base + strlen(base), 'x', 200);
	assert_int_equal(keeper_init(&keeper, base), 0);
	base[strlen(base) - 1] = 'y';
	assert_int_equal(keeper_init(&other, base), 0);
	assert_string_not_equal(keeper.socket, other.socket);
	assert_int_equal(strlen(other.socket), strlen("/run/quorate/") + 21);
	assert_int_equal(keeper_init(&keeper, "relative"), -ENAMETOOLONG);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_life),
		TEST(test_silent),
		TEST(test_deaf),
		TEST(test_leftovers),
		TEST(test_strangers_live),
		TEST(test_ensure),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
