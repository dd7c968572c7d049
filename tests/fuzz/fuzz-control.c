// SPDX-License-Identifier: BSD-3-Clause
/*
 * The control socket: whatever comes, a request or an answer is understood within its bounds, and
 * no piece of it is understood otherwise than the whole.
 */

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/control.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void try_request(const char *bytes, size_t size)
{
	size_t length = 0, again = 0;
	int r = control_parse_request(bytes, size, &length);

	demand(r == 0 || r == 1 || r == -EPROTO);
	if (r != 1)
		return;
	demand(length < size && length <= CONTROL_REQUEST_MAX && bytes[length] == '\n');
	demand(control_parse_request(bytes, length, &again) == 0);
	demand(control_parse_request(bytes, length + 1, &again) == 1 && again == length);
}

static void try_answer(const char *bytes, size_t size)
{
	AUTO_BUF struct buf head = BUF_INIT;
	size_t offset = 0;
	int code = 0, r = control_parse_answer(bytes, size, &code, &offset);

	demand(r == 0 || r == 1 || r == -EPROTO);
	if (r != 1)
		return;
	demand(offset <= size && code <= 0 && code >= -4095);
	control_print_head(&head, code, size - offset);
	buf_add(&head, bytes + offset, size - offset);
	demand(control_parse_answer(head.data, head.length, &code, &offset) == 1);
	demand(offset == size || control_parse_answer(bytes, size - 1, &code, &offset) != 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *bytes = malloc(size + 1);

	demand(bytes != NULL);
	memcpy(bytes, data, size);
	try_request(bytes, size);
	try_answer(bytes, size);
	return 0;
}
