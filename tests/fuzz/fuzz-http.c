// SPDX-License-Identifier: BSD-3-Clause
/*
 * An answer of a metadata service, and the headers of an API: what is read lies inside of what came.
 */

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/http.h"
#include "net/plain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void fuzz_plain(const char *bytes, size_t size)
{
	size_t body = 0;
	int status = 0, r = plain_read(bytes, size, &status, &body);

	demand(r == 0 || r == -EBADMSG);
	if (r)
		return;
	demand(status >= 100 && status <= 599);
	demand(body >= 4 && body <= size && !memcmp(bytes + body - 4, "\r\n\r\n", 4));
}

static void fuzz_headers(const char *bytes, size_t size)
{
	static const char *const names[] = {"retry-after", "ratelimit-reset", "a", ""};
	AUTO_HTTP_ANSWER struct http_answer answer = HTTP_ANSWER_INIT;
	long seconds;

	buf_add(&answer.headers, bytes, size);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char text[32];
		const char *value = http_header(&answer, names[i], text, sizeof(text));

		demand(!value || (value == text && strlen(text) < sizeof(text)));
		demand(!value || !strpbrk(text, "\r\n"));
	}
	seconds = http_retry_after(&answer, 1785000000);
	demand(seconds >= -1 && seconds <= 86400);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_plain((const char *)data, size);
	fuzz_headers((const char *)data, size);
	return 0;
}
