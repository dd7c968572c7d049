// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/wire.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "base/attr.h"

static socklen_t wire_name(const struct inet *address, uint16_t port, struct sockaddr_storage *name)
{
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)name;
	struct sockaddr_in *four = (struct sockaddr_in *)name;

	memset(name, 0, sizeof(*name));
	name->ss_family = (sa_family_t)address->family;
	if (address->family == AF_INET) {
		four->sin_port = htons(port);
		memcpy(&four->sin_addr, address->bytes, sizeof(four->sin_addr));
		return sizeof(*four);
	}
	six->sin6_port = htons(port);
	memcpy(&six->sin6_addr, address->bytes, sizeof(six->sin6_addr));
	return sizeof(*six);
}

static int wire_socket(int family, enum kind_way way)
{
	const int flags = SOCK_CLOEXEC | SOCK_NONBLOCK;
	const int icmp = family == AF_INET ? (int)IPPROTO_ICMP : (int)IPPROTO_ICMPV6;
	int fd;

	switch (way) {
	case KIND_STREAM:
		return socket(family, SOCK_STREAM | flags, 0);
	case KIND_SCTP:
		return socket(family, SOCK_STREAM | flags, IPPROTO_SCTP);
	case KIND_DATAGRAM:
		return socket(family, SOCK_DGRAM | flags, 0);
	case KIND_ECHO:
		/* For those whom net.ipv4.ping_group_range names, else by privilege. */
		fd = socket(family, SOCK_DGRAM | flags, icmp);
		return fd < 0 ? socket(family, SOCK_RAW | flags, icmp) : fd;
	default:
		errno = EPROTONOSUPPORT;
		return -1;
	}
}

static int wire_bind(int fd, const struct target *target)
{
	const struct intent_check *check = target->check;
	struct sockaddr_storage name;
	struct inet any = {.family = target->address.family};
	socklen_t length;
	const int yes = 1;

	if (check->fwmark &&
	    setsockopt(fd, SOL_SOCKET, SO_MARK, &check->fwmark, sizeof(check->fwmark)) < 0)
		return -errno;
	if (check->bind_link && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, check->bind_link,
					   (socklen_t)strlen(check->bind_link)) < 0)
		return -errno;
	if (!check->bind.family && !check->bind_port)
		return 0;
	if (check->bind.family == target->address.family)
		any = check->bind;
	if (check->bind_port)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	length = wire_name(&any, check->bind_port, &name);
	return bind(fd, (struct sockaddr *)&name, length) < 0 ? -errno : 0;
}

/* Where a socket of such a target may wait, if it may: one that was bound is of no use to others. */
static size_t *wire_shelf(struct wires *wires, const struct target *target, enum kind_way way,
			  int **ret_fds)
{
	const struct intent_check *check = target->check;
	const size_t six = target->address.family == AF_INET6;

	if (way != KIND_STREAM || target->tls || check->tls || check->fwmark || check->bind_link ||
	    check->bind.family || check->bind_port)
		return NULL;
	*ret_fds = wires->fds[six];
	return &wires->count[six];
}

int wire_open(struct wires *wires, const struct target *target, enum kind_way way, int *ret_fd)
{
	AUTO_CLOSE int fd = -1;
	struct sockaddr_storage name;
	const int no = 0;
	socklen_t length;
	size_t *count;
	int *fds;
	int r;

	count = wire_shelf(wires, target, way, &fds);
	fd = count && *count ? fds[--*count] : wire_socket(target->address.family, way);
	if (fd < 0)
		return -errno;
	r = wire_bind(fd, target);
	if (r)
		return r;
	if (way == KIND_STREAM)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &no, sizeof(no));
	length = wire_name(&target->address, way == KIND_ECHO ? 0 : target->port, &name);
	r = WIRE_OPEN;
	if (connect(fd, (struct sockaddr *)&name, length) < 0) {
		if (errno != EINPROGRESS)
			return -errno;
		r = WIRE_OPENING;
	}
	*ret_fd = TAKE_FD(fd);
	return r;
}

int wire_opened(int fd)
{
	socklen_t size = sizeof(int);
	int error = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		return -errno;
	return -error;
}

bool wire_close(struct wires *wires, const struct target *target, enum kind_way way, int fd,
		bool farewell)
{
	static const struct linger reset = {.l_onoff = 1, .l_linger = 0};
	static const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
	int *fds;
	size_t *count = farewell ? NULL : wire_shelf(wires, target, way, &fds);

	if (count && *count < WIRES_MAX && !connect(fd, &nobody, sizeof(nobody))) {
		fds[(*count)++] = fd;
		return true;
	}
	if (!farewell && (way == KIND_STREAM || way == KIND_SCTP))
		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	(void)close(fd);
	return false;
}

void wires_release(struct wires *wires)
{
	for (size_t six = 0; six < ARRAY_SIZE(wires->fds); six++)
		while (wires->count[six])
			(void)close(wires->fds[six][--wires->count[six]]);
}
