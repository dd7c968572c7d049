// SPDX-License-Identifier: BSD-3-Clause

#include "vip-given.h"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/fault.h"
#include "ocf/agent.h"
#include "ocf/params.h"

static const struct agent vip_table = {
	.name = "vip",
	.params = vip_params,
	.config_size = sizeof(struct vip_config),
	.check = vip_check,
};

struct vip_config *vip_given(const char *const *values)
{
	struct fault fault = FAULT_INIT;
	void *config = NULL;

	(void)params_read(&vip_table, values_source, values, &config, &fault);
	assert_string_equal(fault.reason, "");
	assert_non_null(config);
	return config;
}

void vip_given_release(struct vip_config **config)
{
	params_release(&vip_table, *config);
	*config = NULL;
}

struct addr vip_addr(int index, const char *text, const char *label)
{
	struct addr addr = ADDR_INIT;

	addr.index = index;
	assert_int_equal(inet_parse(text, &addr.inet), 0);
	(void)snprintf(addr.label, sizeof(addr.label), "%s", label);
	addr.flags = IFA_F_PERMANENT;
	return addr;
}

struct link vip_link(int index, const char *name)
{
	struct link link = {.index = index,
			    .flags = IFF_UP | IFF_RUNNING | IFF_LOWER_UP,
			    .operstate = IF_OPER_UP};

	(void)snprintf(link.name, sizeof(link.name), "%s", name);
	if (index == 1)
		link.flags |= IFF_LOOPBACK;
	return link;
}
