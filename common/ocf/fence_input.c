// SPDX-License-Identifier: BSD-3-Clause

#include "ocf/fence_input.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/fault.h"

#define FENCE_NAME_MAX 64
#define FENCE_BLANKS " \t\r\f\v"

static int input_reserve(struct fence_input *input)
{
	void *pairs;

	if (input->pairs)
		return 0;
	pairs = mmap(NULL, FENCE_INPUT_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		     0);
	if (pairs == MAP_FAILED)
		return -ENOMEM;
	(void)madvise(pairs, FENCE_INPUT_MAX, MADV_DONTDUMP);
	input->pairs = pairs;
	return 0;
}

int fence_input_add(struct fence_input *input, const char *name, const char *value, size_t length)
{
	const size_t named = strlen(name);
	char *to;
	int r;

	if (!named || named >= FENCE_NAME_MAX)
		return -EINVAL;
	r = input_reserve(input);
	if (r)
		return r;
	if (length > FENCE_INPUT_MAX - 2 || named + length + 2 > FENCE_INPUT_MAX - input->used)
		return -E2BIG;
	to = input->pairs + input->used;
	for (size_t i = 0; i < named; i++)
		*to++ = name[i] == '-' ? '_' : name[i];
	*to++ = '\0';
	memcpy(to, value, length);
	to[length] = '\0';
	input->used += named + length + 2;
	return 0;
}

static size_t input_trimmed(const char *text, size_t length)
{
	while (length && strchr(FENCE_BLANKS, text[length - 1]))
		length--;
	return length;
}

static int input_line(struct fence_input *input, const char *line, size_t length)
{
	const char *equals, *value;
	char name[FENCE_NAME_MAX];
	size_t named, rest;
	int r;

	for (; length && *line && strchr(FENCE_BLANKS, *line); length--)
		line++;
	length = input_trimmed(line, length);
	equals = memchr(line, '=', length);
	if (!equals || *line == '#' || memchr(line, '\0', length))
		return 0;
	named = input_trimmed(line, (size_t)(equals - line));
	if (!named || named >= sizeof(name))
		return 0;
	memcpy(name, line, named);
	name[named] = '\0';
	value = equals + 1;
	rest = length - (size_t)(value - line);
	if (rest > 1 && value[0] == '"' && value[rest - 1] == '"') {
		value++;
		rest -= 2;
	}
	r = fence_input_add(input, name, value, rest);
	return r == -EINVAL ? 0 : r;
}

int fence_input_parse(struct fence_input *input, const char *text, size_t length)
{
	const char *end = text + length;
	int r = 0;

	while (!r && text < end) {
		const char *feed = memchr(text, '\n', (size_t)(end - text));
		const char *stop = feed ? feed : end;

		r = input_line(input, text, (size_t)(stop - text));
		text = stop + 1;
	}
	return r;
}

static int input_fill(char *text, int fd, const struct deadline *deadline, struct fault *fault,
		      size_t *ret_length)
{
	struct pollfd pollfd = {.fd = fd, .events = POLLIN};
	size_t used = 0;

	while (used < FENCE_INPUT_MAX) {
		ssize_t n;

		if (!poll(&pollfd, 1, deadline_left(deadline)))
			return fault_set(fault, FAULT_TIMEOUT, -ETIMEDOUT,
					 "timed out waiting for the end of the input");
		n = read(fd, text + used, FENCE_INPUT_MAX - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_set(fault, FAULT_GENERIC, -errno, "the input: %s",
					 strerror(errno));
		if (!n) {
			*ret_length = used;
			return 0;
		}
		used += (size_t)n;
	}
	return fault_set(fault, FAULT_ARGS, -E2BIG, "the input is longer than %d bytes",
			 FENCE_INPUT_MAX - 1);
}

/* The text goes through memory like that of the pairs. */
static void input_wipe(char **text)
{
	if (!*text)
		return;
	explicit_bzero(*text, FENCE_INPUT_MAX);
	(void)munmap(*text, FENCE_INPUT_MAX);
	*text = NULL;
}

int fence_input_read(struct fence_input *input, int fd, const struct deadline *deadline,
		     struct fault *fault)
{
	CLEANUP(input_wipe) char *text = NULL;
	struct fence_input room = FENCE_INPUT_INIT;
	size_t length = 0;
	int r = input_reserve(&room);

	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "out of memory");
	text = room.pairs;
	r = input_fill(text, fd, deadline, fault, &length);
	if (r)
		return r;
	if (fence_input_parse(input, text, length))
		return fault_set(fault, FAULT_ARGS, -E2BIG, "the input is too long");
	return 0;
}

const char *fence_input_get(const char *name, const void *context)
{
	const struct fence_input *input = context;
	const char *found = NULL;

	if (strchr(name, '-'))
		return NULL;
	for (size_t at = 0; at < input->used;) {
		const char *key = input->pairs + at, *value = key + strlen(key) + 1;

		if (!strcmp(key, name))
			found = value;
		at = (size_t)(value + strlen(value) + 1 - input->pairs);
	}
	return found;
}

void fence_input_release(struct fence_input *input)
{
	input_wipe(&input->pairs);
	*input = FENCE_INPUT_INIT;
}
