// SPDX-License-Identifier: BSD-3-Clause
/*
 * connection serve|call tcp|udp FILE ADDRESS PORT: one end of a connection, and how it ended.
 *
 * serve binds ADDRESS and waits for the other end, call connects to it. Either prints the process id
 * of the one that goes on in the background, as soon as the other end can call or the connection
 * stands, and returns. When the connection ends, FILE gets one word: the name of the error that the
 * owner of the socket was told (ECONNRESET), or "closed".
 */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attr.h"

static int fail(const char *what)
{
	(void)fprintf(stderr, "connection: %s: %s\n", what, strerror(errno));
	return 1;
}

static int open_socket(char **argv, bool serves)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
				 .ai_socktype = strcmp(argv[2], "tcp") ? SOCK_DGRAM : SOCK_STREAM};
	struct addrinfo *found;
	int fd, on = 1, r;

	if (getaddrinfo(argv[4], argv[5], &hints, &found))
		return -1;
	fd = socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (serves)
		r = bind(fd, found->ai_addr, found->ai_addrlen);
	else
		r = connect(fd, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	if (r < 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* A datagram's sender becomes the other end of a connected UDP socket. */
static int accept_udp(int fd)
{
	struct sockaddr_storage from;
	socklen_t length = sizeof(from);
	char byte;

	if (recvfrom(fd, &byte, 1, 0, (struct sockaddr *)&from, &length) < 0 ||
	    connect(fd, (struct sockaddr *)&from, length) < 0)
		return -1;
	return fd;
}

static const char *wait_for_end(int fd)
{
	char bytes[256];
	ssize_t n;

	do
		n = read(fd, bytes, sizeof(bytes));
	while (n > 0);
	return n < 0 ? strerrorname_np(errno) : "closed";
}

static void go_on(int fd, bool serves, bool tcp, const char *path)
{
	FILE *file;
	const char *end;

	if (serves)
		fd = tcp ? accept4(fd, NULL, NULL, SOCK_CLOEXEC) : accept_udp(fd);
	end = fd < 0 ? strerrorname_np(errno) : wait_for_end(fd);
	file = fopen(path, "we");
	if (file) {
		(void)fprintf(file, "%s\n", end);
		(void)fclose(file);
	}
}

int main(int argc, char **argv)
{
	bool serves, tcp;
	pid_t child;
	int fd;

	if (argc != 6) {
		(void)fprintf(stderr, "usage: connection serve|call tcp|udp FILE ADDRESS PORT\n");
		return 2;
	}
	serves = !strcmp(argv[1], "serve");
	tcp = !strcmp(argv[2], "tcp");
	fd = open_socket(argv, serves);
	if (fd < 0 || (serves && tcp && listen(fd, 1) < 0) ||
	    (!serves && !tcp && send(fd, "", 1, 0) < 0))
		return fail(argv[4]);
	child = fork();
	if (child < 0)
		return fail("fork");
	if (child)
		return printf("%d\n", (int)child) < 0;
	(void)close(STDIN_FILENO);
	(void)close(STDOUT_FILENO);
	(void)close(STDERR_FILENO);
	go_on(fd, serves, tcp, argv[3]);
	return 0;
}
