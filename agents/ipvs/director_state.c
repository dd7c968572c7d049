// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/director_parts.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/log.h"

#define DIRECTOR_MANUAL_MAX (1U << 20) /* bytes of the file */

int director_load_manual(struct director *d, struct fault *fault)
{
	AUTO_BUF struct buf text = BUF_INIT;
	int r = file_read(d->options->manual_path, DIRECTOR_MANUAL_MAX, &text);

	if (r == -ENOENT)
		return 0;
	if (!r)
		r = manual_read(text.data, &d->manual);
	if (r == -EINVAL)
		log_line(d->options->log, LOG_WARNING,
			 "%s is damaged: what could be read of it counts", d->options->manual_path);
	else if (r)
		return fault_set(fault, FAULT_GENERIC, r, "cannot read %s: %s",
				 d->options->manual_path, strerror(-r));
	return 0;
}

int director_say_manual(struct director *d, const struct manual *manual, struct fault *fault)
{
	AUTO_BUF struct buf text = BUF_INIT;
	int r = manual_set(&d->manual, manual);

	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "cannot remember it: %s", strerror(-r));
	manual_print(&d->manual, &text);
	r = buf_error(&text);
	if (!r)
		r = file_replace(d->options->manual_path, text.data, text.length);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "cannot write %s: %s",
				 d->options->manual_path, strerror(-r));
	return 0;
}

bool director_knows(const struct director *d, const struct inet *address, uint16_t port)
{
	for (size_t i = 0; d->shift && i < d->shift->plan.server_count; i++) {
		const struct intent_server *server = d->shift->plan.servers[i].server;

		if (server && inet_same(&server->server.address, address) &&
		    (!port || server->server.port == port))
			return true;
	}
	return false;
}
