// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/page.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PAGE_LINE_MAX 1024 /* bytes of a chunk's size line */

enum page_stage {
	PAGE_SIZE_LINE,
	PAGE_DATA,
	PAGE_DATA_END,
	PAGE_TRAILER
};

void page_init(struct page *page, bool head_only)
{
	*page = (struct page){.no_body = head_only, .until_end = true};
}

static bool page_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "HTTP/1.1 200 OK": the status, 0 while the line may still become one, or -EBADMSG. */
static int page_status_line(const char *bytes, size_t length)
{
	static const char form[] = "HTTP/d.d ddd";
	int status = 0;

	for (size_t i = 0; i < sizeof(form) - 1; i++) {
		if (i == length)
			return 0;
		if (form[i] == 'd' ? !page_is_digit(bytes[i]) : bytes[i] != form[i])
			return -EBADMSG;
		if (i > 8)
			status = status * 10 + (bytes[i] - '0');
	}
	if (length == sizeof(form) - 1)
		return 0;
	if (!strchr(" \r\n", bytes[sizeof(form) - 1]) || status < 100 || status > 599)
		return -EBADMSG;
	return status;
}

static bool page_names(const char *line, size_t length, const char *name, const char **ret_value,
		       size_t *ret_length)
{
	const size_t n = strlen(name);

	if (length <= n || strncasecmp(line, name, n) || line[n] != ':')
		return false;
	line += n + 1;
	length -= n + 1;
	for (; length && (*line == ' ' || *line == '\t'); line++)
		length--;
	while (length && (line[length - 1] == ' ' || line[length - 1] == '\t'))
		length--;
	*ret_value = line;
	*ret_length = length;
	return true;
}

static int page_length(const char *digits, size_t length, long long *ret_value)
{
	long long value = 0;

	if (!length)
		return -EBADMSG;
	for (size_t i = 0; i < length; i++) {
		if (!page_is_digit(digits[i]) || value > (LLONG_MAX - 9) / 10)
			return -EBADMSG;
		value = value * 10 + (digits[i] - '0');
	}
	*ret_value = value;
	return 0;
}

static int page_header(struct page *page, const char *line, size_t length)
{
	const char *value;
	size_t n;

	if (page_names(line, length, "transfer-encoding", &value, &n)) {
		if (n < 7 || strncasecmp(value + n - 7, "chunked", 7))
			return -EBADMSG;
		page->chunked = true;
		page->until_end = false;
		page->left = 0;
	} else if (!page->chunked && page_names(line, length, "content-length", &value, &n)) {
		page->until_end = false;
		return page_length(value, n, &page->left);
	}
	return 0;
}

/* The line at bytes: its length without its end; false when it is not whole. */
static bool page_line(const char *bytes, size_t length, size_t *ret_length, size_t *ret_whole)
{
	const char *end = memchr(bytes, '\n', length);

	if (!end)
		return false;
	*ret_whole = (size_t)(end - bytes) + 1;
	*ret_length = *ret_whole - 1 - (end > bytes && end[-1] == '\r');
	return true;
}

int page_head(struct page *page, const char *bytes, size_t length, size_t *ret_length)
{
	struct page seen = *page;
	size_t at = 0, line, whole;
	int status = page_status_line(bytes, length);

	if (status < 0)
		return status;
	page->status = seen.status = status;
	for (bool first = true; page_line(bytes + at, length - at, &line, &whole); first = false) {
		const char *text = bytes + at;

		at += whole;
		if (!line) {
			seen.no_body |= status == 204 || status == 304;
			*page = seen;
			*ret_length = at;
			return PAGE_WHOLE;
		}
		if (!first && page_header(&seen, text, line))
			return -EBADMSG;
	}
	return PAGE_PARTIAL;
}

static int page_digit(char c)
{
	if (page_is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int page_chunk_size(const char *line, size_t length, long long *ret_size)
{
	long long size = 0;
	size_t i = 0;

	for (; i < length && page_digit(line[i]) >= 0; i++) {
		if (size > LLONG_MAX / 32)
			return -EBADMSG;
		size = size * 16 + page_digit(line[i]);
	}
	if (!i || (i < length && line[i] != ';' && line[i] != ' ' && line[i] != '\t'))
		return -EBADMSG;
	*ret_size = size;
	return 0;
}

/* One step of the lines between the chunks' data: bytes read, 0: more must come, -EBADMSG. */
static long page_chunk_line(struct page *page, const char *bytes, size_t length, bool *ret_whole)
{
	size_t line, whole;

	if (!page_line(bytes, length, &line, &whole))
		return length > PAGE_LINE_MAX ? -EBADMSG : 0;
	switch ((enum page_stage)page->stage) {
	case PAGE_SIZE_LINE:
		if (page_chunk_size(bytes, line, &page->left))
			return -EBADMSG;
		page->stage = page->left ? PAGE_DATA : PAGE_TRAILER;
		break;
	case PAGE_DATA_END:
		if (line)
			return -EBADMSG;
		page->stage = PAGE_SIZE_LINE;
		break;
	default:
		*ret_whole = !line;
		break;
	}
	return (long)whole;
}

static size_t page_data(struct page *page, const char *bytes, size_t length, page_piece *piece,
			void *data)
{
	if (!page->until_end && (long long)length > page->left)
		length = (size_t)page->left;
	if (length)
		piece(data, bytes, length);
	if (!page->until_end)
		page->left -= (long long)length;
	return length;
}

int page_body(struct page *page, const char *bytes, size_t length, size_t *ret_taken,
	      page_piece *piece, void *data)
{
	bool whole = false;

	*ret_taken = 0;
	if (page->no_body)
		return PAGE_WHOLE;
	if (!page->chunked) {
		*ret_taken = page_data(page, bytes, length, piece, data);
		return page->until_end || page->left ? PAGE_PARTIAL : PAGE_WHOLE;
	}
	while (*ret_taken < length) {
		const char *at = bytes + *ret_taken;
		const size_t rest = length - *ret_taken;

		if (page->stage == PAGE_DATA) {
			*ret_taken += page_data(page, at, rest, piece, data);
			if (!page->left)
				page->stage = PAGE_DATA_END;
		} else {
			long n = page_chunk_line(page, at, rest, &whole);

			if (n < 0)
				return (int)n;
			*ret_taken += (size_t)n;
			if (whole)
				return PAGE_WHOLE;
			if (!n)
				break;
		}
	}
	return PAGE_PARTIAL;
}

bool page_status_fits(int status, const char *list)
{
	while (*list) {
		char *end;
		long from, to;

		list += strspn(list, " ,\t");
		if (!*list)
			break;
		from = to = strtol(list, &end, 10);
		if (end == list)
			return false;
		if (*end == '-') {
			list = end + 1;
			to = strtol(list, &end, 10);
			if (end == list)
				return false;
		}
		if (status >= from && status <= to)
			return true;
		list = end;
	}
	return false;
}
