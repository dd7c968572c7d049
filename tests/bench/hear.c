/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hear NETNS LINK [-k] [-t SECONDS] ADDRESS... -- VARIABLE=VALUE... PROGRAM ARGUMENT...
 *
 * When do the neighbours learn of the addresses? Runs the program and listens on LINK in the named
 * network namespace NETNS until every ADDRESS was announced, with -k ends the program then, waits
 * for its end, and prints microseconds since the moment before its exec:
 *
 *	FIRST LAST END    the first announcement of all; the first one of the address that came
 *	                  last; the end of the program
 *
 * An announcement is an ARP packet whose sender and target are the address, or a neighbour
 * advertisement for it. ARP probes (sender 0.0.0.0) and neighbour solicitations are none. The times
 * are those that the kernel gave the packets as they came in, whatever this process was doing.
 * Exits 1 when not everything was heard within SECONDS (30), or with the program's own failure.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip6.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "base/inet.h"
#include "base/num.h"
#include "net/netns.h"
#include "tests/bench/job.h"

#define QUEUE (32 * 1024 * 1024) /* bytes that the socket may hold between two looks */
#define PACE 5			 /* milliseconds between them */

struct watched {
	struct inet inet;
	long long heard; /* ns of CLOCK_REALTIME, 0: not yet */
};

struct hearing {
	struct watched *addresses;
	size_t count, missing;
	bool end_program;
	long long began, first, last, ended; /* ns of CLOCK_REALTIME */
	int socket, status;
};

static long long now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_REALTIME, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int listen_on(const char *netns, const char *link)
{
	AUTO_CLOSE int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	AUTO_CLOSE int fd = -1;
	struct sockaddr_ll here = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	const int on = 1, queue = QUEUE;

	if (home < 0 || netns_enter(netns, NULL))
		return -ENOENT;
	here.sll_ifindex = (int)if_nametoindex(link);
	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (!here.sll_ifindex || fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &queue, sizeof(queue)) ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&here, sizeof(here)) || setns(home, CLONE_NEWNET))
		return -errno;
	return TAKE_FD(fd);
}

/* What the packet announces, if anything. */
static bool announced(int protocol, const unsigned char *bytes, size_t length,
		      struct inet *ret_inet)
{
	const unsigned char *advert = bytes + sizeof(struct ip6_hdr);

	if (protocol == ETH_P_ARP && length >= 28 && bytes[4] == ETH_ALEN && bytes[5] == 4) {
		*ret_inet = inet_from_bytes(AF_INET, bytes + 14);
		return !memcmp(bytes + 14, bytes + 24, 4);
	}
	if (protocol == ETH_P_IPV6 &&
	    length >= sizeof(struct ip6_hdr) + sizeof(struct nd_neighbor_advert) &&
	    bytes[6] == IPPROTO_ICMPV6 && advert[0] == ND_NEIGHBOR_ADVERT) {
		*ret_inet = inet_from_bytes(AF_INET6, advert + 8);
		return true;
	}
	return false;
}

static long long stamp_of(struct msghdr *message)
{
	struct timespec time;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_TIMESTAMPNS)
			continue;
		memcpy(&time, CMSG_DATA(c), sizeof(time));
		return time.tv_sec * 1000000000LL + time.tv_nsec;
	}
	return now();
}

static void take(struct hearing *hearing, const struct inet *inet, long long at)
{
	for (size_t i = 0; i < hearing->count; i++) {
		struct watched *watched = &hearing->addresses[i];

		if (watched->heard || !inet_same(&watched->inet, inet))
			continue;
		watched->heard = at;
		hearing->missing--;
		if (!hearing->first)
			hearing->first = at;
		hearing->last = at;
	}
}

/* Takes all that has come in. What is older than the program is somebody else's. */
static void hear(struct hearing *hearing)
{
	unsigned char bytes[256];
	char control[128];
	struct sockaddr_ll from;
	struct iovec into = {.iov_base = bytes, .iov_len = sizeof(bytes)};
	struct inet inet;

	for (;;) {
		struct msghdr message = {.msg_name = &from,
					 .msg_namelen = sizeof(from),
					 .msg_iov = &into,
					 .msg_iovlen = 1,
					 .msg_control = control,
					 .msg_controllen = sizeof(control)};
		ssize_t length = recvmsg(hearing->socket, &message, 0);
		long long at;

		if (length < 0)
			return;
		at = stamp_of(&message);
		if (at >= hearing->began &&
		    announced(ntohs(from.sll_protocol), bytes, (size_t)length, &inet))
			take(hearing, &inet, at);
	}
}

/*
 * The socket isn't waited for: to be woken by every packet would take the processor away from who
 * sends them, and the kernel has noted when they came.
 */
static int run(struct hearing *hearing, char **words, const struct deadline *deadline)
{
	struct pollfd program = {.events = POLLIN};
	struct job job;
	bool told = false;
	pid_t pid;
	int error = job_read(words, &job);

	hearing->began = now();
	if (!error)
		error = job_spawn(&job, &pid);
	if (error)
		return error;
	program.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	while ((hearing->missing || !hearing->ended) && !deadline_passed(deadline)) {
		(void)poll(&program, !hearing->ended, PACE);
		hear(hearing);
		if (!hearing->missing && hearing->end_program && !told)
			told = !kill(pid, SIGTERM);
		if (!hearing->ended && program.revents && waitpid(pid, &hearing->status, 0) == pid)
			hearing->ended = now();
		if (hearing->ended && hearing->status && !told)
			break;
	}
	(void)close(program.fd);
	if (!hearing->ended)
		(void)kill(pid, SIGKILL);
	if (hearing->ended && hearing->status && !told)
		return -ECANCELED;
	return hearing->missing || !hearing->ended ? -ETIMEDOUT : 0;
}

static int usage(void)
{
	fprintf(stderr, "usage: hear NETNS LINK [-k] [-t SECONDS] ADDRESS... -- "
			"VARIABLE=VALUE... PROGRAM ARGUMENT...\n");
	return EXIT_FAILURE;
}

/* The words up to "--": options and addresses. The number of words taken, or a negative errno. */
static int read_words(struct hearing *hearing, char **words, long long *ret_seconds)
{
	int i;

	for (i = 0; words[i] && strcmp(words[i], "--") != 0; i++) {
		if (!strcmp(words[i], "-k"))
			hearing->end_program = true;
		else if (!strcmp(words[i], "-t") && words[i + 1] &&
			 !num_parse(words[i + 1], 1, 600, ret_seconds))
			i++;
		else if (!inet_parse(words[i], &hearing->addresses[hearing->count].inet))
			hearing->count++;
		else
			return -EINVAL;
	}
	hearing->missing = hearing->count;
	return words[i] && words[i + 1] && hearing->count ? i + 1 : -EINVAL;
}

int main(int argc, char **argv)
{
	struct hearing hearing = {.socket = -1};
	AUTO_FREE struct watched *addresses = calloc((size_t)argc, sizeof(*addresses));
	struct deadline deadline;
	long long seconds = 30;
	int taken, error;

	hearing.addresses = addresses;
	if (argc < 5 || !addresses)
		return usage();
	taken = read_words(&hearing, argv + 3, &seconds);
	if (taken < 0)
		return usage();
	hearing.socket = listen_on(argv[1], argv[2]);
	if (hearing.socket < 0) {
		fprintf(stderr, "hear: %s in %s: %s\n", argv[2], argv[1],
			strerror(-hearing.socket));
		return EXIT_FAILURE;
	}
	deadline = deadline_in(seconds * 1000);
	error = run(&hearing, argv + 3 + taken, &deadline);
	if (error) {
		fprintf(stderr, "hear: %s, %zu of %zu addresses heard, status %d\n",
			strerror(-error), hearing.count - hearing.missing, hearing.count,
			hearing.status);
		return EXIT_FAILURE;
	}
	printf("%lld %lld %lld\n", (hearing.first - hearing.began) / 1000,
	       (hearing.last - hearing.began) / 1000, (hearing.ended - hearing.began) / 1000);
	return EXIT_SUCCESS;
}
