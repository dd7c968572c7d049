// SPDX-License-Identifier: BSD-3-Clause
/*
 * Client and server of the control socket, each against the real other: the server runs in a child.
 */

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
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "daemon/control.h"
#include "daemon/loop.h"
#include "daemon/server.h"
#include "scratch.h"

struct serving {
	struct loop *loop;
	struct server *server;
	struct server_request *kept;
	struct loop_timer timer;
};

static void answer_kept(void *data)
{
	struct serving *serving = data;

	server_answer(TAKE(serving->kept), 0, "at last\n");
}

/* "keep" is answered by the request after it, or at the latest by the timer of "soon". */
static void handle(struct server_request *request, const char *line, void *data)
{
	struct serving *serving = data;

	if (!strcmp(line, "big")) {
		AUTO_FREE char *text = malloc(CONTROL_ANSWER_MAX + 10);

		memset(text, 'x', CONTROL_ANSWER_MAX + 9);
		text[CONTROL_ANSWER_MAX + 9] = '\0';
		server_answer(request, 0, text);
	} else if (!strcmp(line, "keep")) {
		serving->kept = request;
	} else if (!strcmp(line, "soon")) {
		serving->kept = request;
		(void)loop_timer_set(&serving->timer, 20);
	} else if (!strcmp(line, "release")) {
		if (serving->kept)
			server_answer(TAKE(serving->kept), 0, "late\n");
		server_answer(request, 0, "released\n");
	} else {
		server_answer(request, -EINVAL, "there is no such request");
	}
}

static pid_t serve(const char *path)
{
	int ready[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		static struct serving serving;
		struct fault fault = FAULT_INIT;

		if (loop_new(&serving.loop, &fault) ||
		    server_open(serving.loop, path, handle, &serving, &serving.server, &fault))
			_exit(1);
		loop_timer_init(&serving.timer, serving.loop, answer_kept, &serving);
		(void)!write(ready[1], "", 1);
		loop_run(serving.loop);
		_exit(0);
	}
	(void)close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	return pid;
}

static void end(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static int ask(const char *path, const char *request, long long milliseconds, struct buf *answer,
	       struct fault *fault)
{
	struct deadline deadline = deadline_in(milliseconds);

	buf_clear(answer);
	*fault = FAULT_INIT;
	return control_ask(path, request, &deadline, answer, fault);
}

/* A client of its own making: connects and sends these bytes. */
static int connect_raw(const char *path, const char *bytes)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	assert_int_equal(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(send(fd, bytes, strlen(bytes), MSG_NOSIGNAL), strlen(bytes));
	return fd;
}

static void test_answers(void **state)
{
	const char *path = scratch_path(*state, "socket");
	AUTO_BUF struct buf answer = BUF_INIT;
	struct fault fault;
	pid_t pid = serve(path);
	struct stat st;
	char pong[32];

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(ask(path, "ping", 20000, &answer, &fault), 0);
	(void)snprintf(pong, sizeof(pong), "pong %d\n", (int)pid);
	assert_string_equal(answer.data, pong);
	assert_int_equal(ask(path, "nonsense", 20000, &answer, &fault), -EINVAL);
	assert_string_equal(fault.reason, "there is no such request");
	assert_int_equal(ask(path, "big", 20000, &answer, &fault), 0);
	assert_int_equal(answer.length, CONTROL_ANSWER_MAX);
	assert_int_equal(ask(path, "soon", 20000, &answer, &fault), 0);
	assert_string_equal(answer.data, "at last\n");
	assert_int_equal(ask(path, "two\nlines", 20000, &answer, &fault), -EINVAL);
	end(pid);
}

static void test_nobody(void **state)
{
	const char *path = scratch_path(*state, "socket");
	AUTO_BUF struct buf answer = BUF_INIT;
	struct fault fault;
	pid_t pid;

	assert_int_equal(ask(path, "ping", 20000, &answer, &fault), -ESRCH);
	pid = serve(path);
	end(pid);
	/* The socket of a dead one is in nobody's way. */
	assert_int_equal(ask(path, "ping", 20000, &answer, &fault), -ESRCH);
	pid = serve(path);
	assert_int_equal(ask(path, "ping", 20000, &answer, &fault), 0);
	assert_int_equal(kill(pid, SIGSTOP), 0);
	assert_int_equal(ask(path, "ping", 100, &answer, &fault), -ETIMEDOUT);
	assert_int_equal(fault.kind, FAULT_TIMEOUT);
	end(pid);
}

/* So many ask a stopped one that its queue is full: connecting, too, ends at the deadline. */
static void test_full_queue(void **state)
{
	const char *path = scratch_path(*state, "socket");
	AUTO_BUF struct buf answer = BUF_INIT;
	pid_t pid = serve(path);
	struct fault fault;

	assert_int_equal(kill(pid, SIGSTOP), 0);
	for (int i = 0; i < SERVER_CLIENTS + 3; i++)
		assert_int_equal(ask(path, "ping", 5, &answer, &fault), -ETIMEDOUT);
	assert_int_equal(kill(pid, SIGCONT), 0);
	assert_int_equal(ask(path, "ping", 20000, &answer, &fault), 0);
	end(pid);
}

/* As many as are served at once sit there and say half a word; one more is asked for nothing. */
static void test_many_clients(void **state)
{
	const char *path = scratch_path(*state, "socket");
	AUTO_BUF struct buf answer = BUF_INIT;
	pid_t pid = serve(path);
	struct fault fault;
	int fds[SERVER_CLIENTS];

	for (int i = 0; i < SERVER_CLIENTS - 1; i++)
		fds[i] = connect_raw(path, i % 2 ? "keep\n" : "pin");
	for (int i = 0; i < 50; i++)
		assert_int_equal(ask(path, "ping", 20000, &answer, &fault), 0);
	fds[SERVER_CLIENTS - 1] = connect_raw(path, "");
	assert_int_equal(ask(path, "ping", 50, &answer, &fault), -ETIMEDOUT);
	for (int i = 0; i < SERVER_CLIENTS; i++)
		(void)close(fds[i]);
	assert_int_equal(ask(path, "ping", 20000, &answer, &fault), 0);
	end(pid);
}

/* Whoever goes away while the answer is being made is missed by nobody. */
static void test_client_goes_away(void **state)
{
	const char *path = scratch_path(*state, "socket");
	AUTO_BUF struct buf answer = BUF_INIT;
	pid_t pid = serve(path);
	struct fault fault;

	(void)close(connect_raw(path, "keep\n"));
	assert_int_equal(ask(path, "release", 20000, &answer, &fault), 0);
	assert_int_equal(ask(path, "keep", 50, &answer, &fault), -ETIMEDOUT);
	assert_int_equal(ask(path, "release", 20000, &answer, &fault), 0);
	assert_string_equal(answer.data, "released\n");
	(void)close(connect_raw(path, "big\n"));
	assert_int_equal(ask(path, "ping", 20000, &answer, &fault), 0);
	end(pid);
}

static void test_wrong_requests(void **state)
{
	static char long_line[CONTROL_REQUEST_MAX + 3];
	const char *path = scratch_path(*state, "socket");
	AUTO_BUF struct buf answer = BUF_INIT;
	pid_t pid = serve(path);
	struct fault fault;
	char byte;
	int fd;

	memset(long_line, 'x', sizeof(long_line) - 1);
	assert_int_equal(ask(path, long_line, 20000, &answer, &fault), -EINVAL);
	fd = connect_raw(path, long_line);
	assert_true(recv(fd, &byte, 1, 0) <= 0);
	(void)close(fd);
	fd = connect_raw(path, "\n");
	assert_int_equal(recv(fd, &byte, 1, 0), 1);
	assert_int_equal(byte, '-');
	(void)close(fd);
	end(pid);
}

static void expect_answer(const char *bytes, int result, int code, const char *text)
{
	size_t offset = 4711;
	int said = 1;

	assert_int_equal(control_parse_answer(bytes, strlen(bytes), &said, &offset), result);
	if (result != 1)
		return;
	assert_int_equal(said, code);
	assert_string_equal(bytes + offset, text);
}

static void test_parse(void **state)
{
	size_t length = 0;

	expect_answer("", 0, 0, "");
	expect_answer("0 5", 0, 0, "");
	expect_answer("0 5\nhell", 0, 0, "");
	expect_answer("0 5\nhello", 1, 0, "hello");
	expect_answer("-22 0\n", 1, -22, "");
	expect_answer("0 5\nhello!", -EPROTO, 0, "");
	expect_answer("1 0\n", -EPROTO, 0, "");
	expect_answer("0 9999999\n", -EPROTO, 0, "");
	expect_answer("0 -1\n", -EPROTO, 0, "");
	expect_answer("HTTP/1.1 400 Bad request and so on and on", -EPROTO, 0, "");
	assert_int_equal(control_parse_request("ping", 4, &length), 0);
	assert_int_equal(control_parse_request("ping\nmore", 9, &length), 1);
	assert_int_equal(length, 4);
	assert_int_equal(control_parse_request("p\0ng\n", 5, &length), -EPROTO);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_answers),	      TEST(test_nobody),
		TEST(test_full_queue),	      TEST(test_many_clients),
		TEST(test_client_goes_away),  TEST(test_wrong_requests),
		cmocka_unit_test(test_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
