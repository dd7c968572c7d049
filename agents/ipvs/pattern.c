// SPDX-License-Identifier: BSD-3-Clause

#define PCRE2_CODE_UNIT_WIDTH 8

#include "ipvs/pattern.h"

#include <errno.h>
#include <pcre2.h>

#include "base/fault.h"
#include "base/library.h"

#define PATTERN_SONAME "libpcre2-8.so.0"
#define PATTERN_STEPS 100000 /* about ten milliseconds */
#define PATTERN_HEAP_KIB 512

struct pattern {
	struct {
		__typeof__(pcre2_compile_8) *compile;
		__typeof__(pcre2_code_free_8) *free;
		__typeof__(pcre2_get_error_message_8) *message;
		__typeof__(pcre2_match_data_create_8) *data_create;
		__typeof__(pcre2_match_data_free_8) *data_free;
		__typeof__(pcre2_match_context_create_8) *context_create;
		__typeof__(pcre2_match_context_free_8) *context_free;
		__typeof__(pcre2_set_match_limit_8) *set_steps;
		__typeof__(pcre2_set_heap_limit_8) *set_heap;
		__typeof__(pcre2_match_8) *match;
	} pcre;
	pcre2_code_8 *code;
	pcre2_match_data_8 *data;
	pcre2_match_context_8 *context;
};

static int pattern_load(struct pattern *pattern, struct fault *fault)
{
	const struct library_symbol symbols[] = {
		{"pcre2_compile_8", (void **)&pattern->pcre.compile},
		{"pcre2_code_free_8", (void **)&pattern->pcre.free},
		{"pcre2_get_error_message_8", (void **)&pattern->pcre.message},
		{"pcre2_match_data_create_8", (void **)&pattern->pcre.data_create},
		{"pcre2_match_data_free_8", (void **)&pattern->pcre.data_free},
		{"pcre2_match_context_create_8", (void **)&pattern->pcre.context_create},
		{"pcre2_match_context_free_8", (void **)&pattern->pcre.context_free},
		{"pcre2_set_match_limit_8", (void **)&pattern->pcre.set_steps},
		{"pcre2_set_heap_limit_8", (void **)&pattern->pcre.set_heap},
		{"pcre2_match_8", (void **)&pattern->pcre.match},
	};

	return library_load(PATTERN_SONAME, symbols, ARRAY_SIZE(symbols), fault);
}

int pattern_compile(const char *text, struct fault *fault, struct pattern **ret_pattern)
{
	AUTO_PATTERN struct pattern *pattern = calloc(1, sizeof(*pattern));
	PCRE2_UCHAR8 words[120];
	PCRE2_SIZE at;
	int error, r;

	if (!pattern)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	r = pattern_load(pattern, fault);
	if (r)
		return r;
	pattern->code = pattern->pcre.compile((PCRE2_SPTR8)text, PCRE2_ZERO_TERMINATED, 0, &error,
					      &at, NULL);
	if (!pattern->code) {
		(void)pattern->pcre.message(error, words, sizeof(words));
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "\"%.60s\" is no regular expression: %s at character %zu", text,
				 (const char *)words, (size_t)at + 1);
	}
	pattern->data = pattern->pcre.data_create(1, NULL);
	pattern->context = pattern->pcre.context_create(NULL);
	if (!pattern->data || !pattern->context)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	(void)pattern->pcre.set_steps(pattern->context, PATTERN_STEPS);
	(void)pattern->pcre.set_heap(pattern->context, PATTERN_HEAP_KIB);
	*ret_pattern = TAKE(pattern);
	return 0;
}

void pattern_release(struct pattern **pattern)
{
	struct pattern *p = *pattern;

	if (p && p->code)
		p->pcre.free(p->code);
	if (p && p->data)
		p->pcre.data_free(p->data);
	if (p && p->context)
		p->pcre.context_free(p->context);
	free(p);
	*pattern = NULL;
}

int pattern_match(const struct pattern *pattern, const char *bytes, size_t length)
{
	int r = pattern->pcre.match(pattern->code, (PCRE2_SPTR8)bytes, length, 0, 0, pattern->data,
				    pattern->context);

	if (r >= 0)
		return PATTERN_MATCHES;
	if (r == PCRE2_ERROR_NOMATCH)
		return PATTERN_DIFFERS;
	return r == PCRE2_ERROR_NOMEMORY ? -ENOMEM : -E2BIG;
}
