// SPDX-License-Identifier: BSD-3-Clause
/*
 * Two positions of one flavour, parted by a line feed: what was understood is printed so that it is
 * understood again, and the order is an order. As lineages, what both share is a part of both.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mysql/gtid.h"
#include "mysql/lineage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void demand_same_again(const struct gtid_set *set)
{
	AUTO_GTID struct gtid_set again = GTID_SET_INIT(set->flavour);
	AUTO_BUF struct buf text = BUF_INIT;

	gtid_print(set, &text);
	demand(!gtid_parse(&again, text.data));
	demand(gtid_compare(set, &again) == GTID_EQUAL);
}

static void demand_order(struct gtid_set *a, const struct gtid_set *b)
{
	static const enum gtid_order mirrored[] = {GTID_EQUAL, GTID_MORE, GTID_LESS, GTID_DIVERGED};
	AUTO_GTID struct gtid_set errant = GTID_SET_INIT(a->flavour);

	demand(gtid_compare(b, a) == mirrored[gtid_compare(a, b)]);
	demand(!gtid_errant(a, b, &errant));
	demand(!errant.count == gtid_covers(b, a));
	demand(gtid_size(&errant) <= gtid_size(a));
	if (gtid_unite(a, b))
		return;
	demand(gtid_covers(a, b));
	demand_same_again(a);
}

static void demand_lineages(const char *first, const char *second)
{
	AUTO_LINEAGE struct lineage mine = LINEAGE_INIT, theirs = LINEAGE_INIT,
				    shared = LINEAGE_INIT;
	AUTO_GTID struct gtid_set common = GTID_SET_INIT(GTID_MARIADB);
	AUTO_BUF struct buf text = BUF_INIT;

	if (lineage_add(&mine, first) || lineage_add(&theirs, second))
		return;
	lineage_print_shared(&mine, &theirs, &text);
	demand(!lineage_add(&shared, text.data ? text.data : ""));
	demand(!lineage_strays(&shared, &theirs) && !lineage_strays(&shared, &mine));
	if (!lineage_common(&mine, &theirs, &common) && !lineage_strays(&mine, &theirs))
		demand(shared.count == mine.count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const enum gtid_flavour flavour = size && data[0] == 'm' ? GTID_MYSQL : GTID_MARIADB;
	AUTO_GTID struct gtid_set a = GTID_SET_INIT(flavour), b = GTID_SET_INIT(flavour);
	AUTO_FREE char *text = size ? strndup((const char *)data + 1, size - 1) : NULL;
	char *second = text ? strchr(text, '\n') : NULL;

	if (!text)
		return 0;
	if (second)
		*second++ = '\0';
	demand_lineages(text, second ? second : "");
	if (gtid_parse(&a, text))
		demand(!a.count);
	if (gtid_parse(&b, second ? second : ""))
		demand(!b.count);
	demand_same_again(&a);
	demand_order(&a, &b);
	return 0;
}
