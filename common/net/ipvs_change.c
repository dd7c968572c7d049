// SPDX-License-Identifier: BSD-3-Clause

#include "net/ipvs_change.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <string.h>

#include "base/fault.h"
#include "net/ipvs_kernel.h"
#include "net/ipvs_put.h"
#include "net/netlink_batch.h"

/* The same change for a table that another manager has changed meanwhile; 0: nothing is left to do. */
static int change_otherwise(const struct ipvs_change *change)
{
	switch (change->command) {
	case IPVS_CMD_NEW_SERVICE:
		return change->error == -EEXIST ? IPVS_CMD_SET_SERVICE : -1;
	case IPVS_CMD_NEW_DEST:
		return change->error == -EEXIST ? IPVS_CMD_SET_DEST : -1;
	case IPVS_CMD_SET_SERVICE:
		return change->error == -ESRCH ? IPVS_CMD_NEW_SERVICE : -1;
	case IPVS_CMD_SET_DEST:
		return change->error == -ENOENT ? IPVS_CMD_NEW_DEST : -1;
	case IPVS_CMD_DEL_SERVICE:
	case IPVS_CMD_DEL_DEST:
		return change->error == -ESRCH || change->error == -ENOENT ? 0 : -1;
	default:
		return -1;
	}
}

static int change_put(struct netlink_batch *batch, int family, const struct ipvs_change *change)
{
	struct genlmsghdr *header;
	struct nlmsghdr *message =
		netlink_batch_begin(batch, (unsigned int)family, 0, sizeof(*header), IPVS_PUT_MAX);

	if (!message)
		return -ENOMEM;
	header = mnl_nlmsg_get_payload(message);
	header->cmd = (uint8_t)change->command;
	header->version = IPVS_GENL_VERSION;
	if (change->server || change->command == IPVS_CMD_DEL_SERVICE)
		ipvs_put_key(message, &change->service->key);
	else
		ipvs_put_service(message, change->service);
	if (change->server)
		ipvs_put_server(message, change->server, change->command != IPVS_CMD_DEL_DEST);
	return 0;
}

static int change_send(struct ipvs *ipvs, struct ipvs_change *changes, size_t count,
		       struct fault *fault)
{
	AUTO_NETLINK_BATCH struct netlink_batch batch = NETLINK_BATCH_INIT(&ipvs->netlink);
	int errors[NETLINK_BATCH_MAX];
	int r = 0;

	for (size_t i = 0; !r && i < count; i++)
		r = change_put(&batch, ipvs->family, &changes[i]);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "%s", strerror(-r));
	r = netlink_batch_send(&batch, fault, errors);
	for (size_t i = 0; !r && i < count; i++)
		changes[i].error = errors[i];
	return r;
}

static int change_explain(const struct ipvs_change *change, struct fault *fault)
{
	const struct ipvs_service *service = change->service;
	bool whole = !change->server && change->command != IPVS_CMD_DEL_SERVICE;
	char text[IPVS_KEY_TEXT_MAX], server[IPVS_KEY_TEXT_MAX];

	(void)ipvs_key_text(&service->key, text);
	if (whole && change->error == -ENOENT)
		return fault_set(fault, FAULT_INSTALLED, change->error,
				 "%s: this kernel has no IPVS scheduler '%s'%s%s", text,
				 service->scheduler, service->engine[0] ? " or no engine " : "",
				 service->engine);
	(void)netlink_fault(fault, change->error);
	if (change->error == -EINVAL && change->server &&
	    change->server->address.family != service->key.family)
		(void)fault_set(
			fault, FAULT_GENERIC, change->error,
			"a server of another address family needs a tunnel and no sync daemon");
	if (change->server)
		fault_prefix(fault, "%s: server %s: ", text,
			     ipvs_server_text(change->server, server));
	else
		fault_prefix(fault, "%s: ", text);
	return change->error;
}

/* Sends again what has met another manager's change. */
static int change_again(struct ipvs *ipvs, struct ipvs_change *change, struct fault *fault)
{
	int command = change_otherwise(change);

	if (command < 0)
		return 0;
	change->error = 0;
	if (!command)
		return 0;
	change->command = command;
	return change_send(ipvs, change, 1, fault);
}

int ipvs_apply(struct ipvs *ipvs, struct ipvs_changes *changes, struct fault *fault)
{
	int first = 0;

	for (size_t done = 0; done < changes->count;) {
		struct ipvs_change *items = &changes->items[done];
		size_t count = changes->count - done;
		int r;

		if (count > NETLINK_BATCH_MAX)
			count = NETLINK_BATCH_MAX;
		r = change_send(ipvs, items, count, fault);
		for (size_t i = 0; !r && i < count; i++) {
			if (items[i].error)
				r = change_again(ipvs, &items[i], fault);
			if (items[i].error && !first)
				first = change_explain(&items[i], fault);
		}
		if (r)
			return r;
		done += count;
	}
	return first;
}
