// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "net/plain.h"

static void test_read(void **state)
{
	static const struct {
		const char *bytes;
		int result, status;
		const char *body;
	} cases[] = {
		{"HTTP/1.0 200 OK\r\n\r\nbody", 0, 200, "body"},
		{"HTTP/1.1 404 Not Found\r\nA: b\r\n\r\n", 0, 404, ""},
		{"HTTP/1.1 204\r\n\r\n", 0, 204, ""},
		{"HTTP/1.1 200 \r\n\r\n\r\n\r\nx", 0, 200, "\r\n\r\nx"},
		{"HTTP/1.1 599 x\r\n\r\n", 0, 599, ""},
		{"HTTP/1.1 600 x\r\n\r\n", -EBADMSG, 0, NULL},
		{"HTTP/1.1 099 x\r\n\r\n", -EBADMSG, 0, NULL},
		{"HTTP/1.1 20x OK\r\n\r\n", -EBADMSG, 0, NULL},
		{"HTTP/1.1 2000 OK\r\n\r\n", -EBADMSG, 0, NULL},
		{"HTTP/1.1  200 OK\r\n\r\n", -EBADMSG, 0, NULL},
		{"HTTP/2 200 OK\r\n\r\n", -EBADMSG, 0, NULL},
		{"HTTP/1.1 200 OK\r\n", -EBADMSG, 0, NULL},
		{"HTTP/1.1 200 OK\n\nbody", -EBADMSG, 0, NULL},
		{"HTTP/1.1\r\n\r\n", -EBADMSG, 0, NULL},
		{"\r\n\r\n", -EBADMSG, 0, NULL},
		{"200 OK\r\n\r\n", -EBADMSG, 0, NULL},
		{"", -EBADMSG, 0, NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t body = 0;
		int status = 0;

		assert_int_equal(plain_read(cases[i].bytes, strlen(cases[i].bytes), &status, &body),
				 cases[i].result);
		assert_int_equal(status, cases[i].status);
		if (cases[i].body)
			assert_string_equal(cases[i].bytes + body, cases[i].body);
	}
}

/* A server for one connection, that answers so; waits for the client's end when it answers nothing. */
struct server {
	char host[32];
	pid_t pid;
};

static void serve(int listener, const char *answer, size_t times)
{
	char request[1024];
	int fd = accept(listener, NULL, NULL);

	(void)!read(fd, request, sizeof(request));
	for (size_t i = 0; i < times; i++)
		if (send(fd, answer, strlen(answer), MSG_NOSIGNAL) < 0)
			break;
	if (!times)
		(void)!read(fd, request, sizeof(request));
	_exit(0);
}

static struct server server_start(const char *answer, size_t times)
{
	struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t length = sizeof(name);
	struct server server;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(listener, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&name, &length), 0);
	(void)snprintf(server.host, sizeof(server.host), "127.0.0.1:%d", ntohs(name.sin_port));
	server.pid = fork();
	assert_true(server.pid >= 0);
	if (!server.pid)
		serve(listener, answer, times);
	(void)close(listener);
	return server;
}

static int run(const char *host, int *ret_status, struct buf *body, struct fault *fault)
{
	const struct plain_request request = {.method = "GET", .host = host, .path = "/a"};
	const struct deadline deadline = deadline_in(5000);

	return plain_run(&request, &deadline, fault, ret_status, body);
}

static void expect(const char *answer, size_t times, int result, int status, size_t length)
{
	struct server server = server_start(answer, times);
	AUTO_BUF struct buf body = BUF_INIT;
	struct fault fault = FAULT_INIT;
	const long long began = deadline_now();
	int got = 0;

	assert_int_equal(run(server.host, &got, &body, &fault), result);
	assert_int_equal(body.length, length);
	if (result)
		assert_non_null(strstr(fault.reason, server.host));
	else
		assert_int_equal(got, status);
	assert_true(deadline_now() - began < 2000000000LL);
	assert_int_equal(waitpid(server.pid, NULL, 0), server.pid);
}

static void test_run(void **state)
{
	expect("HTTP/1.0 200 OK\r\n\r\nbody", 1, 0, 200, 4);
	expect("HTTP/1.0 200 OK\r\n\r\n", 1, 0, 200, 0);
	expect("nonsense", 1, -EBADMSG, 0, 0);
	expect("HTTP/1.0 200 OK\r\n\r\n0123456789", 40000, -EMSGSIZE, 0, 0);
	expect("", 0, -ETIMEDOUT, 0, 0);
}

static void test_hosts(void **state)
{
	static const char *const wrong[] = {
		"",
		"metadata",
		"127.0.0.1:",
		"127.0.0.1:0",
		"127.0.0.1:65536",
		"127.0.0.1:x",
		"[::1",
		"::1",
		"[127.0.0.1]x",
		"127.0.0.1 :80",
		"127.0.0.1/8",
	};
	AUTO_BUF struct buf body = BUF_INIT;
	struct fault fault = FAULT_INIT;
	int status = 0;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(run(wrong[i], &status, &body, &fault), -EINVAL);
	assert_int_equal(run("127.0.0.1:1", &status, &body, &fault), -ECONNREFUSED);
	assert_int_equal(body.length, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_run),
		cmocka_unit_test(test_hosts),
	};

	return cmocka_run_group_tests_name("plain", tests, NULL, NULL);
}
