// SPDX-License-Identifier: BSD-3-Clause

#include "base/num.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

static int num_leading(const char *text, long long *ret_value, const char **ret_rest)
{
	char *end;
	long long value;

	if (!isdigit((unsigned char)text[*text == '-' || *text == '+']))
		return -EINVAL;
	errno = 0;
	value = strtoll(text, &end, 10);
	*ret_rest = end;
	if (errno == ERANGE)
		return -ERANGE;
	*ret_value = value;
	return 0;
}

const char *num_text(unsigned long long number, char text[24])
{
	char digits[24];
	size_t n = 0, at = 0;

	do
		digits[n++] = (char)('0' + number % 10);
	while (number /= 10);
	while (n)
		text[at++] = digits[--n];
	text[at] = '\0';
	return text;
}

int num_parse(const char *text, long long min, long long max, long long *ret_value)
{
	const char *rest = text;
	long long value = 0;
	int r = num_leading(text, &value, &rest);

	if (r == -EINVAL || *rest)
		return -EINVAL;
	if (r || value < min || value > max)
		return -ERANGE;
	*ret_value = value;
	return 0;
}

int num_duration(const char *text, long long *ret_milliseconds)
{
	static const struct {
		const char *name;
		long long microseconds;
	} units[] = {
		{"", 1000000},	   {"us", 1},	      {"usec", 1},	  {"ms", 1000},
		{"msec", 1000},	   {"s", 1000000},    {"sec", 1000000},	  {"m", 60000000},
		{"min", 60000000}, {"h", 3600000000}, {"hr", 3600000000},
	};
	const char *rest = text;
	long long value = 0, scaled;
	int r = num_leading(text, &value, &rest);

	if (r == -EINVAL)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(rest, units[i].name))
			continue;
		if (r || value < 0 ||
		    __builtin_mul_overflow(value, units[i].microseconds, &scaled) ||
		    scaled > LLONG_MAX - 999)
			return -ERANGE;
		*ret_milliseconds = (scaled + 999) / 1000;
		return 0;
	}
	return -EINVAL;
}
