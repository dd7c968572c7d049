// SPDX-License-Identifier: BSD-3-Clause
/*
 * Many TCP connections that stay open:
 *
 *	crowd serve PORT...		echoes whatever comes, for ever
 *	crowd sctp PORT...		the same over SCTP
 *	crowd web BODY PORT...		answers whatever comes with a page, and closes; in one process,
 *					which a server that is asked a thousand times a second had better be
 *	crowd open ADDRESS PORT COUNT	makes COUNT connections and prints "open N"; for each line on
 *					stdin a byte goes over each, as often as the line says (1), and
 *					"alive N" says how many came back within ten seconds, each time
 */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/deadline.h"

#define CROWD_MAX 4096
#define CROWD_LISTENERS 16

struct crowd {
	struct pollfd polls[CROWD_MAX];
	nfds_t count;
	int listeners;
	int protocol;
	char page[512]; /* an answer by HTTP; empty: an echo */
};

static void crowd_add(struct crowd *crowd, int fd)
{
	if (fd < 0)
		return;
	if (crowd->count == CROWD_MAX)
		(void)close(fd);
	else
		crowd->polls[crowd->count++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static void crowd_drop(struct crowd *crowd, nfds_t n)
{
	(void)close(crowd->polls[n].fd);
	crowd->polls[n] = crowd->polls[--crowd->count];
}

static int crowd_listen(const struct crowd *crowd, const char *port)
{
	const struct sockaddr_in address = {.sin_family = AF_INET,
					    .sin_port = htons((uint16_t)strtol(port, NULL, 10))};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, crowd->protocol), on = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) || listen(fd, 1024)) {
		perror(port);
		exit(1);
	}
	return fd;
}

/* False: the connection is over. */
static bool crowd_answer(const struct crowd *crowd, int fd)
{
	char bytes[4096];
	ssize_t length = recv(fd, bytes, sizeof(bytes), 0);

	if (length <= 0)
		return false;
	if (!crowd->page[0])
		return send(fd, bytes, (size_t)length, 0) >= 0;
	(void)send(fd, crowd->page, strlen(crowd->page), MSG_NOSIGNAL);
	return false;
}

static int crowd_serve(struct crowd *crowd, char **ports)
{
	for (int i = 0; i < CROWD_LISTENERS && ports[i]; i++)
		crowd_add(crowd, crowd_listen(crowd, ports[i]));
	crowd->listeners = (int)crowd->count;
	while (poll(crowd->polls, crowd->count, -1) >= 0)
		for (nfds_t n = crowd->count; n-- > 0;) {
			if (!crowd->polls[n].revents)
				continue;
			if (n < (nfds_t)crowd->listeners) {
				crowd_add(crowd,
					  accept4(crowd->polls[n].fd, NULL, NULL, SOCK_CLOEXEC));
				continue;
			}
			if (!crowd_answer(crowd, crowd->polls[n].fd))
				crowd_drop(crowd, n);
		}
	return 1;
}

/* Sends a byte over each connection; how many have answered in time. */
static nfds_t crowd_ask(struct crowd *crowd)
{
	const struct deadline deadline = deadline_in(10000);
	nfds_t alive = 0;

	for (nfds_t n = 0; n < crowd->count; n++) {
		crowd->polls[n].events = POLLIN;
		(void)send(crowd->polls[n].fd, "x", 1, MSG_NOSIGNAL);
	}
	while (alive < crowd->count &&
	       poll(crowd->polls, crowd->count, deadline_left(&deadline)) > 0)
		for (nfds_t n = 0; n < crowd->count; n++) {
			char byte;

			if (!crowd->polls[n].revents || !crowd->polls[n].events)
				continue;
			alive += recv(crowd->polls[n].fd, &byte, 1, 0) == 1;
			crowd->polls[n].events = 0;
			if (crowd->polls[n].revents & (POLLERR | POLLHUP))
				crowd->polls[n].fd = -1;
		}
	return alive;
}

static int crowd_open(struct crowd *crowd, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons((uint16_t)strtol(argv[3], NULL, 10))};
	char line[64];

	(void)inet_pton(AF_INET, argv[2], &address.sin_addr);
	for (long i = strtol(argv[4], NULL, 10); i > 0; i--) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
			perror(argv[2]);
		else
			crowd_add(crowd, fd);
	}
	printf("open %lu\n", (unsigned long)crowd->count);
	(void)fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		long times = strtol(line, NULL, 10);
		nfds_t alive = crowd->count;

		do {
			const nfds_t now = crowd_ask(crowd);

			alive = now < alive ? now : alive;
		} while (--times > 0);
		printf("alive %lu\n", (unsigned long)alive);
		(void)fflush(stdout);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct rlimit limit = {CROWD_MAX + 64, CROWD_MAX + 64};
	static struct crowd crowd;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	if (argc > 2 && !strcmp(argv[1], "sctp")) {
		crowd.protocol = IPPROTO_SCTP;
		return crowd_serve(&crowd, argv + 2);
	}
	if (argc > 2 && !strcmp(argv[1], "serve"))
		return crowd_serve(&crowd, argv + 2);
	if (argc > 3 && !strcmp(argv[1], "web")) {
		(void)snprintf(crowd.page, sizeof(crowd.page),
			       "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n"
			       "Content-Length: %zu\r\n\r\n%s\n",
			       strlen(argv[2]) + 1, argv[2]);
		return crowd_serve(&crowd, argv + 3);
	}
	if (argc == 5 && !strcmp(argv[1], "open"))
		return crowd_open(&crowd, argv);
	return 2;
}
