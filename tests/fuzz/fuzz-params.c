// SPDX-License-Identifier: BSD-3-Clause
/*
 * Parameters of the vip agent, "name=value" in pieces that end with a NUL. A configuration is read
 * whole or not at all, and what is wrong is told in one clean line.
 */

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/fault.h"
#include "base/line.h"
#include "ocf/agent.h"
#include "ocf/exit.h"
#include "ocf/params.h"
#include "vip/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct agent table = {
	.name = "vip",
	.params = vip_params,
	.config_size = sizeof(struct vip_config),
	.check = vip_check,
};

struct pieces {
	const char *text; /* ends with a NUL */
	size_t size;	  /* without that */
};

static const char *pieces_find(const char *name, const void *context)
{
	const struct pieces *pieces = context;
	const char *end = pieces->text + pieces->size;
	size_t length = strlen(name);

	for (const char *piece = pieces->text; piece < end; piece += strlen(piece) + 1)
		if (!strncmp(piece, name, length) && piece[length] == '=')
			return piece + length + 1;
	return NULL;
}

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void demand_clean(const char *text, size_t length)
{
	char once[FAULT_REASON_MAX], twice[FAULT_REASON_MAX];

	demand(length < sizeof(once));
	memcpy(once, text, length);
	once[length] = '\0';
	memcpy(twice, once, length + 1);
	line_clean(twice);
	demand(!strncmp(twice, once, strlen(twice)) &&
	       strspn(once + strlen(twice), " ") == strlen(once) - strlen(twice));
}

static void use(const struct vip_config *config)
{
	char text[INET_TEXT_MAX], name[128];
	struct inet again;

	demand(config->ip.count > 0);
	for (size_t i = 0; i < config->ip.count; i++) {
		const struct inet *address = &config->ip.items[i];
		int bits = vip_prefix(config, address);

		demand(bits == INET_NO_PREFIX || (bits >= 0 && bits <= inet_bits(address->family)));
		demand(!inet_parse(inet_text(address, text), &again));
		demand(inet_same(address, &again) && again.prefix == address->prefix);
	}
	demand(!config->nic == !vip_nic(config, name));
	demand(!vip_label(config) || *vip_label(config));
	demand(vip_proto(config) >= -1 && vip_proto(config) <= 255);
	(void)vip_preferred_lft(config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *copy = malloc(size + 1);
	struct pieces pieces = {copy, size};
	struct fault fault = FAULT_INIT;
	void *config = NULL;
	char remark[256];
	int r;

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	copy[size] = '\0';
	for (size_t n = 0; params_remark(&table, pieces_find, &pieces, n, remark); n++)
		demand(*remark);
	r = params_read(&table, pieces_find, &pieces, &config, &fault);
	demand(r == 0 || r == -EINVAL);
	if (r) {
		demand(!config && fault.kind == FAULT_CONFIGURED && *fault.reason);
		demand_clean(fault.reason, strlen(fault.reason));
		demand_clean(fault.reason, line_cut(fault.reason, OCF_REASON_MAX));
		return 0;
	}
	demand(fault.kind == FAULT_NONE);
	use(config);
	params_release(&table, config);
	return 0;
}
