// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/file.h"
#include "rsync/argv.h"
#include "rsync/config.h"

#define FILTER_FILE_MAX (1U << 20)

/* The set "[a-z]" or "[!a-z]" that pattern begins with; *ret_next is behind it. */
static bool filter_set(const char *pattern, char c, const char **ret_next)
{
	const char *p = pattern + 1;
	const bool negated = *p == '!' || *p == '^';
	bool found = false, first = true;

	p += negated;
	for (; *p && (*p != ']' || first); p++, first = false) {
		unsigned char low, high;

		if (*p == '\\' && p[1])
			p++;
		low = high = (unsigned char)*p;
		if (p[1] == '-' && p[2] && p[2] != ']') {
			p += 2;
			if (*p == '\\' && p[1])
				p++;
			high = (unsigned char)*p;
		}
		found = found || ((unsigned char)c >= low && (unsigned char)c <= high);
	}
	if (!*p) /* no set at all: matches nothing */
		return false;
	*ret_next = p + 1;
	return found != negated && c != '/';
}

/* One character of the pattern, which is no star; *pattern moves behind it, or who knows where. */
static bool filter_one(const char **pattern, char c)
{
	const char *p = *pattern;

	switch (*p) {
	case '?':
		*pattern = p + 1;
		return c != '/';
	case '[':
		return filter_set(p, c, pattern);
	case '\\':
		p += p[1] != '\0';
		break;
	default:
		break;
	}
	*pattern = p + 1;
	return *p == c;
}

/* Only the last star of each kind need ever be tried again, which keeps this from exploding. */
static bool filter_glob(const char *pattern, const char *text)
{
	const char *star = NULL, *star_text = NULL, *far = NULL, *far_text = NULL;

	for (;;) {
		if (*pattern == '*' && pattern[1] == '*') {
			far = pattern += 2;
			far_text = text;
			star = NULL;
		} else if (*pattern == '*') {
			star = ++pattern;
			star_text = text;
		} else if (!*pattern && !*text) {
			return true;
		} else if (*pattern && *text && filter_one(&pattern, *text)) {
			text++;
		} else if (star && *star_text && *star_text != '/') {
			text = ++star_text;
			pattern = star;
		} else if (far && *far_text) {
			text = ++far_text;
			pattern = far;
			star = NULL;
		} else {
			return false;
		}
	}
}

static bool filter_pattern_matches(const char *pattern, const char *path)
{
	const char *at = path;

	if (*pattern == '/')
		return filter_glob(pattern + 1, path);
	if (!strchr(pattern, '/') && !strstr(pattern, "**")) {
		at = strrchr(path, '/');
		return filter_glob(pattern, at ? at + 1 : path);
	}
	/* At the end of the path: from its beginning, or behind any of its slashes. */
	for (;;) {
		if (filter_glob(pattern, at))
			return true;
		at = strchr(at, '/');
		if (!at)
			return false;
		at++;
	}
}

bool filter_matches(const char *pattern, const char *path)
{
	AUTO_FREE char *part = strdup(path);
	size_t length = strlen(pattern);

	if (length < 2 || pattern[length - 1] != '/')
		return filter_pattern_matches(pattern, path);
	AUTO_FREE char *directory = strndup(pattern, length - 1);
	for (char *p = part && directory ? strchr(part, '/') : NULL; p; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (filter_pattern_matches(directory, part))
			return true;
		*p = '/';
	}
	return false;
}

static bool filter_rule_matches(const struct filter_rule *rule, const char *path, bool directory)
{
	return (!rule->directory || directory) && filter_pattern_matches(rule->pattern, path);
}

bool filter_excludes(const struct filter *filter, const char *path, bool directory)
{
	for (size_t i = 0; i < filter->count; i++)
		if (filter_rule_matches(&filter->rules[i], path, directory))
			return !filter->rules[i].include;
	return false;
}

bool filter_hides(const struct filter *filter, const char *path, bool directory)
{
	AUTO_FREE char *part = strdup(path);

	for (char *p = part ? strchr(part, '/') : NULL; p; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (filter_excludes(filter, part, true))
			return true;
		*p = '/';
	}
	return filter_excludes(filter, path, directory);
}

static int filter_add(struct filter *filter, bool include, const char *text, size_t length,
		      struct fault *fault)
{
	AUTO_FREE char *pattern = strndup(text, length);
	struct filter_rule *rules;
	bool directory = false;

	if (!pattern)
		return -ENOMEM;
	if (length > 1 && pattern[length - 1] == '/') {
		pattern[length - 1] = '\0';
		directory = true;
	}
	if (strstr(pattern, "***"))
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "exclude: '%s': \"***\" is not understood; write the directory",
				 text);
	rules = reallocarray(filter->rules, filter->count + 1, sizeof(*rules));
	if (!rules)
		return -ENOMEM;
	filter->rules = rules;
	rules[filter->count++] = (struct filter_rule){
		.pattern = TAKE(pattern), .include = include, .directory = directory};
	return 0;
}

static int filter_words(struct filter *filter, const char *text, struct fault *fault)
{
	static const char blanks[] = " \t\r\n";
	int r = 0;

	for (text += strspn(text, blanks); !r && *text; text += strspn(text, blanks)) {
		size_t length = strcspn(text, blanks);

		r = filter_add(filter, false, text, length, fault);
		text += length;
	}
	return r;
}

static int filter_lines(struct filter *filter, const char *path, const char *text,
			struct fault *fault)
{
	int r = 0;

	for (unsigned line = 1; !r && *text; line++) {
		size_t length = strcspn(text, "\n");

		if ((*text == '+' || *text == '-') && text[1] == ' ' && length > 2)
			r = filter_add(filter, *text == '+', text + 2, length - 2, fault);
		else if (length && *text != '#')
			r = fault_set(fault, FAULT_ARGS, -EINVAL,
				      "filter_file: %s, line %u is neither \"- PATTERN\" nor \"+ "
				      "PATTERN\"",
				      path, line);
		text += length + (text[length] == '\n');
	}
	return r;
}

int filter_read(const struct rsync_config *config, struct filter *ret_filter, struct fault *fault)
{
	AUTO_FILTER struct filter filter = FILTER_INIT;
	AUTO_BUF struct buf text = BUF_INIT;
	int r = filter_add(&filter, false, "/" CONFIG_OWN_DIRECTORY,
			   strlen("/" CONFIG_OWN_DIRECTORY), fault);

	if (!r && config->filter_file) {
		r = file_read(config->filter_file, FILTER_FILE_MAX, &text);
		if (r)
			return fault_set(fault, FAULT_ARGS, r, "filter_file: %s: %s",
					 config->filter_file, strerror(-r));
		r = filter_lines(&filter, config->filter_file, text.data, fault);
	}
	if (!r && config->exclude)
		r = filter_words(&filter, config->exclude, fault);
	if (r)
		return r;
	*ret_filter = filter;
	filter = FILTER_INIT;
	return 0;
}

void filter_release(struct filter *filter)
{
	for (size_t i = 0; i < filter->count; i++)
		free(filter->rules[i].pattern);
	free(filter->rules);
	*filter = FILTER_INIT;
}

void filter_argv(const struct filter *filter, struct argv *argv)
{
	for (size_t i = 0; i < filter->count; i++) {
		const struct filter_rule *rule = &filter->rules[i];

		argv_addf(argv, "--filter=%s %s%s", rule->include ? "+" : "-", rule->pattern,
			  rule->directory ? "/" : "");
	}
}
