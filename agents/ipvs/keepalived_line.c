// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/keepalived_line.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "ipvs/memory.h"

#define FILE_MAX (1U << 20)

struct ka_input {
	struct reading *at;
	struct ka_lines *lines;
	int depth;
};

static int ka_text(struct ka_input *in, const char *text);

static int ka_remember(struct ka_input *in, const char *path)
{
	struct ka_lines *lines = in->lines;

	if (lines->file_count == KA_FILES_MAX)
		return reading_fault(in->at, "more than %d files", KA_FILES_MAX);
	if (memory_grow(in->at->intent, &lines->files, lines->file_count, sizeof(char *)))
		return -ENOMEM;
	lines->files[lines->file_count++] = path;
	return 0;
}

static int ka_file(struct ka_input *in, const char *path)
{
	AUTO_BUF struct buf text = BUF_INIT;
	struct reading before = *in->at;
	int r = file_read(path, FILE_MAX, &text);

	if (r)
		return reading_fault(in->at, "%s: %s", path, strerror(-r));
	in->at->file = memory_text(in->at->intent, path, strlen(path));
	if (!in->at->file)
		return -ENOMEM;
	r = ka_remember(in, in->at->file);
	if (!r)
		r = ka_text(in, text.data);
	if (!r)
		*in->at = before;
	return r;
}

/* A file that comes to those of a pattern changes its directory: that is watched as a file is. */
static int ka_remember_directory(struct ka_input *in, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *directory;

	if (!slash || !strpbrk(path, "*?[{"))
		return 0;
	directory = memory_text(in->at->intent, path, (size_t)(slash - path));
	return directory ? ka_remember(in, directory) : -ENOMEM;
}

static int ka_include(struct ka_input *in, const char *pattern)
{
	const char *slash = in->at->file ? strrchr(in->at->file, '/') : NULL;
	char path[512];
	glob_t found;
	int r = 0;

	if (in->depth == KA_DEPTH_MAX)
		return reading_fault(in->at, "files include each other %d deep", KA_DEPTH_MAX);
	if (pattern[0] == '/' || !slash)
		r = snprintf(path, sizeof(path), "%s", pattern);
	else
		r = snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - in->at->file),
			     in->at->file, pattern);
	if (r >= (int)sizeof(path))
		return reading_fault(in->at, "the name of an included file is too long");
	if (glob(path, GLOB_ERR | GLOB_NOMAGIC | GLOB_BRACE, NULL, &found))
		return reading_fault(in->at, "there is no file '%.80s'", path);
	in->depth++;
	r = ka_remember_directory(in, path);
	for (size_t i = 0; !r && i < found.gl_pathc; i++)
		r = ka_file(in, found.gl_pathv[i]);
	in->depth--;
	globfree(&found);
	return r;
}

/* A word at text, with or without quotes; the length of what it took, or -EINVAL. */
static int ka_word(const struct ka_input *in, const char *text, struct ka_line *line)
{
	size_t length, take;
	const char *word;

	if (text[0] == '"') {
		length = strcspn(text + 1, "\"\n");
		if (text[length + 1] != '"')
			return reading_fault(in->at, "a quotation has no end");
		take = length + 2;
		text++;
	} else {
		length = strcspn(text, " \t\r\n\"");
		take = length;
	}
	if (line->count == KA_WORDS_MAX)
		return reading_fault(in->at, "a line has %d words at most", KA_WORDS_MAX);
	if (take > FILE_MAX)
		return -EINVAL;
	word = memory_text(in->at->intent, text, length);
	if (!word)
		return -ENOMEM;
	line->words[line->count++] = word;
	return (int)take;
}

static int ka_add(struct ka_input *in, struct ka_line *line)
{
	struct ka_lines *lines = in->lines;

	if (lines->count == KA_LINES_MAX)
		return reading_fault(in->at, "more than %d lines", KA_LINES_MAX);
	if (memory_grow(in->at->intent, &lines->items, lines->count, sizeof(*line)))
		return -ENOMEM;
	lines->items[lines->count++] = *line;
	return 0;
}

/* Ends what was gathered of a line, if anything was. */
static int ka_flush(struct ka_input *in, struct ka_line *line)
{
	int r = 0;

	line->file = in->at->file;
	line->line = in->at->line;
	if (line->count && !strcmp(line->words[0], "include")) {
		if (line->count != 2 || line->opens)
			return reading_fault(in->at, "include needs one file name");
		r = ka_include(in, line->words[1]);
	} else if (line->count && strchr("$@~", line->words[0][0])) {
		return reading_fault(in->at,
				     "'%.40s': definitions and conditions are not supported",
				     line->words[0]);
	} else if (line->count || line->closes) {
		r = ka_add(in, line);
	}
	memset(line, 0, sizeof(*line));
	return r;
}

static int ka_brace(struct ka_input *in, struct ka_line *line, char brace)
{
	struct ka_lines *lines = in->lines;
	int r;

	if (brace == '{') {
		if (line->count)
			line->opens = true;
		else if (lines->count && !lines->items[lines->count - 1].closes &&
			 !lines->items[lines->count - 1].opens)
			lines->items[lines->count - 1].opens = true;
		else
			return reading_fault(in->at, "a block without a name");
		return line->count ? ka_flush(in, line) : 0;
	}
	r = ka_flush(in, line);
	line->closes = true;
	return r ? r : ka_flush(in, line);
}

static int ka_text(struct ka_input *in, const char *text)
{
	struct ka_line line = {.count = 0};
	int r = 0;

	for (in->at->line = 1; !r && *text;) {
		if (*text == '\n') {
			r = ka_flush(in, &line);
			in->at->line++;
			text++;
		} else if (strchr(" \t\r", *text)) {
			text++;
		} else if (*text == '#' || *text == '!') {
			text += strcspn(text, "\n");
		} else if ((*text == '{' || *text == '}') && strchr(" \t\r\n#!{}", text[1])) {
			r = ka_brace(in, &line, *text++);
		} else {
			r = ka_word(in, text, &line);
			if (r > 0) {
				text += r;
				r = 0;
			}
		}
	}
	return r ? r : ka_flush(in, &line);
}

int ka_lines_read(struct reading *reading, const char *text, struct ka_lines *ret_lines)
{
	struct ka_input in = {.at = reading, .lines = ret_lines};
	int r;

	*ret_lines = (struct ka_lines){.count = 0};
	r = ka_remember(&in, reading->file);
	if (!r)
		r = ka_text(&in, text);
	if (!r)
		r = memory_grow(reading->intent, &ret_lines->files, ret_lines->file_count,
				sizeof(char *));
	if (!r)
		ret_lines->files[ret_lines->file_count] = NULL;
	return r;
}
