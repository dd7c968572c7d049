// SPDX-License-Identifier: BSD-3-Clause

#include "netlink-bytes.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct nlmsghdr *bytes_begin(struct netlink_bytes *bytes, unsigned int type, const void *header,
			     size_t header_size)
{
	struct nlmsghdr *message;

	memset(bytes, 0, sizeof(*bytes));
	message = mnl_nlmsg_put_header(bytes->bytes);
	message->nlmsg_type = (uint16_t)type;
	message->nlmsg_seq = 1;
	memcpy(mnl_nlmsg_put_extra_header(message, header_size), header, header_size);
	return message;
}

void bytes_recorded(struct netlink_bytes *bytes, const char *name)
{
	char path[128];
	FILE *stream;

	memset(bytes, 0, sizeof(*bytes));
	(void)snprintf(path, sizeof(path), "tests/fuzz/corpus/netlink/%s", name);
	stream = fopen(path, "rbe");
	assert_non_null(stream);
	/* The corpus has a byte for the fuzz target in front. */
	assert_int_equal(fgetc(stream), 0);
	bytes->length = fread(bytes->bytes, 1, sizeof(bytes->bytes), stream);
	assert_int_equal(fclose(stream), 0);
	assert_true(bytes->length >= sizeof(bytes->message));
}

void bytes_shorten(const struct nlmsghdr *message, int (*read)(const struct nlmsghdr *message))
{
	uint32_t length;

	assert_int_equal(read(message), 0);
	for (length = sizeof(*message); length < message->nlmsg_len; length++) {
		struct nlmsghdr *copy = malloc(length);
		int r;

		assert_non_null(copy);
		memcpy(copy, message, length);
		copy->nlmsg_len = length;
		r = read(copy);
		free(copy);
		assert_true(r == 0 || r == -EBADMSG);
	}
}
