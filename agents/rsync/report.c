// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/report.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/line.h"

#define ITEM_LENGTH 11 /* of %i: "YXcstpoguax" */

void report_init(struct report *report, void (*seen)(enum change_kind, const char *, void *),
		 void *data)
{
	*report = (struct report){.seen = seen, .data = data, .line = {BUF_INIT, BUF_INIT}};
}

static bool report_octal(const char *text)
{
	for (int i = 0; i < 3; i++)
		if (text[i] < '0' || text[i] > '7')
			return false;
	return *text < '4';
}

/* Takes rsync's \#ooo back, in place. */
static void report_unescape(char *name)
{
	char *to = name;

	for (const char *from = name; *from; from++) {
		if (from[0] == '\\' && from[1] == '#' && report_octal(from + 2)) {
			*to++ = (char)((from[2] - '0') << 6 | (from[3] - '0') << 3 |
				       (from[4] - '0'));
			from += 4;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
}

/* "*deleting   name" or ">f.st...... name": what was done to what. */
static bool report_is_item(const char *line)
{
	if (!strncmp(line, "*deleting  ", ITEM_LENGTH) && line[ITEM_LENGTH] == ' ')
		return line[ITEM_LENGTH + 1];
	if (!strchr("<>ch.", line[0]) || !line[0] || !line[1] || !strchr("fdLDS", line[1]))
		return false;
	for (size_t i = 2; i < ITEM_LENGTH; i++)
		if (!line[i] || (!isalpha((unsigned char)line[i]) && !strchr(".+? ", line[i])))
			return false;
	return line[ITEM_LENGTH] == ' ' && line[ITEM_LENGTH + 1];
}

static void report_item(struct report *report, char *line)
{
	char *name = line + ITEM_LENGTH + 1;
	enum change_kind kind = CHANGE_FILE;
	size_t length;

	report_unescape(name);
	length = strlen(name);
	if (length > 1 && name[length - 1] == '/')
		name[length - 1] = '\0';
	if (*line == '*')
		kind = CHANGE_GONE;
	else if (line[1] == 'd')
		kind = CHANGE_DIRECTORY;
	if (kind == CHANGE_GONE)
		report->deleted++;
	else
		report->brought++;
	if (report->seen && changes_accepts(name))
		report->seen(kind, name, report->data);
}

/* "Number of files: 1,234 (reg: 1,200, dir: 34)" */
static uint64_t report_number(const char *text)
{
	uint64_t number = 0;

	for (; isdigit((unsigned char)*text) || *text == ','; text++)
		if (*text != ',' && number < UINT64_MAX / 16)
			number = number * 10 + (uint64_t)(*text - '0');
	return number;
}

static void report_other(struct report *report, bool errors, char *line)
{
	static const char files[] = "Number of files: ", created[] = "Number of created files: ";

	if (!strncmp(line, files, sizeof(files) - 1))
		report->files = report_number(line + sizeof(files) - 1);
	if (!strncmp(line, created, sizeof(created) - 1))
		report->created = report_number(line + sizeof(created) - 1);
	if (strstr(line, "cannot delete"))
		report->hidden = errors = true;
	if (strstr(line, "No space left on device") || strstr(line, "Disk quota exceeded"))
		report->full_disk = true;
	if (errors && strstr(line, "invalid file mode 00 for "))
		report->unmarked = true;
	if (!errors || !*line || *report->error)
		return;
	(void)snprintf(report->error, sizeof(report->error), "%s", line);
	line_clean(report->error);
}

static void report_line(struct report *report, bool errors)
{
	struct buf *line = &report->line[errors];

	if (line->length <= REPORT_LINE_MAX && !line->error && strlen(line->data) == line->length) {
		if (!errors && report_is_item(line->data))
			report_item(report, line->data);
		else
			report_other(report, errors, line->data);
	}
	buf_clear(line);
}

void report_feed(struct report *report, bool errors, const char *bytes, size_t length)
{
	struct buf *line = &report->line[errors];

	while (length) {
		const char *end = memchr(bytes, '\n', length);
		size_t piece = end ? (size_t)(end - bytes) : length;

		/* Of a line that is too long nothing but that is kept. */
		if (line->length <= REPORT_LINE_MAX)
			buf_add(line, bytes, piece);
		if (end)
			report_line(report, errors);
		bytes += piece + (end != NULL);
		length -= piece + (end != NULL);
	}
}

void report_end(struct report *report)
{
	for (int errors = 0; errors < 2; errors++)
		if (report->line[errors].length)
			report_line(report, errors);
}

void report_release(struct report *report)
{
	buf_release(&report->line[0]);
	buf_release(&report->line[1]);
}
