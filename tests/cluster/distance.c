// SPDX-License-Identifier: BSD-3-Clause
/*
 * Distance for TCP, where the kernel has no netem: listens on PORT, passes on to SERVER on this host,
 * and keeps every byte back for as long as its client is away, in both directions.
 *
 *	distance PORT SERVER FILE
 *
 * FILE has lines "LAST-OCTET MILLISECONDS", read again whenever something has come; who is not in it
 * is next door. What is on its way when the host dies is lost with it, as on a wire.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"

#define DISTANCE_BYTES (256U << 10) /* on the way in one direction, as much as a wire holds */
#define DISTANCE_PARTS 1024

struct distance_part {
	long long due; /* milliseconds */
	size_t length;
};

/* One direction: a ring of bytes, and of the parts in which they came. */
struct distance_way {
	int from, to;
	char bytes[DISTANCE_BYTES];
	size_t first, filled;
	struct distance_part parts[DISTANCE_PARTS];
	size_t first_part, count;
};

struct distance_line {
	struct distance_way there, back;
	const char *file;
	int octet, server, client;
};

static long long distance_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int distance_of(const struct distance_line *line)
{
	FILE *file = fopen(line->file, "re");
	char text[64];
	int found = 0;

	while (file && fgets(text, sizeof(text), file)) {
		char *rest;
		const long octet = strtol(text, &rest, 10);

		if (octet == line->octet)
			found = (int)strtol(rest, NULL, 10);
	}
	if (file)
		(void)fclose(file);
	return found;
}

/* false at the end of the connection */
static bool distance_take(struct distance_way *way, int delay)
{
	const size_t at = (way->first + way->filled) % DISTANCE_BYTES;
	size_t room = DISTANCE_BYTES - way->filled;
	ssize_t n;

	if (room > DISTANCE_BYTES - at)
		room = DISTANCE_BYTES - at;
	n = recv(way->from, way->bytes + at, room, 0);
	if (n <= 0)
		return false;
	way->parts[(way->first_part + way->count++) % DISTANCE_PARTS] =
		(struct distance_part){.due = distance_now() + delay, .length = (size_t)n};
	way->filled += (size_t)n;
	return true;
}

static bool distance_pass(struct distance_way *way)
{
	while (way->count && way->parts[way->first_part].due <= distance_now()) {
		struct distance_part *part = &way->parts[way->first_part];
		size_t length = DISTANCE_BYTES - way->first;
		ssize_t n;

		if (length > part->length)
			length = part->length;
		n = send(way->to, way->bytes + way->first, length, MSG_NOSIGNAL);
		if (n <= 0)
			return false;
		way->first = (way->first + (size_t)n) % DISTANCE_BYTES;
		way->filled -= (size_t)n;
		part->length -= (size_t)n;
		if (part->length)
			continue;
		way->first_part = (way->first_part + 1) % DISTANCE_PARTS;
		way->count--;
	}
	return true;
}

static void distance_watch(const struct distance_way *way, struct pollfd *polled, long long *until)
{
	*polled = (struct pollfd){.fd = way->from};
	if (way->filled < DISTANCE_BYTES && way->count < DISTANCE_PARTS)
		polled->events = POLLIN;
	if (way->count && way->parts[way->first_part].due < *until)
		*until = way->parts[way->first_part].due;
}

static void *distance_carry(void *given)
{
	struct distance_line *line = given;
	bool open = true;

	while (open) {
		struct pollfd polled[2];
		long long until = distance_now() + 1000;

		distance_watch(&line->there, &polled[0], &until);
		distance_watch(&line->back, &polled[1], &until);
		until -= distance_now();
		if (poll(polled, 2, until > 0 ? (int)until : 0) < 0 && errno != EINTR)
			break;
		if (polled[0].revents & (POLLIN | POLLHUP | POLLERR))
			open = distance_take(&line->there, distance_of(line));
		if (polled[1].revents & (POLLIN | POLLHUP | POLLERR))
			open = distance_take(&line->back, distance_of(line)) && open;
		open = distance_pass(&line->there) && distance_pass(&line->back) && open;
	}
	(void)close(line->client);
	(void)close(line->server);
	free(line);
	return NULL;
}

static int distance_dial(int port)
{
	const struct sockaddr_in address = {.sin_family = AF_INET,
					    .sin_port = htons((uint16_t)port),
					    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int yes = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		(void)close(fd);
		return -1;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	return fd;
}

static void distance_begin(int client, const struct sockaddr_in *peer, int port, const char *file)
{
	struct distance_line *line = calloc(1, sizeof(*line));
	const int yes = 1;
	pthread_t thread;

	if (!line)
		abort();
	(void)setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	line->file = file;
	line->octet = (int)(ntohl(peer->sin_addr.s_addr) & 0xff);
	line->client = client;
	line->server = distance_dial(port);
	line->there.from = line->back.to = client;
	line->there.to = line->back.from = line->server;
	if (line->server < 0 || pthread_create(&thread, NULL, distance_carry, line)) {
		(void)close(client);
		free(line);
		return;
	}
	(void)pthread_detach(thread);
}

int main(int argc, char *argv[])
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	const int yes = 1;
	long long port, server;
	int fd;

	if (argc != 4 || num_parse(argv[1], 1, 65535, &port) ||
	    num_parse(argv[2], 1, 65535, &server)) {
		(void)fprintf(stderr, "distance PORT SERVER FILE\n");
		return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	address.sin_port = htons((uint16_t)port);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 64) < 0) {
		(void)fprintf(stderr, "port %lld: %s\n", port, strerror(errno));
		return 1;
	}
	for (;;) {
		struct sockaddr_in peer = {.sin_family = AF_INET};
		socklen_t length = sizeof(peer);
		const int client = accept4(fd, (struct sockaddr *)&peer, &length, SOCK_CLOEXEC);

		if (client >= 0)
			distance_begin(client, &peer, (int)server, argv[3]);
	}
}
