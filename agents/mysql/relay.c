// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/relay.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/fault.h"
#include "base/file.h"
#include "mysql/lineage.h"

#define RELAY_MAGIC                                                                                \
	"\xfe"                                                                                     \
	"bin"
#define RELAY_MAGIC_LENGTH 4
#define RELAY_HEADER 19
#define RELAY_GTID_BODY 13 /* sequence, domain, flags */
#define RELAY_INDEX_LIMIT (1U << 20)

enum relay_event {
	RELAY_QUERY = 2,
	RELAY_XID = 16,
	RELAY_XA_PREPARE = 38,
	RELAY_QUERY_COMPRESSED = 165,
	RELAY_GTID = 162,
	RELAY_ENCRYPTED = 164,
};

/* Flags of a GTID event. */
#define RELAY_STANDALONE 1 /* one event follows, and no commit */
#define RELAY_DDL 32

struct relay_event_view {
	const uint8_t *body;
	size_t length; /* of the body */
	unsigned type;
	uint32_t server;
};

void relay_release(struct relay *relay)
{
	gtid_release(&relay->received);
}

static uint32_t relay_u32(const uint8_t *bytes)
{
	uint32_t number;

	memcpy(&number, bytes, sizeof(number));
	return le32toh(number);
}

static uint64_t relay_u64(const uint8_t *bytes)
{
	uint64_t number;

	memcpy(&number, bytes, sizeof(number));
	return le64toh(number);
}

/* "COMMIT" or "ROLLBACK" as the text of a query event, which a checksum may follow. */
static bool relay_ends(const struct relay_event_view *event)
{
	static const char *const ends[] = {"COMMIT", "ROLLBACK", "XA COMMIT", "XA ROLLBACK"};
	size_t text;

	if (event->length < 13)
		return false;
	text = 13U + event->body[8] + 1U + (size_t)(event->body[11] | event->body[12] << 8);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		const size_t length = strlen(ends[i]);

		if (text + length <= event->length && !memcmp(event->body + text, ends[i], length))
			return true;
	}
	return false;
}

static bool relay_closes(const struct relay_group *group, const struct relay_event_view *event)
{
	switch (event->type) {
	case RELAY_XID:
	case RELAY_XA_PREPARE:
	case RELAY_QUERY_COMPRESSED:
		return event->type != RELAY_QUERY_COMPRESSED || group->standalone;
	case RELAY_QUERY:
		return group->standalone || relay_ends(event);
	default:
		return false;
	}
}

static void relay_open_group(struct relay_group *group, const struct relay_event_view *event,
			     const char *name, uint64_t position)
{
	*group = (struct relay_group){.position = position, .server = event->server};
	(void)snprintf(group->file, sizeof(group->file), "%s", name);
	if (event->length < RELAY_GTID_BODY)
		return;
	group->open = true;
	group->sequence = relay_u64(event->body);
	group->domain = relay_u32(event->body + 8);
	group->standalone = event->body[12] & RELAY_STANDALONE;
	group->statement = event->body[12] & (RELAY_STANDALONE | RELAY_DDL);
}

static void relay_mark(struct relay *relay, const char *text)
{
	const struct relay_group *group = &relay->group;

	relay->count++;
	relay->statements |= group->statement;
	(void)snprintf(relay->to, sizeof(relay->to), "%s", text);
	if (relay->undrained)
		return;
	relay->undrained = true;
	(void)snprintf(relay->from, sizeof(relay->from), "%s", text);
	(void)snprintf(relay->file, sizeof(relay->file), "%s", group->file);
	relay->position = group->position;
}

/* A whole transaction: news unless the set, or the lineage, has it. */
static int relay_take(struct relay *relay)
{
	struct relay_group *group = &relay->group;
	AUTO_GTID struct gtid_set one = GTID_SET_INIT(GTID_MARIADB);
	char text[64];
	int r;

	group->open = false;
	(void)snprintf(text, sizeof(text), "%u-%u-%llu", group->domain, group->server,
		       (unsigned long long)group->sequence);
	if (relay->known) {
		if (lineage_of(relay->known, group->domain, group->server) < group->sequence)
			relay_mark(relay, text);
		else
			relay->before |= !relay->undrained;
		return 0;
	}
	r = gtid_parse(&one, text);
	if (r == -EINVAL)
		return 0; /* a number that is none */
	if (r || gtid_covers(&relay->received, &one))
		return r;
	r = gtid_unite(&relay->received, &one);
	if (r)
		return r == -ESTALE ? 0 : r;
	relay_mark(relay, text);
	return 0;
}

/* What follows a GTID event, up to the end of its transaction. */
static int relay_go_on(struct relay *relay, const struct relay_event_view *event)
{
	struct relay_group *group = &relay->group;

	if (!group->open)
		return 0;
	if (relay_closes(group, event))
		return relay_take(relay);
	group->statement |= event->type == RELAY_QUERY || event->type == RELAY_QUERY_COMPRESSED;
	return 0;
}

int relay_scan(struct relay *relay, const char *name, const uint8_t *bytes, size_t length)
{
	size_t at = RELAY_MAGIC_LENGTH;
	int r = 0;

	if (length < RELAY_MAGIC_LENGTH || memcmp(bytes, RELAY_MAGIC, RELAY_MAGIC_LENGTH))
		return length ? -EINVAL : 0;
	while (!r && length - at >= RELAY_HEADER) {
		const uint8_t *header = bytes + at;
		const uint32_t size = relay_u32(header + 9);
		struct relay_event_view event = {.body = header + RELAY_HEADER,
						 .type = header[4],
						 .server = relay_u32(header + 5)};

		if (size < RELAY_HEADER || size > length - at)
			break; /* cut off */
		event.length = size - RELAY_HEADER;
		if (event.type == RELAY_ENCRYPTED)
			return -EOPNOTSUPP;
		if (event.type == RELAY_GTID)
			relay_open_group(&relay->group, &event, name, at);
		else
			r = relay_go_on(relay, &event);
		at += size;
	}
	return r;
}

static int relay_read_file(struct relay *relay, const char *path, const char *name)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *bytes;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!st.st_size)
		return 0;
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return -errno;
	r = relay_scan(relay, name, bytes, (size_t)st.st_size);
	(void)munmap(bytes, (size_t)st.st_size);
	return r;
}

char *relay_path(const char *index, const char *name)
{
	const char *slash = strrchr(index, '/');
	char *path = NULL;

	if (asprintf(&path, "%.*s%s", *name == '/' || !slash ? 0 : (int)(slash + 1 - index), index,
		     name) < 0)
		path = NULL;
	return path;
}

static int relay_read_named(struct relay *relay, const char *index, const char *name,
			    struct fault *fault)
{
	AUTO_FREE char *path = relay_path(index, name);
	int r = -ENOMEM;

	if (path)
		r = relay_read_file(relay, path, name);
	if (r == -EOPNOTSUPP)
		return fault_set(fault, FAULT_CONFIGURED, r,
				 "%s is encrypted, so that nobody can tell what it holds: "
				 "encrypt_binlog must be off",
				 path);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "log %s: %s", path ? path : name,
				 strerror(-r));
	return 0;
}

int relay_read(struct relay *relay, const char *index, const struct gtid_set *executed,
	       struct fault *fault)
{
	AUTO_BUF struct buf text = BUF_INIT;
	int r = file_read(index, RELAY_INDEX_LIMIT, &text);
	char *line = text.data, *end;

	*relay = (struct relay){.received = GTID_SET_INIT(GTID_MARIADB)};
	if (!r || r == -ENOENT) {
		r = gtid_unite(&relay->received, executed);
		if (r || !text.length)
			return r;
	}
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "%s: %s", index, strerror(-r));
	for (; !r && (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		r = relay_read_named(relay, index, line, fault);
	}
	return r;
}

/* Back to the file whose first transaction is known: the tail begins in it, or behind it. */
static int relay_scan_back(struct relay *relay, const char *index, char **names, size_t count,
			   struct fault *fault)
{
	size_t first = count;
	int r = 0;

	while (!r && first) {
		struct relay one = {.known = relay->known};

		r = relay_read_named(&one, index, names[--first], fault);
		if (one.before)
			break;
	}
	for (; !r && first < count; first++)
		r = relay_read_named(relay, index, names[first], fault);
	return r;
}

int relay_read_tail(struct relay *relay, const char *index, const struct lineage *known,
		    struct fault *fault)
{
	AUTO_BUF struct buf text = BUF_INIT;
	AUTO_FREE char **names = NULL;
	int r = file_read(index, RELAY_INDEX_LIMIT, &text);
	char *rest = text.data, *line;
	size_t count = 0;

	*relay = (struct relay){.received = GTID_SET_INIT(GTID_MARIADB), .known = known};
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "%s: %s", index, strerror(-r));
	names = calloc(text.length + 1, sizeof(*names));
	if (!names)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	while ((line = strsep(&rest, "\n")))
		if (*line)
			names[count++] = line;
	return relay_scan_back(relay, index, names, count, fault);
}
