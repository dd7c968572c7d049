// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/gtid.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define GTID_UUID_LENGTH 36
#define GTID_TAG_MAX 32

void gtid_release(struct gtid_set *set)
{
	free(set->ranges);
	set->ranges = NULL;
	set->count = 0;
}

static int gtid_order_ranges(const void *left, const void *right)
{
	const struct gtid_range *a = left, *b = right;
	int order = strcmp(a->source, b->source);

	if (a->domain != b->domain)
		return a->domain < b->domain ? -1 : 1;
	if (order)
		return order;
	return a->from < b->from ? -1 : a->from > b->from;
}

static bool gtid_same_source(const struct gtid_range *a, const struct gtid_range *b)
{
	return a->domain == b->domain && !strcmp(a->source, b->source);
}

static int gtid_append(struct gtid_set *set, const struct gtid_range *range)
{
	if (set->count >= GTID_RANGES_MAX)
		return -E2BIG;
	if (!(set->count & (set->count + 1))) { /* grows by doubling: 1, 3, 7, 15 ... */
		struct gtid_range *ranges =
			reallocarray(set->ranges, 2 * set->count + 2, sizeof(*ranges));

		if (!ranges)
			return -ENOMEM;
		set->ranges = ranges;
	}
	set->ranges[set->count++] = *range;
	return 0;
}

/* Sorts, and joins ranges that overlap or touch; the server is that of the later end. */
static void gtid_settle(struct gtid_set *set)
{
	size_t kept = 0;

	if (!set->count)
		return;
	qsort(set->ranges, set->count, sizeof(*set->ranges), gtid_order_ranges);
	for (size_t i = 1; i < set->count; i++) {
		struct gtid_range *last = &set->ranges[kept], *next = &set->ranges[i];

		if (!gtid_same_source(last, next) || next->from > last->to + 1) {
			set->ranges[++kept] = *next;
		} else if (next->to > last->to) {
			last->to = next->to;
			last->server = next->server;
		}
	}
	set->count = kept + 1;
}

static const char *gtid_skip_blanks(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

/* Digits only, up to the limit; NULL when there is no such number. */
static const char *gtid_number(const char *text, uint64_t limit, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (!isdigit((unsigned char)*text))
		return NULL;
	for (; isdigit((unsigned char)*text); text++) {
		const uint64_t digit = (uint64_t)(*text - '0');

		if (number > (limit - digit) / 10)
			return NULL;
		number = number * 10 + digit;
	}
	*ret_number = number;
	return text;
}

static const char *gtid_parse_mariadb(struct gtid_set *set, const char *text, int *error)
{
	struct gtid_range range = {.from = 1};
	uint64_t domain = 0, server = 0;

	text = gtid_number(text, UINT32_MAX, &domain);
	if (text && *text == '-')
		text = gtid_number(text + 1, UINT32_MAX, &server);
	else
		text = NULL;
	if (text && *text == '-')
		text = gtid_number(text + 1, GTID_NUMBER_MAX, &range.to);
	else
		text = NULL;
	if (!text)
		return NULL;
	range.domain = (uint32_t)domain;
	range.server = (uint32_t)server;
	for (size_t i = 0; i < set->count; i++)
		if (set->ranges[i].domain == range.domain)
			return NULL;
	if (range.to) /* 0 is the position before the domain's first transaction */
		*error = gtid_append(set, &range);
	return text;
}

static const char *gtid_parse_uuid(struct gtid_range *range, const char *text)
{
	for (size_t i = 0; i < GTID_UUID_LENGTH; i++) {
		const bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return NULL;
		range->source[i] = (char)tolower((unsigned char)text[i]);
	}
	range->source[GTID_UUID_LENGTH] = '\0';
	return text + GTID_UUID_LENGTH;
}

/* A tag begins with a letter or underscore; it holds for the ranges behind it, until the next. */
static const char *gtid_parse_tag(struct gtid_range *range, const char *text)
{
	size_t length = 0;

	for (; isalnum((unsigned char)text[length]) || text[length] == '_'; length++) {
		if (length == GTID_TAG_MAX)
			return NULL;
		range->source[GTID_UUID_LENGTH + 1 + length] =
			(char)tolower((unsigned char)text[length]);
	}
	range->source[GTID_UUID_LENGTH] = ':';
	range->source[GTID_UUID_LENGTH + 1 + length] = '\0';
	return text + length;
}

static const char *gtid_parse_range(struct gtid_range *range, const char *text)
{
	text = gtid_number(text, GTID_NUMBER_MAX - 1, &range->from);
	if (!text || !range->from)
		return NULL;
	range->to = range->from;
	text = gtid_skip_blanks(text);
	if (*text == '-')
		text = gtid_number(gtid_skip_blanks(text + 1), GTID_NUMBER_MAX - 1, &range->to);
	return text && range->to >= range->from ? text : NULL;
}

static const char *gtid_parse_mysql(struct gtid_set *set, const char *text, int *error)
{
	struct gtid_range range = {.server = 0};
	bool any = false;

	text = gtid_parse_uuid(&range, text);
	if (!text)
		return NULL;
	for (text = gtid_skip_blanks(text); *text == ':'; text = gtid_skip_blanks(text)) {
		text = gtid_skip_blanks(text + 1);
		if (isalpha((unsigned char)*text) || *text == '_') {
			text = gtid_parse_tag(&range, text);
			any = false;
		} else {
			text = gtid_parse_range(&range, text);
			if (text)
				*error = gtid_append(set, &range);
			any = true;
		}
		if (!text || *error)
			return text;
	}
	return any ? text : NULL;
}

int gtid_parse(struct gtid_set *set, const char *text)
{
	int error = 0;

	gtid_release(set);
	text = gtid_skip_blanks(text);
	while (*text && !error) {
		text = set->flavour == GTID_MARIADB ? gtid_parse_mariadb(set, text, &error) :
						      gtid_parse_mysql(set, text, &error);
		text = text ? gtid_skip_blanks(text) : NULL;
		if (!error && (!text || (*text && *text != ',')))
			error = -EINVAL;
		if (error)
			break;
		if (*text == ',') {
			text = gtid_skip_blanks(text + 1);
			if (!*text)
				error = -EINVAL;
		}
	}
	if (error)
		gtid_release(set);
	else
		gtid_settle(set);
	return error;
}

void gtid_print(const struct gtid_set *set, struct buf *text)
{
	const struct gtid_range *last = NULL;

	for (size_t i = 0; i < set->count; i++) {
		const struct gtid_range *r = &set->ranges[i];

		if (set->flavour == GTID_MARIADB) {
			buf_addf(text, "%s%" PRIu32 "-%" PRIu32 "-%" PRIu64, i ? "," : "",
				 r->domain, r->server, r->to);
			continue;
		}
		if (!last || !gtid_same_source(last, r))
			buf_addf(text, "%s%s", i ? "," : "", r->source);
		buf_addf(text, ":%" PRIu64, r->from);
		if (r->to != r->from)
			buf_addf(text, "-%" PRIu64, r->to);
		last = r;
	}
}

/* The range of the set that has the number, or NULL. */
static const struct gtid_range *gtid_find(const struct gtid_set *set, const struct gtid_range *like,
					  uint64_t number)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		struct gtid_range key = *like;

		key.from = number;
		if (gtid_order_ranges(&set->ranges[middle], &key) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || !gtid_same_source(&set->ranges[low - 1], like) ||
	    set->ranges[low - 1].to < number)
		return NULL;
	return &set->ranges[low - 1];
}

/* Two servers wrote the same number: both histories can't be one. */
static bool gtid_conflicts(const struct gtid_range *a, const struct gtid_range *b)
{
	return a->to == b->to && a->server != b->server;
}

bool gtid_covers(const struct gtid_set *a, const struct gtid_set *b)
{
	for (size_t i = 0; i < b->count; i++) {
		const struct gtid_range *r = &b->ranges[i];
		const struct gtid_range *found = gtid_find(a, r, r->from);

		if (!found || found->to < r->to || gtid_conflicts(found, r))
			return false;
	}
	return true;
}

enum gtid_order gtid_compare(const struct gtid_set *a, const struct gtid_set *b)
{
	const bool more = gtid_covers(a, b), less = gtid_covers(b, a);

	if (more && less)
		return GTID_EQUAL;
	return more ? GTID_MORE : less ? GTID_LESS : GTID_DIVERGED;
}

int gtid_unite(struct gtid_set *set, const struct gtid_set *other)
{
	struct gtid_set united = GTID_SET_INIT(set->flavour);
	int r = 0;

	for (size_t i = 0; i < set->count; i++) {
		const struct gtid_range *found =
			gtid_find(other, &set->ranges[i], set->ranges[i].to);

		if (found && gtid_conflicts(found, &set->ranges[i]))
			return -ESTALE;
	}
	for (size_t i = 0; !r && i < set->count; i++)
		r = gtid_append(&united, &set->ranges[i]);
	for (size_t i = 0; !r && i < other->count; i++)
		r = gtid_append(&united, &other->ranges[i]);
	if (r) {
		gtid_release(&united);
		return r;
	}
	gtid_settle(&united);
	gtid_release(set);
	*set = united;
	return 0;
}

/* What of the range theirs lacks, piece by piece. */
static int gtid_subtract(const struct gtid_range *range, const struct gtid_set *theirs,
			 struct gtid_set *left)
{
	struct gtid_range piece = *range;
	int r = 0;

	for (size_t i = 0; !r && i < theirs->count; i++) {
		const struct gtid_range *other = &theirs->ranges[i];

		if (!gtid_same_source(other, range) || other->to < piece.from ||
		    other->from > range->to)
			continue;
		if (other->from > piece.from) {
			piece.to = other->from - 1;
			r = gtid_append(left, &piece);
		}
		piece.from = other->to + 1;
		if (piece.from > range->to && gtid_conflicts(other, range))
			piece.from = range->to;
	}
	piece.to = range->to;
	if (!r && piece.from <= range->to)
		r = gtid_append(left, &piece);
	return r;
}

int gtid_errant(const struct gtid_set *mine, const struct gtid_set *theirs,
		struct gtid_set *ret_errant)
{
	AUTO_GTID struct gtid_set left = GTID_SET_INIT(mine->flavour);
	int r = 0;

	for (size_t i = 0; !r && i < mine->count; i++)
		r = gtid_subtract(&mine->ranges[i], theirs, &left);
	if (r)
		return r;
	gtid_settle(&left);
	gtid_release(ret_errant);
	*ret_errant = left;
	left = GTID_SET_INIT(mine->flavour);
	return 0;
}

uint64_t gtid_size(const struct gtid_set *set)
{
	uint64_t size = 0;

	for (size_t i = 0; i < set->count; i++) {
		const uint64_t more = set->ranges[i].to - set->ranges[i].from + 1;

		if (more > (uint64_t)GTID_NUMBER_MAX - size)
			return GTID_NUMBER_MAX;
		size += more;
	}
	return size;
}
