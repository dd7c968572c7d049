// SPDX-License-Identifier: BSD-3-Clause
/*
 * What fence agents are told. The first byte of the input chooses:
 *
 *	0	the text on standard input, read as parameters
 *	1	words between line feeds, as arguments
 *	2	the value of plug, under an action that needs it
 *	3	a URI that a BMC names
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/fault.h"
#include "fence_quorate_redfish/request.h"
#include "ocf/agent.h"
#include "ocf/fence_input.h"
#include "ocf/fence_params.h"
#include "ocf/params.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WORDS_MAX 16

static int fuzz_status(struct fence *fence, const char *plug, enum fence_state *ret_state)
{
	if (!*plug || strpbrk(plug, ",") || strspn(plug, " \t"))
		abort();
	*ret_state = FENCE_OFF;
	return 0;
}

static const struct fence_ops fuzz_ops = {.needs_plug = true, .status = fuzz_status};

static const struct param fuzz_params[] = {
	FENCE_PARAMS("50", "5", "5"),
	FENCE_MISSING_AS_OFF,
	{.name = NULL},
};

static const struct agent fuzz_agent = {
	.name = "fence_fuzz",
	.params = fuzz_params,
	.config_size = sizeof(struct fence_config),
	.fence = &fuzz_ops,
};

static void fuzz_params_of(const struct fence_input *input)
{
	struct fault fault = FAULT_INIT;
	void *config = NULL;
	char text[256];

	if (!params_read(&fuzz_agent, fence_input_get, input, &config, &fault))
		params_release(&fuzz_agent, config);
	else if (!*fault.reason)
		abort();
	for (size_t n = 0; params_remark(&fuzz_agent, fence_input_get, input, n, text); n++)
		;
}

static void fuzz_stdin(const char *text, size_t length)
{
	AUTO_FENCE_INPUT struct fence_input input = FENCE_INPUT_INIT;

	(void)fence_input_parse(&input, text, length);
	if (input.used > FENCE_INPUT_MAX)
		abort();
	if (input.pairs)
		fuzz_params_of(&input);
}

static void fuzz_arguments(char *text)
{
	AUTO_FENCE_INPUT struct fence_input input = FENCE_INPUT_INIT;
	char name[] = "fence_fuzz";
	char *argv[WORDS_MAX + 2] = {name};
	struct fault fault = FAULT_INIT;
	int argc = 1;

	while (argc <= WORDS_MAX && *text) {
		argv[argc++] = text;
		text += strcspn(text, "\n");
		if (*text)
			*text++ = '\0';
	}
	if (!fence_input_take(&input, &fuzz_agent, argc, argv, &fault))
		fuzz_params_of(&input);
	else if (!*fault.reason)
		abort();
}

static void fuzz_plug(const char *text)
{
	struct fence_config config = {.plug = text, .plug_separator = ","};
	struct fence fence = {.agent = &fuzz_agent, .action = "monitor", .config = &config};

	fence.deadline = deadline_in(1000);
	(void)fence_run(&fence);
}

static void fuzz_uri(const char *text)
{
	struct bmc bmc = {.base = "https://192.0.2.1:443"};
	char uri[BMC_URI_MAX];

	if (!request_uri(&bmc, text, uri) && (uri[0] != '/' || uri[1] == '/'))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = NULL;

	if (!size)
		return 0;
	text = malloc(size);
	if (!text)
		return 0;
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	switch (data[0]) {
	case 0:
		fuzz_stdin(text, size - 1);
		break;
	case 1:
		fuzz_arguments(text);
		break;
	case 2:
		fuzz_plug(text);
		break;
	case 3:
		fuzz_uri(text);
		break;
	default:
		break;
	}
	return 0;
}
