// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/ledger.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"

static bool ledger_name_ok(const char *name, size_t length)
{
	if (!length || length >= LEDGER_NAME_MAX)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("._-", name[i]))
			return false;
	return true;
}

static size_t ledger_index(const struct ledger_nodes *nodes, const char *name)
{
	size_t i = 0;

	while (i < nodes->count && strcmp(nodes->names[i], name))
		i++;
	return i;
}

bool ledger_has(const struct ledger_nodes *nodes, const char *name)
{
	return ledger_index(nodes, name) < nodes->count;
}

int ledger_add(struct ledger_nodes *nodes, const char *name)
{
	const size_t length = strlen(name);

	if (!ledger_name_ok(name, length))
		return -EINVAL;
	if (ledger_has(nodes, name))
		return -EEXIST;
	if (nodes->count == LEDGER_NODES_MAX)
		return -E2BIG;
	memcpy(nodes->names[nodes->count++], name, length + 1);
	return 0;
}

static void ledger_drop(struct ledger_nodes *nodes, const char *name)
{
	const size_t i = ledger_index(nodes, name);

	if (i == nodes->count)
		return;
	nodes->count--;
	memmove(nodes->names[i], nodes->names[i + 1], (nodes->count - i) * sizeof(nodes->names[0]));
}

int ledger_parse_nodes(struct ledger_nodes *nodes, const char *text, size_t length)
{
	nodes->count = 0;
	while (length) {
		const char *comma = memchr(text, ',', length);
		const size_t size = comma ? (size_t)(comma - text) : length;
		char name[LEDGER_NAME_MAX];

		if (!ledger_name_ok(text, size) || (comma && size + 1 == length))
			return -EINVAL;
		memcpy(name, text, size);
		name[size] = '\0';
		if (ledger_add(nodes, name))
			return -EINVAL;
		text += comma ? size + 1 : size;
		length -= comma ? size + 1 : size;
	}
	return 0;
}

/* The value of "KEY=" at *text, whose end is a blank or the text's; steps over it. */
static int ledger_take(const char **text, const char *key, const char **ret_value,
		       size_t *ret_length)
{
	const size_t length = strlen(key);

	if (strncmp(*text, key, length))
		return -EINVAL;
	*ret_value = *text + length;
	*ret_length = strcspn(*ret_value, " ");
	*text = *ret_value + *ret_length;
	if (**text == ' ')
		(*text)++;
	return 0;
}

static bool ledger_is_sound(const struct ledger *ledger)
{
	if (ledger->epoch && !ledger_has(&ledger->sync, ledger->writer))
		return false;
	for (size_t i = 0; i < ledger->sync.count; i++)
		if (!ledger_has(&ledger->acks, ledger->sync.names[i]))
			return false;
	return true;
}

int ledger_parse(struct ledger *ledger, const char *text)
{
	struct ledger read = {.epoch = 0};
	char number[24];
	const char *value;
	size_t length;

	if (ledger_take(&text, "epoch=", &value, &length) || length >= sizeof(number))
		return -EINVAL;
	memcpy(number, value, length);
	number[length] = '\0';
	if (num_parse(number, 0, LLONG_MAX - 1, &read.epoch))
		return -EINVAL;
	if (ledger_take(&text, "writer=", &value, &length) ||
	    (length && !ledger_name_ok(value, length)) || !length != !read.epoch)
		return -EINVAL;
	memcpy(read.writer, value, length);
	if (ledger_take(&text, "sync=", &value, &length) ||
	    ledger_parse_nodes(&read.sync, value, length))
		return -EINVAL;
	if (ledger_take(&text, "acks=", &value, &length) || *text ||
	    ledger_parse_nodes(&read.acks, value, length) || !ledger_is_sound(&read))
		return -EINVAL;
	*ledger = read;
	return 0;
}

void ledger_print_nodes(const struct ledger_nodes *nodes, struct buf *text)
{
	for (size_t i = 0; i < nodes->count; i++)
		buf_addf(text, "%s%s", i ? "," : "", nodes->names[i]);
}

void ledger_print(const struct ledger *ledger, struct buf *text)
{
	buf_addf(text, "epoch=%lld writer=%s sync=", ledger->epoch, ledger->writer);
	ledger_print_nodes(&ledger->sync, text);
	buf_adds(text, " acks=");
	ledger_print_nodes(&ledger->acks, text);
}

bool ledger_same(const struct ledger *a, const struct ledger *b)
{
	AUTO_BUF struct buf one = BUF_INIT, other = BUF_INIT;

	ledger_print(a, &one);
	ledger_print(b, &other);
	return !buf_error(&one) && !buf_error(&other) && !strcmp(one.data, other.data);
}

struct ledger ledger_first(const struct ledger_nodes *configured)
{
	return (struct ledger){.epoch = 0, .sync = *configured, .acks = *configured};
}

struct ledger ledger_elect(const struct ledger *ledger, const char *node,
			   const struct ledger_nodes *voters)
{
	struct ledger next = {.epoch = ledger->epoch + 1, .acks = *voters};

	(void)snprintf(next.writer, sizeof(next.writer), "%s", node);
	(void)ledger_add(&next.sync, node);
	(void)ledger_add(&next.acks, node);
	return next;
}

static bool ledger_decides(const struct ledger *ledger, const char *writer, const char *node)
{
	return ledger->epoch && !strcmp(ledger->writer, writer) && strcmp(writer, node) != 0;
}

static int ledger_put(struct ledger_nodes *nodes, const char *node)
{
	const int r = ledger_add(nodes, node);

	return r == -EEXIST ? 0 : r;
}

int ledger_admit(struct ledger *ledger, const char *writer, const char *node)
{
	return ledger_decides(ledger, writer, node) ? ledger_put(&ledger->acks, node) : -EPERM;
}

int ledger_join(struct ledger *ledger, const char *writer, const char *node)
{
	if (!ledger_decides(ledger, writer, node) || !ledger_has(&ledger->acks, node))
		return -EPERM;
	return ledger_put(&ledger->sync, node);
}

int ledger_leave(struct ledger *ledger, const char *writer, const char *node)
{
	if (!ledger_decides(ledger, writer, node))
		return -EPERM;
	ledger_drop(&ledger->sync, node);
	ledger_drop(&ledger->acks, node);
	return 0;
}

bool ledger_counts_on(const struct ledger *ledger, const char *node, const struct ledger *own)
{
	if (!ledger_has(&ledger->acks, node) || !strcmp(ledger->writer, node))
		return false;
	return own->epoch == ledger->epoch || ledger_has(&ledger->sync, node) ||
	       (own->epoch + 1 == ledger->epoch && !strcmp(own->writer, ledger->writer));
}
