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

/* "10.0.0.1=web1, 10.0.0.2=web2" */
static int source_nodes(const struct reading *at, const char *text)
{
	while (text && *text) {
		const size_t length = strcspn(text, ", \n");
		const char *equals = memchr(text, '=', length);
		struct intent *intent = at->intent;
		const char *address, *name;

		if (length && !equals)
			return reading_fault(at, "'%.*s' must be ADDRESS=NODE",
					     length < 60 ? (int)length : 60, text);
		if (length) {
			address = memory_text(intent, text, (size_t)(equals - text));
			name = memory_text(intent, equals + 1,
					   length - (size_t)(equals + 1 - text));
			if (!address || !name ||
			    memory_grow(intent, &intent->nodes, intent->node_count,
					sizeof(*intent->nodes)))
				return -ENOMEM;
			if (reading_address(at, address,
					    &intent->nodes[intent->node_count].address))
				return -EINVAL;
			intent->nodes[intent->node_count++].name = name;
		}
		text += length + (text[length] != '\0');
	}
	return 0;
}

/* What the parameters say beside either kind of configuration. */
static int source_beside(const struct ipvs_config *config, struct reading *at)
{
	struct intent *intent = at->intent;
	int r;

	intent->strays = !config->membership;
	intent->stays = config->no_quorum != 0;
	intent->drain_limit = config->drain_limit / 1000;
	for (size_t i = 0; i < intent->service_count; i++)
		intent->services[i].omega |= config->omega;
	at->file = NULL;
	at->where = "nodes";
	r = source_nodes(at, config->nodes);
	at->where = "notify";
	if (!r && config->notify)
		r = reading_command(at, config->notify, &intent->notify);
	return r;
}

static int source_read_file(const struct ipvs_config *config, struct intent *ret_intent,
			    struct fault *fault)
{
	AUTO_BUF struct buf text = BUF_INIT;
	int r = file_read(config->file, SOURCE_FILE_MAX, &text);

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

int source_read(const struct ipvs_config *config, struct intent *ret_intent, struct fault *fault)
{
	struct reading reading = {.intent = ret_intent, .fault = fault};
	int r;

	*ret_intent = INTENT_INIT;
	if (config->file) {
		r = source_read_file(config, ret_intent, fault);
	} else {
		r = realservers_read(&reading, config);
		if (!r)
			r = reading_finish(&reading);
	}
	return r ? r : source_beside(config, &reading);
}
