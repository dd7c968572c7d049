/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * answer: tells everyone who asks which node this is (see question.h), until it is killed.
 *
 * It listens on all addresses, those that come later too, and answers from the very address that
 * was asked: the client takes no answer from another one.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attr.h"
#include "tests/lab/question.h"

union address {
	struct sockaddr any;
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;
};

union control {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

static int socket_open(int family)
{
	union address address = {.any.sa_family = (sa_family_t)family};
	const int on = 1;
	int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	int option = family == AF_INET ? IP_PKTINFO : IPV6_RECVPKTINFO;
	AUTO_CLOSE int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || setsockopt(fd, level, option, &on, sizeof(on)))
		return -errno;
	if (family == AF_INET6 && setsockopt(fd, level, IPV6_V6ONLY, &on, sizeof(on)))
		return -errno;
	if (family == AF_INET)
		address.in4.sin_port = htons(QUESTION_PORT);
	else
		address.in6.sin6_port = htons(QUESTION_PORT);
	if (bind(fd, &address.any, sizeof(address)))
		return -errno;
	return TAKE_FD(fd);
}

/* The control message names the address that was asked; sent back, it sets the answer's source. */
static void turn_around(struct msghdr *message)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(message);
	struct in_pktinfo info;

	if (!control || control->cmsg_level != IPPROTO_IP || control->cmsg_type != IP_PKTINFO)
		return;
	memcpy(&info, CMSG_DATA(control), sizeof(info));
	info.ipi_ifindex = 0;
	info.ipi_spec_dst = info.ipi_addr;
	memcpy(CMSG_DATA(control), &info, sizeof(info));
}

static void answer_one(int fd, const char *node)
{
	struct question question;
	struct answer answer = {.number = 0};
	union address from;
	union control control;
	struct iovec data = {.iov_base = &question, .iov_len = sizeof(question)};
	struct msghdr message = {.msg_name = &from,
				 .msg_namelen = sizeof(from),
				 .msg_iov = &data,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};

	if (recvmsg(fd, &message, 0) != sizeof(question))
		return;
	turn_around(&message);
	answer.number = question.number;
	(void)snprintf(answer.node, sizeof(answer.node), "%s", node);
	data.iov_base = &answer;
	data.iov_len = sizeof(answer);
	/* An address that has just left this node cannot answer any more, and should not. */
	(void)sendmsg(fd, &message, 0);
}

int main(void)
{
	struct pollfd polled[] = {{.events = POLLIN}, {.events = POLLIN}};
	char node[sizeof(((struct answer *)NULL)->node)] = "";

	(void)gethostname(node, sizeof(node) - 1);
	polled[0].fd = socket_open(AF_INET);
	polled[1].fd = socket_open(AF_INET6);
	for (size_t i = 0; i < ARRAY_SIZE(polled); i++) {
		if (polled[i].fd < 0) {
			fprintf(stderr, "answer: %s\n", strerror(-polled[i].fd));
			return EXIT_FAILURE;
		}
	}
	while (poll(polled, ARRAY_SIZE(polled), -1) >= 0 || errno == EINTR) {
		for (size_t i = 0; i < ARRAY_SIZE(polled); i++) {
			if (polled[i].revents)
				answer_one(polled[i].fd, node);
		}
	}
	return EXIT_FAILURE;
}
