/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The framing of an HTTP answer: status, headers that say where the body ends, chunks. Pure, over
 * bytes that come in pieces of any size (RFC 9112, sections 4 to 7).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct page {
	bool no_body; /* HEAD, 204, 304 */
	bool chunked;
	bool until_end; /* neither chunks nor a length: the end of the connection ends it */
	int status;	/* 100 to 599; 0: the status line has not come whole */
	int stage;	/* of the chunks */
	long long left; /* bytes of the body, or of this chunk, that have not come */
};

enum page_outcome {
	PAGE_WHOLE = 0,
	PAGE_PARTIAL = 1
};

void page_init(struct page *page, bool head_only);

/*
 * WHOLE with the head's length in *ret_length; PARTIAL: more must come, and page->status is set as
 * soon as the first line is there; -EBADMSG.
 */
int page_head(struct page *page, const char *bytes, size_t length, size_t *ret_length);

typedef void page_piece(void *data, const char *bytes, size_t length);

/*
 * Hands the body's bytes to piece() and tells how many were read. WHOLE when the body has ended,
 * PARTIAL when more must come, -EBADMSG.
 */
int page_body(struct page *page, const char *bytes, size_t length, size_t *ret_taken,
	      page_piece *piece, void *data);

/* Whether the status is in a list of numbers and ranges: "200-299,302". False for a bad list. */
bool page_status_fits(int status, const char *list);
