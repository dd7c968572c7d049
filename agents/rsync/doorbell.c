// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/doorbell.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/line.h"
#include "rsync/changes.h"

#define DOORBELL_MAGIC 0x51725331U /* "QrS1": another layout is another number */
#define DOORBELL_FULL 1U

struct doorbell_head {
	uint32_t magic;
	uint8_t kind, flags;
	uint16_t zero;
	uint64_t generation, sequence;
	uint32_t count; /* paths that follow, each a mark, the path and a NUL */
} __attribute__((packed));

struct doorbell_body { /* of a state, behind the head; the error follows without NUL */
	uint8_t role, family;
	uint16_t port;
	uint32_t flags, pending, lag;
	uint8_t address[16];
} __attribute__((packed));

static struct doorbell_head doorbell_head(enum doorbell_kind kind, uint64_t generation,
					  uint64_t sequence)
{
	return (struct doorbell_head){.magic = htobe32(DOORBELL_MAGIC),
				      .kind = (uint8_t)kind,
				      .generation = htobe64(generation),
				      .sequence = htobe64(sequence)};
}

int doorbell_ring(uint64_t generation, uint64_t sequence, const struct changes *changes,
		  size_t *from, struct buf *message)
{
	struct doorbell_head head = doorbell_head(DOORBELL_RING, generation, sequence);
	size_t length = sizeof(head), to = *from;

	head.flags = changes->full ? DOORBELL_FULL : 0;
	while (to < changes->count && length + strlen(changes->items[to].path) + 2 <= DOORBELL_MAX)
		length += strlen(changes->items[to++].path) + 2;
	head.count = htobe32((uint32_t)(to - *from));
	buf_add(message, &head, sizeof(head));
	for (size_t i = *from; i < to; i++) {
		const char mark = (char)changes->items[i].kind;

		buf_add(message, &mark, 1);
		buf_add(message, changes->items[i].path, strlen(changes->items[i].path) + 1);
	}
	*from = to;
	return buf_error(message);
}

int doorbell_state(uint64_t generation, uint64_t sequence, const struct doorbell_state *state,
		   struct buf *message)
{
	const struct doorbell_head head = doorbell_head(DOORBELL_STATE, generation, sequence);
	struct doorbell_body body = {
		.role = (uint8_t)state->role,
		.family = state->address.family == AF_INET6 ? 6 :
			  state->address.family		    ? 4 :
							      0,
		.port = htobe16(state->port),
		.flags = htobe32(state->flags),
		.pending = htobe32(state->pending),
		.lag = htobe32(state->lag),
	};

	memcpy(body.address, state->address.bytes, sizeof(body.address));
	buf_add(message, &head, sizeof(head));
	buf_add(message, &body, sizeof(body));
	buf_adds(message, state->error);
	return buf_error(message);
}

static int doorbell_read_state(const char *bytes, size_t length, struct doorbell_state *state)
{
	struct doorbell_body body;

	if (length < sizeof(body) || length - sizeof(body) >= sizeof(state->error))
		return -EBADMSG;
	memcpy(&body, bytes, sizeof(body));
	if (body.role > DOORBELL_SOURCE || (body.family && body.family != 4 && body.family != 6))
		return -EBADMSG;
	state->role = body.role;
	state->flags = be32toh(body.flags);
	state->pending = be32toh(body.pending);
	state->lag = be32toh(body.lag);
	state->port = be16toh(body.port);
	if (body.family)
		state->address =
			inet_from_bytes(body.family == 6 ? AF_INET6 : AF_INET, body.address);
	memcpy(state->error, bytes + sizeof(body), length - sizeof(body));
	state->error[length - sizeof(body)] = '\0';
	line_clean(state->error);
	return 0;
}

static bool doorbell_mark(char mark)
{
	return mark == CHANGE_GONE || mark == CHANGE_FILE || mark == CHANGE_DIRECTORY;
}

/* Whether the bytes are so many paths and nothing else. */
static int doorbell_check_paths(const char *paths, size_t length, size_t count)
{
	size_t seen = 0;

	for (size_t at = 0; at < length; seen++) {
		const char *end = memchr(paths + at, '\0', length - at);

		if (!end || !doorbell_mark(paths[at]) || !changes_accepts(paths + at + 1))
			return -EBADMSG;
		at = (size_t)(end - paths) + 1;
	}
	return seen == count ? 0 : -EBADMSG;
}

int doorbell_read(const void *message, size_t length, struct doorbell *ret_doorbell)
{
	struct doorbell d = {.kind = 0};
	struct doorbell_head head;
	int r = -EBADMSG;

	if (length < sizeof(head) || length > DOORBELL_MAX)
		return -EBADMSG;
	memcpy(&head, message, sizeof(head));
	if (head.magic != htobe32(DOORBELL_MAGIC))
		return -EBADMSG;
	d.kind = head.kind;
	d.generation = be64toh(head.generation);
	d.sequence = be64toh(head.sequence);
	d.paths = (const char *)message + sizeof(head);
	d.length = length - sizeof(head);
	d.count = be32toh(head.count);
	d.full = head.flags & DOORBELL_FULL;
	if (d.kind == DOORBELL_RING)
		r = d.full && d.count ? -EBADMSG : doorbell_check_paths(d.paths, d.length, d.count);
	else if (d.kind == DOORBELL_STATE && !d.count && !d.full)
		r = doorbell_read_state(d.paths, d.length, &d.state);
	if (!r)
		*ret_doorbell = d;
	return r;
}

void doorbell_hear(const struct doorbell *doorbell, struct changes *changes)
{
	if (doorbell->full)
		changes_fill(changes);
	for (size_t at = 0; at < doorbell->length; at += strlen(doorbell->paths + at) + 1)
		changes_add(changes, (enum change_kind)doorbell->paths[at],
			    doorbell->paths + at + 1);
}
