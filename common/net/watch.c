// SPDX-License-Identifier: BSD-3-Clause

#include "net/watch.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fault.h"
#include "net/addr.h"

#define WATCH_BUFFER_SIZE 8192

int watch_open_addresses(struct watch *watch, struct fault *fault)
{
	struct sockaddr_nl name = {.nl_family = AF_NETLINK,
				   .nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR};
	AUTO_CLOSE int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0)
		return fault_set(fault, FAULT_GENERIC, -errno, "cannot watch addresses: %s",
				 strerror(errno));
	watch->fd = TAKE_FD(fd);
	return 0;
}

void watch_close(struct watch *watch)
{
	attr_close(&watch->fd);
	*watch = WATCH_INIT;
}

static void watch_take_all(const void *bytes, size_t length,
			   void (*take)(enum watch_event, const struct addr *, void *), void *data)
{
	const struct nlmsghdr *message = bytes;
	int left = (int)length;

	for (; mnl_nlmsg_ok(message, left) && message->nlmsg_len <= (uint32_t)left;
	     message = mnl_nlmsg_next(message, &left)) {
		struct addr addr;

		if (message->nlmsg_type != RTM_NEWADDR && message->nlmsg_type != RTM_DELADDR)
			continue;
		if (!addr_read(message, &addr))
			take(message->nlmsg_type == RTM_NEWADDR ? WATCH_ADDED : WATCH_DELETED,
			     &addr, data);
	}
}

int watch_read(struct watch *watch, void (*take)(enum watch_event, const struct addr *, void *),
	       void *data)
{
	unsigned char bytes[WATCH_BUFFER_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));

	for (;;) {
		struct sockaddr_nl from = {.nl_family = AF_UNSPEC};
		socklen_t from_length = sizeof(from);
		ssize_t n = recvfrom(watch->fd, bytes, sizeof(bytes), MSG_DONTWAIT,
				     (struct sockaddr *)&from, &from_length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0 && errno == ENOBUFS)
			return WATCH_LOST;
		if (n < 0)
			return -errno;
		if (from.nl_pid == 0)
			watch_take_all(bytes, (size_t)n, take, data);
	}
}
