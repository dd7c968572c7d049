// SPDX-License-Identifier: BSD-3-Clause

#include "net/sockets.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/inet.h"
#include "net/netlink.h"

/* Every state of TCP but these; an unconnected UDP socket is in TCP_CLOSE. */
#define SOCKETS_TCP (~(1U << TCP_LISTEN | 1U << TCP_TIME_WAIT))
#define SOCKETS_UDP (1U << TCP_ESTABLISHED)

struct sockets_kind {
	unsigned char family, protocol;
	uint32_t states;
};

int sockets_read(const struct nlmsghdr *message, struct socket_found *ret_found)
{
	const struct inet_diag_msg *answer = mnl_nlmsg_get_payload(message);

	if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*answer))
		return -EBADMSG;
	if (answer->idiag_family != AF_INET && answer->idiag_family != AF_INET6)
		return -EBADMSG;
	*ret_found = (struct socket_found){
		.family = answer->idiag_family,
		.state = answer->idiag_state,
		.id = answer->id,
		.local = inet_from_bytes(answer->idiag_family, answer->id.idiag_src),
	};
	return 0;
}

struct sockets_list {
	struct socket_found *items; /* owned */
	size_t count, room;
	const struct inet *local;
};

static void sockets_list_release(struct sockets_list *list)
{
	free(list->items);
}

static bool sockets_is_at(const struct socket_found *found, const struct inet *local)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (found->family == AF_INET6 && local->family == AF_INET)
		return !memcmp(found->local.bytes, mapped, 12) &&
		       !memcmp(found->local.bytes + 12, local->bytes, 4);
	return inet_same(&found->local, local);
}

static int sockets_take(const struct nlmsghdr *message, void *data)
{
	struct sockets_list *list = data;
	int error = netlink_grow(&list->items, list->count, sizeof(*list->items), &list->room);

	if (error)
		return error;
	error = sockets_read(message, &list->items[list->count]);
	if (!error && sockets_is_at(&list->items[list->count], list->local))
		list->count++;
	return error;
}

static void sockets_clear(void *data)
{
	((struct sockets_list *)data)->count = 0;
}

/* The kernel's filter program of one condition: the local address. */
static void sockets_put_filter(struct nlmsghdr *message, const struct inet *local)
{
	const struct inet_diag_hostcond condition = {
		.family = (unsigned char)local->family,
		.prefix_len = (unsigned char)inet_bits(local->family),
		.port = -1,
	};
	struct inet_diag_bc_op op = {.code = INET_DIAG_BC_S_COND};
	unsigned char program[sizeof(op) + sizeof(condition) + sizeof(local->bytes)];
	size_t size = sizeof(op) + sizeof(condition) + inet_size(local->family);

	/* Where to go on: behind the program for yes, and beyond its end for no. */
	op.yes = (unsigned char)size;
	op.no = (unsigned short)(size + sizeof(op));
	memcpy(program, &op, sizeof(op));
	memcpy(program + sizeof(op), &condition, sizeof(condition));
	memcpy(program + sizeof(op) + sizeof(condition), local->bytes, inet_size(local->family));
	mnl_attr_put(message, INET_DIAG_REQ_BYTECODE, size, program);
}

static int sockets_find(struct netlink *netlink, const struct sockets_kind *kind,
			struct sockets_list *list, struct fault *fault)
{
	const struct netlink_sink sink = {sockets_take, sockets_clear, list};
	struct inet_diag_req_v2 *request =
		netlink_begin(netlink, SOCK_DIAG_BY_FAMILY, 0, sizeof(*request));

	request->sdiag_family = kind->family;
	request->sdiag_protocol = kind->protocol;
	request->idiag_states = kind->states;
	sockets_put_filter(netlink_message(netlink), list->local);
	list->count = 0;
	return netlink_dump(netlink, &sink, fault);
}

static int sockets_end(struct netlink *netlink, const struct sockets_kind *kind,
		       const struct socket_found *found, struct fault *fault)
{
	struct inet_diag_req_v2 *request =
		netlink_begin(netlink, SOCK_DESTROY, 0, sizeof(*request));

	request->sdiag_family = found->family;
	request->sdiag_protocol = kind->protocol;
	request->idiag_states = 1U << found->state;
	request->id = found->id;
	return netlink_request(netlink, fault);
}

/* 0, SOCKETS_UNSUPPORTED or -errno. */
static int sockets_end_kind(struct netlink *netlink, const struct sockets_kind *kind,
			    const struct inet *local, struct fault *fault, size_t *count)
{
	CLEANUP(sockets_list_release) struct sockets_list list = {.local = local};
	size_t i;
	int error;

	error = sockets_find(netlink, kind, &list, fault);
	/* So the kernel says that it has no diagnostics of this family or protocol. */
	if (error == -ENOENT)
		return SOCKETS_UNSUPPORTED;
	for (i = 0; i < list.count && !error; i++) {
		error = sockets_end(netlink, kind, &list.items[i], fault);
		if (!error)
			(*count)++;
		else if (error == -ENOENT)
			error = 0; /* it ended by itself */
		else if (error == -EOPNOTSUPP && list.items[i].state == TCP_FIN_WAIT2)
			error = 0; /* kept in short, like TIME-WAIT; older kernels do not end it */
		else if (error == -EOPNOTSUPP)
			return SOCKETS_UNSUPPORTED;
	}
	return error;
}

int sockets_destroy(struct netlink *netlink, const struct inet *local, struct fault *fault,
		    size_t *ret_count)
{
	static const struct sockets_kind kinds[] = {
		{AF_INET, IPPROTO_TCP, SOCKETS_TCP},
		{AF_INET6, IPPROTO_TCP, SOCKETS_TCP},
		{AF_INET, IPPROTO_UDP, SOCKETS_UDP},
		{AF_INET6, IPPROTO_UDP, SOCKETS_UDP},
	};
	char text[INET_TEXT_MAX];
	struct fault said = FAULT_INIT;
	bool supported = false;
	size_t i;
	int error;

	*ret_count = 0;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		/* An IPv4 address may also be that of an IPv6 socket, but not the reverse. */
		if (local->family == AF_INET6 && kinds[i].family == AF_INET)
			continue;
		error = sockets_end_kind(netlink, &kinds[i], local, &said, ret_count);
		if (error < 0) {
			fault_prefix(&said, "cannot end the connections of %s: ",
				     inet_host_text(local, text));
			if (fault)
				*fault = said;
			return error;
		}
		supported = supported || !error;
	}
	return supported ? 0 : SOCKETS_UNSUPPORTED;
}
