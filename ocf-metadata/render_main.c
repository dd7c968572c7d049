// SPDX-License-Identifier: BSD-3-Clause
/*
 * Prints the metadata or the manual page of the agent whose table it is linked with.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "manual.h"
#include "metadata.h"
#include "ocf/agent.h"
#include "table.h"

#define RENDER_USAGE 2

static int render(const char *what, struct buf *text, struct fault *fault)
{
	int r = table_check(&agent, fault);

	if (r)
		return r;
	if (!strcmp(what, "xml"))
		return metadata_render(&agent, text, fault);
	return manual_render(&agent, text);
}

int main(int argc, char **argv)
{
	AUTO_BUF struct buf text = BUF_INIT;
	struct fault fault = FAULT_INIT;
	int r;

	if (argc != 2 || (strcmp(argv[1], "xml") != 0 && strcmp(argv[1], "man") != 0)) {
		(void)fprintf(stderr, "usage: %s xml|man\n", argv[0]);
		return RENDER_USAGE;
	}
	r = render(argv[1], &text, &fault);
	if (r) {
		(void)fprintf(stderr, "%s: %s\n", agent.name ? agent.name : "agent",
			      fault.kind == FAULT_NONE ? strerror(-r) : fault.reason);
		return 1;
	}
	if (fwrite(text.data, 1, text.length, stdout) != text.length || fflush(stdout) == EOF) {
		(void)fprintf(stderr, "%s: %s\n", agent.name, strerror(errno));
		return 1;
	}
	return 0;
}
