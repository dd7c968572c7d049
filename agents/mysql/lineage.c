// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/lineage.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

void lineage_release(struct lineage *lineage)
{
	free(lineage->ends);
	*lineage = LINEAGE_INIT;
}

static struct lineage_end *lineage_find(const struct lineage *lineage, uint32_t domain,
					uint32_t server)
{
	for (size_t i = 0; i < lineage->count; i++)
		if (lineage->ends[i].domain == domain && lineage->ends[i].server == server)
			return &lineage->ends[i];
	return NULL;
}

int lineage_put(struct lineage *lineage, const struct lineage_end *end)
{
	struct lineage_end *known = lineage_find(lineage, end->domain, end->server), *ends;

	if (known) {
		if (end->sequence > known->sequence)
			known->sequence = end->sequence;
		return 0;
	}
	if (lineage->count == LINEAGE_MAX)
		return -E2BIG;
	ends = reallocarray(lineage->ends, lineage->count + 1, sizeof(*ends));
	if (!ends)
		return -ENOMEM;
	lineage->ends = ends;
	ends[lineage->count++] = *end;
	return 0;
}

/* "DOMAIN-SERVER-SEQUENCE" */
static int lineage_read(char *text, struct lineage_end *end)
{
	long long domain, server, sequence;
	char *rest = text;
	const char *first = strsep(&rest, "-"), *second = strsep(&rest, "-");

	if (!second || !rest || num_parse(first, 0, UINT32_MAX, &domain) ||
	    num_parse(second, 0, UINT32_MAX, &server) ||
	    num_parse(rest, 0, GTID_NUMBER_MAX, &sequence))
		return -EINVAL;
	*end = (struct lineage_end){(uint32_t)domain, (uint32_t)server, (uint64_t)sequence};
	return 0;
}

int lineage_add(struct lineage *lineage, const char *text)
{
	AUTO_LINEAGE struct lineage more = LINEAGE_INIT;
	AUTO_FREE char *copy = strdup(text);
	char *rest = copy, *piece;
	struct lineage_end end;
	int r = copy ? 0 : -ENOMEM;

	if (!r && !*text)
		return 0;
	while (!r && (piece = strsep(&rest, ","))) {
		r = lineage_read(piece + strspn(piece, " \n"), &end);
		if (!r)
			r = lineage_put(&more, &end);
	}
	for (size_t i = 0; !r && i < more.count; i++)
		r = lineage_put(lineage, &more.ends[i]);
	return r;
}

uint64_t lineage_of(const struct lineage *lineage, uint32_t domain, uint32_t server)
{
	const struct lineage_end *end = lineage_find(lineage, domain, server);

	return end ? end->sequence : 0;
}

bool lineage_strays(const struct lineage *mine, const struct lineage *theirs)
{
	for (size_t i = 0; i < mine->count; i++) {
		const struct lineage_end *end = &mine->ends[i];
		const uint64_t known = lineage_of(theirs, end->domain, end->server);

		if (known && known < end->sequence)
			return true;
	}
	return false;
}

int lineage_common(const struct lineage *mine, const struct lineage *theirs,
		   struct gtid_set *ret_common)
{
	AUTO_LINEAGE struct lineage last = LINEAGE_INIT; /* one a domain; server is the one of it */
	AUTO_BUF struct buf text = BUF_INIT;

	for (size_t i = 0; i < mine->count; i++) {
		const struct lineage_end *end = &mine->ends[i];
		const uint64_t known = lineage_of(theirs, end->domain, end->server);
		struct lineage_end both = {end->domain, end->server,
					   known < end->sequence ? known : end->sequence};
		struct lineage_end *best = NULL;

		if (!known)
			return -ENODATA;
		for (size_t k = 0; k < last.count; k++)
			if (last.ends[k].domain == both.domain)
				best = &last.ends[k];
		if (best && best->sequence < both.sequence)
			*best = both;
		else if (!best && lineage_put(&last, &both))
			return -ENOMEM;
	}
	for (size_t i = 0; i < last.count; i++)
		buf_addf(&text, "%s%" PRIu32 "-%" PRIu32 "-%" PRIu64, i ? "," : "",
			 last.ends[i].domain, last.ends[i].server, last.ends[i].sequence);
	return buf_error(&text) ? -ENOMEM : gtid_parse(ret_common, text.data);
}

static int lineage_order(const void *a, const void *b)
{
	const struct lineage_end *one = a, *other = b;

	if (one->domain != other->domain)
		return one->domain < other->domain ? -1 : 1;
	return one->sequence < other->sequence ? -1 : one->sequence > other->sequence;
}

void lineage_print_shared(const struct lineage *mine, const struct lineage *theirs,
			  struct buf *text)
{
	AUTO_LINEAGE struct lineage both = LINEAGE_INIT;

	for (size_t i = 0; i < mine->count; i++) {
		struct lineage_end end = mine->ends[i];
		const uint64_t known = lineage_of(theirs, end.domain, end.server);

		if (known < end.sequence)
			end.sequence = known;
		if (known && lineage_put(&both, &end))
			text->error = -ENOMEM;
	}
	if (both.count)
		qsort(both.ends, both.count, sizeof(*both.ends), lineage_order);
	for (size_t i = 0; i < both.count; i++)
		buf_addf(text, "%s%" PRIu32 "-%" PRIu32 "-%" PRIu64, text->length ? "," : "",
			 both.ends[i].domain, both.ends[i].server, both.ends[i].sequence);
}
