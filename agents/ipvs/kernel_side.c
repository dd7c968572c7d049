// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/kernel_side.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/file.h"
#include "ipvs/config.h"
#include "ipvs/intent.h"
#include "ipvs/source.h"
#include "net/ipvs_text.h"
#include "ocf/call.h"

int kernel_side_open(struct kernel_side *side, struct call *call)
{
	*side = KERNEL_SIDE_INIT;
	return ipvs_open(&side->ipvs, &call->deadline, &call->fault);
}

void kernel_side_close(struct kernel_side *side)
{
	ipvs_close(&side->ipvs);
	ipvs_table_release(&side->owned);
}

int kernel_side_own(struct kernel_side *side, struct call *call, const struct ipvs_config *config,
		    const char *path)
{
	AUTO_INTENT struct intent intent = INTENT_INIT;
	AUTO_BUF struct buf text = BUF_INIT;
	struct fault fault = FAULT_INIT;

	ipvs_table_release(&side->owned);
	/* Both are hints: a damaged record or a configuration that is wrong by now hides nothing. */
	if (!file_read(path, 1U << 20, &text) && ipvs_parse(text.data, &side->owned))
		log_line(&call->log, LOG_WARNING, "%s is damaged", path);
	if (source_read(config, &intent, &fault))
		log_line(&call->log, LOG_DEBUG, "%s", fault.reason);
	for (size_t i = 0; i < intent.service_count; i++) {
		const struct ipvs_service *service = &intent.services[i].service;

		if (!ipvs_table_find(&side->owned, &service->key) &&
		    !ipvs_table_add(&side->owned, service))
			return fault_set(&call->fault, FAULT_GENERIC, -ENOMEM, "%s",
					 strerror(ENOMEM));
	}
	return 0;
}

int kernel_side_count(struct kernel_side *side, struct call *call, size_t *ret_count)
{
	AUTO_IPVS_TABLE struct ipvs_table have = IPVS_TABLE_INIT;
	int r = ipvs_dump(&side->ipvs, &call->fault, &have);

	*ret_count = 0;
	for (size_t i = 0; i < have.count; i++)
		*ret_count += ipvs_table_find(&side->owned, &have.services[i].key) != NULL;
	return r;
}

int kernel_side_remove(struct kernel_side *side, struct call *call)
{
	AUTO_IPVS_CHANGES struct ipvs_changes changes = IPVS_CHANGES_INIT;
	AUTO_IPVS_TABLE struct ipvs_table have = IPVS_TABLE_INIT;
	const struct ipvs_table none = IPVS_TABLE_INIT;
	int r = ipvs_dump(&side->ipvs, &call->fault, &have);

	if (!r)
		r = ipvs_difference(&have, &none, &side->owned, &changes);
	return r ? r : ipvs_apply(&side->ipvs, &changes, &call->fault);
}

int kernel_side_compare(struct kernel_side *side, struct call *call, const char *want,
			size_t *ret_count, char text[IPVS_CHANGE_TEXT_MAX])
{
	AUTO_IPVS_CHANGES struct ipvs_changes changes = IPVS_CHANGES_INIT;
	AUTO_IPVS_TABLE struct ipvs_table have = IPVS_TABLE_INIT, wanted = IPVS_TABLE_INIT;
	int r = ipvs_parse(want, &wanted);

	text[0] = '\0';
	if (r)
		return fault_set(&call->fault, FAULT_GENERIC, r,
				 "the daemon's answer is not understood");
	r = ipvs_dump(&side->ipvs, &call->fault, &have);
	if (!r)
		r = ipvs_difference(&have, &wanted, &side->owned, &changes);
	*ret_count = changes.count;
	if (!r && changes.count)
		(void)ipvs_change_text(&changes.items[0], text);
	return r;
}

int kernel_side_timeouts(struct kernel_side *side, struct call *call,
			 const struct ipvs_config *config)
{
	AUTO_INTENT struct intent intent = INTENT_INIT;
	struct ipvs_timeouts timeouts;
	int r = source_read(config, &intent, &call->fault);

	if (r)
		return r;
	timeouts = (struct ipvs_timeouts){
		.tcp = (uint32_t)intent.timeout_tcp,
		.fin = (uint32_t)intent.timeout_fin,
		.udp = (uint32_t)intent.timeout_udp,
	};
	if (!timeouts.tcp && !timeouts.fin && !timeouts.udp)
		return 0;
	return ipvs_set_timeouts(&side->ipvs, &timeouts, &call->fault);
}
