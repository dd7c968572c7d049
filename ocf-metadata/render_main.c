// SPDX-License-Identifier: BSD-3-Clause
/*
 * Prints the metadata or the manual page of the agent whose table it is linked with.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "fence_manual.h"
#include "fence_metadata.h"
#include "manual.h"
#include "metadata.h"
#include "ocf/agent.h"
#include "table.h"

#define RENDER_USAGE 2

/* The table of that name: a fence agent may have several. */
static const struct agent *render_find(const char *name)
{
	if (!name || !strcmp(agent.name, name))
		return &agent;
	for (const struct agent *const *a = agent.others; a && *a; a++)
		if (!strcmp((*a)->name, name))
			return *a;
	return NULL;
}

static int render(const struct agent *which, const char *what, struct buf *text,
		  struct fault *fault)
{
	int r = table_check(which, fault);

	if (r)
		return r;
	if (!strcmp(what, "xml"))
		return which->fence ? fence_metadata_render(which, text, fault) :
				      metadata_render(which, text, fault);
	return which->fence ? fence_manual_render(which, text) : manual_render(which, text);
}

int main(int argc, char **argv)
{
	AUTO_BUF struct buf text = BUF_INIT;
	struct fault fault = FAULT_INIT;
	const struct agent *which = render_find(argc > 2 ? argv[2] : NULL);
	int r;

	if (argc < 2 || argc > 3 || !which ||
	    (strcmp(argv[1], "xml") != 0 && strcmp(argv[1], "man") != 0)) {
		(void)fprintf(stderr, "usage: %s xml|man [NAME]\n", argv[0]);
		return RENDER_USAGE;
	}
	r = render(which, argv[1], &text, &fault);
	if (r) {
		(void)fprintf(stderr, "%s: %s\n", which->name ? which->name : "agent",
			      fault.kind == FAULT_NONE ? strerror(-r) : fault.reason);
		return 1;
	}
	if (fwrite(text.data, 1, text.length, stdout) != text.length || fflush(stdout) == EOF) {
		(void)fprintf(stderr, "%s: %s\n", which->name, strerror(errno));
		return 1;
	}
	return 0;
}
