// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/name.h"

#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/inet.h"

bool name_is_one(const char *text)
{
	const size_t length = strlen(text);
	bool letter = false;

	for (size_t i = 0; i < length; i++) {
		if (!isalnum((unsigned char)text[i]) && !strchr("-_.", text[i]))
			return false;
		letter |= isalpha((unsigned char)text[i]) != 0;
	}
	return letter && length < NAME_LENGTH_MAX && isalnum((unsigned char)text[0]) &&
	       !strstr(text, "..");
}

static struct inet name_address(const struct addrinfo *info)
{
	const void *bytes =
		info->ai_family == AF_INET ?
			(const void *)&((const struct sockaddr_in *)info->ai_addr)->sin_addr :
			(const void *)&((const struct sockaddr_in6 *)info->ai_addr)->sin6_addr;

	return inet_from_bytes(info->ai_family, bytes);
}

int name_look_up(const char *name, int family, struct inet_list *ret_list)
{
	const struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	size_t count = 0;
	int r = getaddrinfo(name, NULL, &hints, &found);

	*ret_list = INET_LIST_INIT;
	if (r)
		return r == EAI_AGAIN ? -EAGAIN : r == EAI_MEMORY ? -ENOMEM : -ENOENT;
	for (const struct addrinfo *info = found; info; info = info->ai_next)
		count++;
	ret_list->items = calloc(count + 1, sizeof(*ret_list->items));
	for (const struct addrinfo *info = found; ret_list->items && info; info = info->ai_next)
		if (info->ai_family == AF_INET || info->ai_family == AF_INET6)
			ret_list->items[ret_list->count++] = name_address(info);
	freeaddrinfo(found);
	if (!ret_list->items)
		return -ENOMEM;
	return ret_list->count ? 0 : -ENOENT;
}
