// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/spare.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/attr.h"
#include "daemon/child.h"
#include "daemon/loop.h"
#include "rsync/argv.h"
#include "rsync/upstream.h"

#define SPARE_RENEW_MS (UPSTREAM_SILENT_S * 750LL)

struct spare {
	struct loop *loop;
	struct argv argv, environment;
	struct child *child; /* NULL: none waits */
	bool leaving;	     /* it was given an empty list, and the next one follows it */
	struct loop_timer renew;
};

static void spare_begin(struct spare *spare);

static void spare_ended(int status, bool late, void *data)
{
	struct spare *spare = data;

	spare->child = NULL;
	if (spare->leaving)
		spare_begin(spare);
	else
		spare_drop(spare);
}

static void spare_begin(struct spare *spare)
{
	static const struct child_ops ops = {.done = spare_ended};
	const struct child_plan plan = {.argv = (const char *const *)spare->argv.items,
					.environment =
						(const char *const *)spare->environment.items,
					.later = true,
					.ops = &ops,
					.data = spare};

	spare->leaving = false;
	if (!child_start(spare->loop, &plan, &spare->child, NULL))
		(void)loop_timer_set(&spare->renew, SPARE_RENEW_MS);
}

/* In good order: one that is killed is an error in the source's log. */
static void spare_renew(void *data)
{
	struct spare *spare = data;

	spare->leaving = true;
	if (child_give(spare->child, "", 0))
		spare_drop(spare);
}

int spare_open(struct loop *loop, struct spare **ret_spare)
{
	struct spare *spare = calloc(1, sizeof(*spare));

	if (!spare)
		return -ENOMEM;
	*spare = (struct spare){.loop = loop, .argv = ARGV_INIT, .environment = ARGV_INIT};
	loop_timer_init(&spare->renew, loop, spare_renew, spare);
	*ret_spare = spare;
	return 0;
}

void spare_close(struct spare **spare)
{
	struct spare *given = TAKE(*spare);

	if (!given)
		return;
	spare_drop(given);
	free(given);
}

static bool spare_fits(const struct spare *spare, const struct argv *argv,
		       const struct argv *environment)
{
	return spare->child && !spare->leaving && argv_same(&spare->argv, argv) &&
	       argv_same(&spare->environment, environment);
}

void spare_prepare(struct spare *spare, struct argv *argv, struct argv *environment)
{
	if (spare_fits(spare, argv, environment))
		return;
	spare_drop(spare);
	argv_move(&spare->argv, argv);
	argv_move(&spare->environment, environment);
	spare_begin(spare);
}

struct child *spare_take(struct spare *spare, const struct argv *argv,
			 const struct argv *environment)
{
	struct child *child = spare_fits(spare, argv, environment) ? TAKE(spare->child) : NULL;

	spare_drop(spare);
	return child;
}

void spare_drop(struct spare *spare)
{
	loop_timer_clear(&spare->renew);
	child_kill(&spare->child);
	spare->leaving = false;
	argv_release(&spare->argv);
	argv_release(&spare->environment);
}
