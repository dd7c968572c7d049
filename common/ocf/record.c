// SPDX-License-Identifier: BSD-3-Clause

#include "ocf/record.h"

#include <errno.h>
#include <string.h>

#include "base/file.h"

#define RECORD_PAGE 4096 /* bytes that a kernel writes without a look at signals */
#define RECORD_STEP 32	 /* entries that the array grows by */

static struct record_entry *record_find(const struct record *record, const char *key)
{
	for (size_t i = 0; i < record->count; i++)
		if (!strcmp(record->entries[i].key, key))
			return &record->entries[i];
	return NULL;
}

const char *record_get(const struct record *record, const char *key)
{
	const struct record_entry *entry = record_find(record, key);

	return entry ? entry->value : NULL;
}

static bool record_key_ok(const char *key)
{
	if (!*key)
		return false;
	for (; *key; key++)
		if (*key <= ' ' || *key > '~' || *key == '=')
			return false;
	return true;
}

static void record_take_out(struct record *record, struct record_entry *entry)
{
	free(entry->key);
	free(entry->value);
	*entry = record->entries[--record->count];
}

static int record_add(struct record *record, const char *key, const char *value)
{
	AUTO_FREE char *key_copy = strdup(key);
	AUTO_FREE char *value_copy = strdup(value);
	struct record_entry *entry = record_find(record, key), *entries;

	if (!key_copy || !value_copy)
		return -ENOMEM;
	if (entry) {
		free(entry->value);
		entry->value = TAKE(value_copy);
		return 0;
	}
	if (record->count % RECORD_STEP == 0) {
		entries = reallocarray(record->entries, record->count + RECORD_STEP,
				       sizeof(*entries));
		if (!entries)
			return -ENOMEM;
		record->entries = entries;
	}
	record->entries[record->count++] = (struct record_entry){TAKE(key_copy), TAKE(value_copy)};
	return 0;
}

int record_set(struct record *record, const char *key, const char *value)
{
	struct record_entry *entry;

	if (!record_key_ok(key))
		return -EINVAL;
	if (value)
		return record_add(record, key, value);
	entry = record_find(record, key);
	if (entry)
		record_take_out(record, entry);
	return 0;
}

void record_drop(struct record *record, const char *prefix)
{
	for (size_t i = record->count; i-- > 0;)
		if (!strncmp(record->entries[i].key, prefix, strlen(prefix)))
			record_take_out(record, &record->entries[i]);
}

void record_release(struct record *record)
{
	while (record->count)
		record_take_out(record, &record->entries[record->count - 1]);
	free(record->entries);
	*record = RECORD_INIT;
}

static void record_unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (*text == '\\' && text[1]) {
			text++;
			*to++ = *text == 'n' ? '\n' : *text == 'r' ? '\r' : *text;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

static int record_parse_line(struct record *record, char *line)
{
	char *equals = strchr(line, '=');
	int r;

	if (!equals)
		return 0;
	*equals = '\0';
	record_unescape(equals + 1);
	r = record_set(record, line, equals + 1);
	return r == -EINVAL ? 0 : r;
}

int record_parse(struct record *record, const char *text, size_t length)
{
	AUTO_FREE char *copy = malloc(length + 1);
	char *line = copy, *end;
	int r = 0;

	if (!copy)
		return -ENOMEM;
	memcpy(copy, text, length);
	for (; !r && (end = memchr(line, '\n', length)); line = end + 1) {
		*end = '\0';
		length -= (size_t)(end + 1 - line);
		if (strlen(line) == (size_t)(end - line))
			r = record_parse_line(record, line);
	}
	return r;
}

int record_print(const struct record *record, struct buf *text)
{
	for (size_t i = 0; i < record->count; i++) {
		buf_adds(text, record->entries[i].key);
		buf_add(text, "=", 1);
		for (const char *c = record->entries[i].value; *c; c++) {
			if (*c == '\n' || *c == '\r' || *c == '\\')
				buf_add(text, "\\", 1);
			buf_add(text, *c == '\n' ? "n" : *c == '\r' ? "r" : c, 1);
		}
		buf_add(text, "\n", 1);
	}
	return buf_error(text);
}

int record_load(struct record *record, const char *path)
{
	AUTO_BUF struct buf text = BUF_INIT;
	int r = file_read(path, RECORD_LIMIT, &text);

	if (r == -EFBIG)
		return -ENOENT;
	return r ? r : record_parse(record, text.data, text.length);
}

int record_save(const struct record *record, const char *path)
{
	AUTO_BUF struct buf text = BUF_INIT;
	int r = record_print(record, &text);

	if (r)
		return r;
	r = text.length > RECORD_PAGE ? -EEXIST : file_create(path, text.data, text.length);
	return r == -EEXIST ? file_replace(path, text.data, text.length) : r;
}
