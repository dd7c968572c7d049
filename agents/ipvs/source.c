// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/source.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/file.h"
#include "ipvs/config.h"
#include "ipvs/keepalived.h"
#include "ipvs/ldirectord.h"
#include "ipvs/memory.h"
#include "ipvs/reading.h"
#include "ipvs/realservers.h"

/* keepalived's blocks begin with a brace, which no line of ldirectord has but in a quotation. */
static bool source_has_blocks(const char *text)
{
	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		size_t length = strcspn(text, "#!\n");

		if (!strncmp(text, "include ", 8))
			return true;
		while (length && strchr(" \t\r", text[length - 1]))
			length--;
		if (length && text[length - 1] == '{')
			return true;
	}
	return false;
}

int source_parse(const char *name, const char *text, struct intent *ret_intent, struct fault *fault)
{
	struct reading reading = {.intent = ret_intent, .fault = fault};
	int r;

	*ret_intent = INTENT_INIT;
	reading.file = memory_text(ret_intent, name, strlen(name));
	if (!reading.file)
		return -ENOMEM;
	r = source_has_blocks(text) ? keepalived_read(&reading, text) :
				      ldirectord_read(&reading, text);
	if (!r)
		r = reading_finish(&reading);
	if (!r && !ret_intent->service_count)
		r = fault_set(fault, FAULT_ARGS, -EINVAL, "%s: there is no virtual service in it",
			      name);
	return r;
}

int source_read(const struct ipvs_config *config, struct intent *ret_intent, struct fault *fault)
{
	AUTO_BUF struct buf text = BUF_INIT;
	int r;

	*ret_intent = INTENT_INIT;
	if (!config->file) {
		struct reading reading = {.intent = ret_intent, .fault = fault};

		r = realservers_read(&reading, config);
		return r ? r : reading_finish(&reading);
	}
	r = file_read(config->file, SOURCE_FILE_MAX, &text);
	if (r)
		return fault_set(fault, FAULT_ARGS, r, "config: %s: %s", config->file,
				 strerror(-r));
	if (strlen(text.data) != text.length)
		return fault_set(fault, FAULT_ARGS, -EINVAL, "config: %s is no text file",
				 config->file);
	r = source_parse(config->file, text.data, ret_intent, fault);
	if (r)
		fault_prefix(fault, "config: ");
	ret_intent->autoreload |= config->autoreload;
	return r;
}
