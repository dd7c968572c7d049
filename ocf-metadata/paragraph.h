/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Paragraphs: the texts of a table, taken word by word.
 *
 * In a table a text is sentences, and a blank line parts paragraphs; any other white space only
 * parts words, so that a table may break its string literals where it likes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct word {
	const char *at; /* not terminated; NULL once there are no more */
	size_t length;	/* bytes */
	bool first;	/* it begins a paragraph */
};

/* The word that follows position *ret_rest of a text, and moves the position behind it. */
struct word paragraph_word(const char **ret_rest);
