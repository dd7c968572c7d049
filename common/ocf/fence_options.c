// SPDX-License-Identifier: BSD-3-Clause
/*
 * The arguments of a fence agent, which people use: getopt_long(3) over the table's rows.
 */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "ocf/agent.h"
#include "ocf/fence_input.h"

#define OPTIONS_MAX 64
#define OPTION_NAME_MAX 48
#define OPTION_LONG 256 /* getopt's value of the first row; letters are below */

struct options {
	const struct param *params[OPTIONS_MAX];
	char names[OPTIONS_MAX][OPTION_NAME_MAX];
	struct option longs[OPTIONS_MAX + 1];
	char letters[2 * OPTIONS_MAX + 2];
	int count;
};

static const struct param options_extra[] = {
	{.name = "help", .type = PARAM_BOOLEAN, .letter = 'h'},
	{.name = "version", .type = PARAM_BOOLEAN, .letter = 'V'},
	{.name = NULL},
};

static void options_add(struct options *options, const struct param *param)
{
	const bool flag = param->type == PARAM_BOOLEAN;
	size_t used = strlen(options->letters);
	char *name;

	if (options->count >= OPTIONS_MAX || strchr(param->name, '-'))
		return;
	name = options->names[options->count];
	(void)snprintf(name, OPTION_NAME_MAX, "%s", param->name);
	for (char *c = name; *c; c++)
		*c = *c == '_' ? '-' : *c;
	options->params[options->count] = param;
	options->longs[options->count] = (struct option){
		.name = name,
		.has_arg = flag ? no_argument : required_argument,
		.val = OPTION_LONG + options->count,
	};
	options->count++;
	if (param->letter)
		(void)snprintf(options->letters + used, sizeof(options->letters) - used, "%c%s",
			       param->letter, flag ? "" : ":");
}

static const struct param *options_find(const struct options *options, int value)
{
	if (value >= OPTION_LONG)
		return options->params[value - OPTION_LONG];
	for (int i = 0; i < options->count; i++)
		if (options->params[i]->letter == value)
			return options->params[i];
	return NULL;
}

static int options_refuse(char **argv, int value, struct fault *fault)
{
	const char *word = argv[optind - 1];

	/* After an equals sign or a short option there might be a secret. */
	if (optopt && optopt < OPTION_LONG)
		return fault_set(fault, FAULT_ARGS, -EINVAL,
				 value == ':' ? "-%c needs a value: see --help" :
						"there is no option -%c: see --help",
				 optopt);
	return fault_set(fault, FAULT_ARGS, -EINVAL,
			 value == ':' ? "%.*s needs a value: see --help" :
					"there is no option %.*s: see --help",
			 (int)strcspn(word, "="), word);
}

static int options_put(struct fence_input *input, const struct param *param, char *value,
		       struct fault *fault)
{
	const char *text = param->type == PARAM_BOOLEAN ? "1" : value;
	int r = fence_input_add(input, param->name, text, strlen(text));

	if (param->secret && value)
		explicit_bzero(value, strlen(value));
	return r ? fault_set(fault, FAULT_ARGS, r, "the arguments are too long") : 0;
}

int fence_input_take(struct fence_input *input, const struct agent *agent, int argc, char **argv,
		     struct fault *fault)
{
	struct options options = {.letters = ":"};
	int value, r = 0;

	for (const struct param *p = agent->params; p->name; p++)
		options_add(&options, p);
	for (const struct param *p = options_extra; p->name; p++)
		options_add(&options, p);
	optind = 0;
	while (!r && (value = getopt_long(argc, argv, options.letters, options.longs, NULL)) >= 0) {
		const struct param *param =
			value == ':' || value == '?' ? NULL : options_find(&options, value);

		r = param ? options_put(input, param, optarg, fault) :
			    options_refuse(argv, value, fault);
	}
	if (!r && optind < argc)
		r = fault_set(fault, FAULT_ARGS, -EINVAL,
			      "arguments begin with a dash: see --help");
	return r;
}
