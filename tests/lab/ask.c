/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ask [-p MS] ADDRESS...: asks every address which node it is (see question.h), every 20 or MS ms,
 * and prints what changes, until it is killed or its stdout is closed. A line is one of
 *
 *	AT ADDRESS NODE GAP     NODE answers, GAP ms after the answer before it (0 for the first):
 *	                        printed for the first answer, another node, and after a silence
 *	AT ADDRESS - -          silent: no answer since AT
 *
 * AT is in ms since 1970, so that it can be compared with the clock of a shell; gaps are taken from
 * the monotonic clock.
 */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/deadline.h"
#include "base/num.h"
#include "tests/lab/question.h"

#define TARGETS_MAX 8
#define SILENCE 150 /* ms without an answer that are worth a line */

struct target {
	const char *address;
	int fd;
	long long answered; /* ms, monotonic; 0: never yet */
	long long at;	    /* the same moment in ms since 1970 */
	bool silent;
	char node[sizeof(((struct answer *)NULL)->node)];
};

static long long wall_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static long long steady_now(void)
{
	return deadline_now() / 1000000;
}

static int target_open(const char *address)
{
	const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_DGRAM};
	struct addrinfo *found;
	char port[8];
	int fd;

	(void)snprintf(port, sizeof(port), "%d", QUESTION_PORT);
	if (getaddrinfo(address, port, &hints, &found))
		return -EINVAL;
	fd = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen)) {
		(void)close(fd);
		fd = -1;
	}
	freeaddrinfo(found);
	return fd < 0 ? -errno : fd;
}

/* Nobody there is an error of the socket, and exactly what is being measured. */
static void target_ask(const struct target *target, uint64_t number)
{
	const struct question question = {.number = number};

	(void)send(target->fd, &question, sizeof(question), MSG_NOSIGNAL);
}

static void target_answered(struct target *target, const struct answer *answer)
{
	long long now = steady_now();
	long long gap = target->answered ? now - target->answered : 0;
	bool another = strcmp(answer->node, target->node) != 0;

	target->answered = now;
	target->at = wall_now();
	target->silent = false;
	if (!another && gap < SILENCE)
		return;
	memcpy(target->node, answer->node, sizeof(target->node));
	printf("%lld %s %s %lld\n", target->at, target->address, target->node, gap);
}

static void target_read(struct target *target)
{
	struct answer answer;
	ssize_t size;

	while ((size = recv(target->fd, &answer, sizeof(answer), 0)) >= 0) {
		if (size != sizeof(answer))
			continue;
		answer.node[sizeof(answer.node) - 1] = '\0';
		target_answered(target, &answer);
	}
}

static void target_check(struct target *target)
{
	if (!target->answered || target->silent || steady_now() - target->answered < SILENCE)
		return;
	target->silent = true;
	printf("%lld %s - -\n", target->at, target->address);
}

static int pace_open(long long ms)
{
	const struct timespec pace = {.tv_nsec = ms * 1000000};
	const struct itimerspec timer = {.it_interval = pace, .it_value = pace};
	AUTO_CLOSE int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0 || timerfd_settime(fd, 0, &timer, NULL))
		return -errno;
	return TAKE_FD(fd);
}

/* Returns 0 when the reader of our lines has gone. */
static int watch(struct target *targets, size_t count, int pace)
{
	struct pollfd polled[TARGETS_MAX + 2] = {{.fd = pace, .events = POLLIN}};
	uint64_t number = 0, ticks;

	for (size_t i = 0; i < count; i++)
		polled[i + 1] = (struct pollfd){.fd = targets[i].fd, .events = POLLIN};
	polled[count + 1] = (struct pollfd){.fd = STDOUT_FILENO};
	while (poll(polled, count + 2, -1) >= 0 || errno == EINTR) {
		for (size_t i = 0; i < count; i++) {
			if (polled[i + 1].revents)
				target_read(&targets[i]);
			target_check(&targets[i]);
		}
		if (polled[count + 1].revents & POLLERR)
			return 0;
		if (read(pace, &ticks, sizeof(ticks)) != sizeof(ticks))
			continue;
		number++;
		for (size_t i = 0; i < count; i++)
			target_ask(&targets[i], number);
	}
	return -errno;
}

static int usage(void)
{
	fprintf(stderr, "usage: ask [-p MS] ADDRESS... (MS 1 to 999, at most %d addresses)\n",
		TARGETS_MAX);
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct target targets[TARGETS_MAX] = {{.fd = -1}};
	long long ms = QUESTION_PACE;
	AUTO_CLOSE int pace = -1;
	int option, count;

	while ((option = getopt(argc, argv, "p:")) != -1) {
		if (option != 'p' || num_parse(optarg, 1, 999, &ms))
			return usage();
	}
	count = argc - optind;
	if (count < 1 || count > TARGETS_MAX)
		return usage();
	for (int i = 0; i < count; i++) {
		targets[i].address = argv[optind + i];
		targets[i].fd = target_open(targets[i].address);
		if (targets[i].fd < 0) {
			fprintf(stderr, "ask: %s: %s\n", targets[i].address,
				strerror(-targets[i].fd));
			return EXIT_FAILURE;
		}
	}
	pace = pace_open(ms);
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	return pace < 0 || watch(targets, (size_t)count, pace) ? EXIT_FAILURE : EXIT_SUCCESS;
}
