// SPDX-License-Identifier: BSD-3-Clause

#include "base/inet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/line.h"
#include "base/num.h"

size_t inet_size(int family)
{
	return family == AF_INET ? 4 : 16;
}

int inet_bits(int family)
{
	return family == AF_INET ? 32 : 128;
}

struct inet inet_from_bytes(int family, const void *bytes)
{
	struct inet inet = {.family = family, .prefix = INET_NO_PREFIX};

	memcpy(inet.bytes, bytes, inet_size(family));
	return inet;
}

static int inet_parse_span(const char *text, size_t length, struct inet *ret_inet)
{
	char copy[INET_TEXT_MAX];
	struct inet inet = {.family = AF_INET, .prefix = INET_NO_PREFIX};
	long long bits;
	char *slash;

	if (length >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (strlen(copy) != length)
		return -EINVAL;
	slash = strchr(copy, '/');
	if (slash)
		*slash = '\0';
	if (strchr(copy, ':'))
		inet.family = AF_INET6;
	if (inet_pton(inet.family, copy, inet.bytes) != 1)
		return -EINVAL;
	if (slash) {
		if (num_parse(slash + 1, 0, inet_bits(inet.family), &bits))
			return -EINVAL;
		inet.prefix = (int)bits;
	}
	*ret_inet = inet;
	return 0;
}

int inet_parse(const char *text, struct inet *ret_inet)
{
	return inet_parse_span(text, strlen(text), ret_inet);
}

int inet_list_parse(const char *text, struct inet_list *ret_list, const char **ret_at,
		    size_t *ret_length)
{
	static const char separators[] = " ,\t\n";
	AUTO_INET_LIST struct inet_list list = INET_LIST_INIT;

	for (text += strspn(text, separators); *text; text += strspn(text, separators)) {
		size_t length = strcspn(text, separators);
		struct inet *items;

		items = reallocarray(list.items, list.count + 1, sizeof(*items));
		if (!items)
			return -ENOMEM;
		list.items = items;
		if (inet_parse_span(text, length, &items[list.count])) {
			*ret_at = text;
			*ret_length = length;
			return -EINVAL;
		}
		list.count++;
		text += length;
	}
	*ret_list = list;
	list = INET_LIST_INIT;
	return 0;
}

void inet_list_release(struct inet_list *list)
{
	free(list->items);
	*list = INET_LIST_INIT;
}

bool inet_same(const struct inet *a, const struct inet *b)
{
	return a->family == b->family && !memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

bool inet_in_net(const struct inet *address, const struct inet *net, int bits)
{
	int whole = bits / 8, rest = bits % 8;
	unsigned char mask;

	if (address->family != net->family || bits < 0 || bits > inet_bits(net->family))
		return false;
	mask = (unsigned char)(0xff00 >> rest);
	if (memcmp(address->bytes, net->bytes, (size_t)whole))
		return false;
	return !rest || !((address->bytes[whole] ^ net->bytes[whole]) & mask);
}

struct inet inet_broadcast(const struct inet *inet)
{
	struct inet broadcast = *inet;
	uint32_t word;

	memcpy(&word, inet->bytes, sizeof(word));
	if (inet->prefix < 32)
		word |= htonl(0xffffffffU >> inet->prefix);
	memcpy(broadcast.bytes, &word, sizeof(word));
	broadcast.prefix = INET_NO_PREFIX;
	return broadcast;
}

bool inet_is_link_local(const struct inet *inet)
{
	return inet->family == AF_INET6 && inet->bytes[0] == 0xfe &&
	       (inet->bytes[1] & 0xc0) == 0x80;
}

/* As inet_ntop(3) does, without the sprintf(3) in it: see line_join(). */
static const char *inet_dotted(const struct inet *inet, char text[INET_TEXT_MAX])
{
	char n[4][24];

	for (size_t i = 0; i < ARRAY_SIZE(n); i++)
		(void)num_text(inet->bytes[i], n[i]);
	(void)line_join(text, INET_TEXT_MAX,
			(const char *const[]){n[0], ".", n[1], ".", n[2], ".", n[3], NULL});
	return text;
}

const char *inet_host_text(const struct inet *inet, char text[INET_TEXT_MAX])
{
	if (inet->family == AF_INET)
		return inet_dotted(inet, text);
	if (!inet_ntop(inet->family, inet->bytes, text, INET_TEXT_MAX))
		text[0] = '\0';
	return text;
}

const char *inet_text(const struct inet *inet, char text[INET_TEXT_MAX])
{
	size_t used = strlen(inet_host_text(inet, text));

	if (inet->prefix != INET_NO_PREFIX)
		(void)snprintf(text + used, INET_TEXT_MAX - used, "/%d", inet->prefix);
	return text;
}

int inet_prefix_parse(const char *text, int family, int *ret_bits)
{
	struct in_addr mask;
	long long bits;
	uint32_t word;

	if (!num_parse(text, 0, inet_bits(family), &bits)) {
		*ret_bits = (int)bits;
		return 0;
	}
	if (family != AF_INET || inet_pton(AF_INET, text, &mask) != 1)
		return -EINVAL;
	word = ntohl(mask.s_addr);
	if (~word & (~word + 1))
		return -EINVAL;
	*ret_bits = __builtin_popcount(word);
	return 0;
}
