// SPDX-License-Identifier: BSD-3-Clause
/*
 * What comes from another node and from the processes that carry a full copy: heads of pieces, what
 * is asked for, and how far it is.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/deadline.h"
#include "mysql/porter.h"
#include "mysql/progress.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void try_line(const char *text)
{
	AUTO_BUF struct buf said = BUF_INIT;
	struct progress progress;
	struct porter_line line;

	if (porter_read(text, &line))
		return;
	demand(strlen(line.peer) < sizeof(line.peer) && strlen(line.phase) < sizeof(line.phase));
	progress = progress_begin(PROGRESS_BYTES, line.total);
	progress.done = line.done;
	progress_print(&progress, deadline_now(), &said);
	demand(!buf_error(&said) && said.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = strndup((const char *)data, size);
	enum tunnel_kind kind;
	struct porter_wish wish;
	size_t length;

	if (size >= TUNNEL_HEAD && !tunnel_read_head(data, &kind, &length))
		demand(length <= TUNNEL_PIECE_MAX && kind);
	if (!text)
		return 0;
	try_line(text);
	if (!porter_read_wish(text, &wish))
		demand(*wish.resource && *wish.node && !strpbrk(wish.node, " \n"));
	return 0;
}
