// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/muster.h"

#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/attr.h"
#include "base/fault.h"
#include "base/num.h"
#include "cluster/node.h"
#include "ipvs/intent.h"
#include "ipvs/name.h"

static int muster_add(struct muster_node *node, const char *text)
{
	struct inet_list found = INET_LIST_INIT;
	struct inet *items;
	struct inet one;

	if (!inet_parse(text, &one) && one.prefix == INET_NO_PREFIX) {
		found = (struct inet_list){.items = &one, .count = 1};
	} else if (*text && name_look_up(text, AF_UNSPEC, &found)) {
		/* It may be the node's alone, and is read again when the next one joins. */
		return 0;
	}
	items = reallocarray(node->addresses.items, node->addresses.count + found.count + 1,
			     sizeof(*items));
	if (items) {
		if (found.count)
			memcpy(items + node->addresses.count, found.items,
			       found.count * sizeof(*items));
		node->addresses.items = items;
		node->addresses.count += found.count;
	}
	if (found.items != &one)
		inet_list_release(&found);
	return items ? 0 : -ENOMEM;
}

int muster_read(struct muster *muster, struct fault *fault)
{
	AUTO_NODE_LIST struct node_list list = NODE_LIST_INIT;
	int r = node_list_read(&list, fault);

	muster_release(muster);
	if (r)
		return r;
	muster->nodes = calloc(list.count + 1, sizeof(*muster->nodes));
	r = muster->nodes ? 0 : -ENOMEM;
	for (size_t i = 0; !r && i < list.count; i++) {
		const struct node *from = &list.nodes[i];
		struct muster_node *to = &muster->nodes[muster->count++];

		to->id = from->id;
		if (from->name[0])
			(void)snprintf(to->name, sizeof(to->name), "%s", from->name);
		else
			(void)snprintf(to->name, sizeof(to->name), "node %u", from->id);
		r = muster_add(to, from->address);
		for (size_t n = 0; !r && n < NODE_MORE; n++)
			r = from->more[n][0] ? muster_add(to, from->more[n]) : 0;
	}
	return r ? fault_set(fault, FAULT_GENERIC, r, "out of memory") : 0;
}

void muster_release(struct muster *muster)
{
	for (size_t i = 0; i < muster->count; i++)
		inet_list_release(&muster->nodes[i].addresses);
	free(muster->nodes);
	*muster = MUSTER_INIT;
}

static const struct muster_node *muster_named(const struct muster *muster, const char *name)
{
	long long id;

	for (size_t i = 0; *name && i < muster->count; i++)
		if (!strcmp(muster->nodes[i].name, name))
			return &muster->nodes[i];
	if (num_parse(name, 1, UINT32_MAX, &id))
		return NULL;
	for (size_t i = 0; i < muster->count; i++)
		if (muster->nodes[i].id == id)
			return &muster->nodes[i];
	return NULL;
}

const struct muster_node *muster_find(const struct muster *muster, const struct intent *intent,
				      const struct inet *address)
{
	for (size_t i = 0; i < intent->node_count; i++)
		if (inet_same(&intent->nodes[i].address, address))
			return muster_named(muster, intent->nodes[i].name);
	for (size_t i = 0; i < muster->count; i++)
		for (size_t n = 0; n < muster->nodes[i].addresses.count; n++)
			if (inet_same(&muster->nodes[i].addresses.items[n], address))
				return &muster->nodes[i];
	return NULL;
}
