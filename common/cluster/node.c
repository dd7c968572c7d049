// SPDX-License-Identifier: BSD-3-Clause

#include "cluster/node.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <corosync/cmap.h>

#include "base/attr.h"
#include "base/fault.h"

#define NODE_KEY_MAX 64

static int node_error(cs_error_t error)
{
	switch (error) {
	case CS_OK:
		return 0;
	case CS_ERR_NO_MEMORY:
		return -ENOMEM;
	case CS_ERR_ACCESS:
		return -EACCES;
	case CS_ERR_NOT_EXIST:
		return -ENOENT;
	default:
		return -ENOTCONN;
	}
}

static void node_key(char key[NODE_KEY_MAX], unsigned place, const char *what)
{
	(void)snprintf(key, NODE_KEY_MAX, "nodelist.node.%u.%s", place, what);
}

static void node_text(cmap_handle_t cmap, unsigned place, const char *what, char text[256])
{
	char key[NODE_KEY_MAX];
	AUTO_FREE char *value = NULL;

	node_key(key, place, what);
	text[0] = '\0';
	if (cmap_get_string(cmap, key, &value) == CS_OK)
		(void)snprintf(text, 256, "%s", value);
}

/* False when the place is free. */
static bool node_read(cmap_handle_t cmap, unsigned place, struct node *node)
{
	char key[NODE_KEY_MAX];

	node_key(key, place, "nodeid");
	if (cmap_get_uint32(cmap, key, &node->id) != CS_OK || !node->id)
		return false;
	node_text(cmap, place, "name", node->name);
	node_text(cmap, place, "ring0_addr", node->address);
	for (unsigned int link = 0; link < NODE_MORE; link++) {
		char name[sizeof("ring7_addr")];

		(void)snprintf(name, sizeof(name), "ring%u_addr", link + 1);
		node_text(cmap, place, name, node->more[link]);
	}
	return true;
}

static int node_list_fill(struct node_list *list, cmap_handle_t cmap)
{
	uint32_t own = NODE_MAX;

	list->nodes = calloc(NODE_MAX, sizeof(struct node));
	if (!list->nodes)
		return -ENOMEM;
	(void)cmap_get_uint32(cmap, "nodelist.local_node_pos", &own);
	for (unsigned place = 0; place < NODE_MAX; place++) {
		struct node *node = &list->nodes[list->count];

		if (!node_read(cmap, place, node))
			continue;
		if (place == own) {
			list->own = node->id;
			if (!node->name[0])
				(void)gethostname(node->name, sizeof(node->name) - 1);
		}
		list->count++;
	}
	return list->own ? 0 : -ENOENT;
}

int node_list_read(struct node_list *list, struct fault *fault)
{
	struct node_list found = NODE_LIST_INIT;
	cmap_handle_t cmap;
	int r = node_error(cmap_initialize(&cmap));

	if (!r) {
		r = node_list_fill(&found, cmap);
		(void)cmap_finalize(cmap);
	}
	if (r) {
		node_list_release(&found);
		return fault_set(fault, FAULT_GENERIC, r,
				 "cannot read corosync's list of nodes: %s",
				 r == -ENOTCONN ? "corosync does not answer" : strerror(-r));
	}
	node_list_release(list);
	*list = found;
	return 0;
}

int node_ring_time(long long *ret_milliseconds, struct fault *fault)
{
	uint32_t token = 0, consensus = 0;
	cmap_handle_t cmap;
	int r = node_error(cmap_initialize(&cmap));

	if (!r) {
		r = node_error(cmap_get_uint32(cmap, "runtime.config.totem.token", &token));
		if (!r)
			r = node_error(cmap_get_uint32(cmap, "runtime.config.totem.consensus",
						       &consensus));
		(void)cmap_finalize(cmap);
	}
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "cannot read corosync's timeouts: %s",
				 r == -ENOTCONN ? "corosync does not answer" : strerror(-r));
	*ret_milliseconds = (long long)token + consensus;
	return 0;
}

void node_list_release(struct node_list *list)
{
	free(list->nodes);
	*list = NODE_LIST_INIT;
}

const struct node *node_by_id(const struct node_list *list, uint32_t id)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->nodes[i].id == id)
			return &list->nodes[i];
	return NULL;
}

const struct node *node_by_name(const struct node_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->nodes[i].name, name))
			return &list->nodes[i];
	return NULL;
}
