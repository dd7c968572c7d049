// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/settings.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/file.h"
#include "ipvs/config.h"

static const struct setting {
	const char *name, *path;
	size_t offset;
} settings[] = {
	{"ip_forward", "/proc/sys/net/ipv4/ip_forward", offsetof(struct ipvs_config, ip_forward)},
	{"expire_nodest_conn", "/proc/sys/net/ipv4/vs/expire_nodest_conn",
	 offsetof(struct ipvs_config, expire_nodest_conn)},
	{"expire_quiescent_template", "/proc/sys/net/ipv4/vs/expire_quiescent_template",
	 offsetof(struct ipvs_config, expire_quiescent_template)},
	{"conn_reuse_mode", "/proc/sys/net/ipv4/vs/conn_reuse_mode",
	 offsetof(struct ipvs_config, conn_reuse_mode)},
};

static long setting_wanted(const struct ipvs_config *config, const struct setting *setting)
{
	return *(const long *)((const char *)config + setting->offset);
}

int settings_make(const struct ipvs_config *config, struct fault *fault)
{
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		long wanted = setting_wanted(config, &settings[i]);
		char text[24];
		int r;

		if (wanted == PARAM_UNSET)
			continue;
		(void)snprintf(text, sizeof(text), "%ld", wanted);
		r = file_poke(settings[i].path, text);
		if (r)
			return fault_set(fault, FAULT_GENERIC, r, "%s: cannot write %s: %s",
					 settings[i].name, settings[i].path, strerror(-r));
	}
	return 0;
}

int settings_look(const struct ipvs_config *config, struct fault *fault)
{
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		long wanted = setting_wanted(config, &settings[i]);
		AUTO_BUF struct buf text = BUF_INIT;
		int r;

		if (wanted == PARAM_UNSET)
			continue;
		r = file_read(settings[i].path, 64, &text);
		if (r)
			return fault_set(fault, FAULT_GENERIC, r, "%s: %s: %s", settings[i].name,
					 settings[i].path, strerror(-r));
		if (strtol(text.data, NULL, 10) == wanted)
			continue;
		(void)fault_set(fault, FAULT_GENERIC, -EINVAL, "%s is %.*s and should be %ld",
				settings[i].path, (int)strcspn(text.data, "\n"), text.data, wanted);
		return 1;
	}
	return 0;
}
