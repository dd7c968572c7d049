// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/vote.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/num.h"

#define VOTE_HEAD "quorate-mysql 1 "
#define VOTE_STATE_LIMIT 65536U

void vote_release(struct vote_report *report)
{
	gtid_release(&report->vote.received);
}

void vote_print(const struct vote_report *report, struct buf *text)
{
	const struct election_vote *v = &report->vote;

	buf_addf(text,
		 VOTE_HEAD "node=%s state=%s epoch=%lld partial=%d ring=%" PRIu32 ":%" PRIu64
			   " lag=%lld received=",
		 v->node, machine_traits(report->state)->name, v->epoch, v->partial,
		 report->ring_node, report->ring_seq, report->lag);
	gtid_print(&v->received, text);
}

/* Cuts the word "KEY=VALUE" off the front; its value, or NULL when another word stands there. */
static char *vote_word(char **text, const char *key)
{
	const size_t length = strlen(key);
	char *word = *text, *end;

	if (strncmp(word, key, length))
		return NULL;
	end = strchrnul(word, ' ');
	*text = *end ? end + 1 : end;
	*end = '\0';
	return word + length;
}

static int vote_number(char **text, const char *key, long long min, long long max,
		       long long *ret_number)
{
	const char *word = vote_word(text, key);

	return word ? num_parse(word, min, max, ret_number) : -EINVAL;
}

static int vote_parse_node(struct vote_report *report, const char *node)
{
	struct ledger_nodes one = {.count = 0};

	if (!node || ledger_add(&one, node))
		return -EINVAL;
	memcpy(report->vote.node, one.names[0], sizeof(report->vote.node));
	return 0;
}

static int vote_parse_ring(struct vote_report *report, char *ring)
{
	char *colon = ring ? strchr(ring, ':') : NULL;
	long long node = 0, seq = 0;

	if (!colon)
		return -EINVAL;
	*colon = '\0';
	if (num_parse(ring, 0, UINT32_MAX, &node) || num_parse(colon + 1, 0, LLONG_MAX, &seq))
		return -EINVAL;
	report->ring_node = (uint32_t)node;
	report->ring_seq = (uint64_t)seq;
	return 0;
}

static int vote_parse_words(struct vote_report *report, char *text)
{
	long long partial = 0;
	const char *word;

	if (vote_parse_node(report, vote_word(&text, "node=")))
		return -EINVAL;
	word = vote_word(&text, "state=");
	if (!word || machine_parse(word, &report->state) ||
	    vote_number(&text, "epoch=", 0, LLONG_MAX, &report->vote.epoch) ||
	    vote_number(&text, "partial=", 0, 1, &partial) ||
	    vote_parse_ring(report, vote_word(&text, "ring=")) ||
	    vote_number(&text, "lag=", VOTE_LAG_UNKNOWN, LLONG_MAX, &report->lag))
		return -EINVAL;
	report->vote.partial = partial;
	report->vote.frozen = machine_traits(report->state)->votes;
	word = vote_word(&text, "received=");
	if (!word || *text)
		return -EINVAL;
	return gtid_parse(&report->vote.received, word);
}

int vote_parse(struct vote_report *report, const char *text, size_t length)
{
	const size_t head = strlen(VOTE_HEAD);
	AUTO_FREE char *copy = NULL;
	int r;

	if (length <= head || memcmp(text, VOTE_HEAD, head) || memchr(text, '\0', length))
		return -EINVAL;
	copy = strndup(text + head, length - head);
	if (!copy)
		return -ENOMEM;
	r = vote_parse_words(report, copy);
	if (r)
		vote_release(report);
	return r == -E2BIG ? -EINVAL : r;
}

void vote_print_state(const struct vote_state *state, struct buf *text)
{
	ledger_print(&state->ledger, text);
	buf_addf(text, "\nstate=%s partial=%d\n", machine_traits(state->state)->name,
		 state->partial);
}

int vote_parse_state(struct vote_state *state, const char *text)
{
	struct vote_state read = {.partial = false};
	AUTO_FREE char *copy = strdup(text);
	char *line, *rest;
	const char *word;
	long long partial = 0;

	if (!copy)
		return -ENOMEM;
	line = strchr(copy, '\n');
	if (!line)
		return -EINVAL;
	*line++ = '\0';
	rest = strchr(line, '\n');
	if (!rest || rest[1] || ledger_parse(&read.ledger, copy))
		return -EINVAL;
	*rest = '\0';
	word = vote_word(&line, "state=");
	if (!word || machine_parse(word, &read.state) ||
	    vote_number(&line, "partial=", 0, 1, &partial) || *line)
		return -EINVAL;
	read.partial = partial;
	*state = read;
	return 0;
}

int vote_load_state(struct vote_state *state, const char *path)
{
	AUTO_BUF struct buf text = BUF_INIT;
	int r = file_read(path, VOTE_STATE_LIMIT, &text);

	if (r)
		return r == -EFBIG ? -EINVAL : r;
	if (memchr(text.data, '\0', text.length))
		return -EINVAL;
	return vote_parse_state(state, text.data);
}

static int vote_sync(const char *path, int flags)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | flags);

	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

/* The rename of file_replace() may reach the disk before the bytes do; the bytes are synced too. */
int vote_save_state(const struct vote_state *state, const char *path)
{
	AUTO_BUF struct buf text = BUF_INIT;
	AUTO_FREE char *copy = strdup(path);
	int r;

	vote_print_state(state, &text);
	r = copy ? buf_error(&text) : -ENOMEM;
	if (!r)
		r = file_replace(path, text.data, text.length);
	if (!r)
		r = vote_sync(path, 0);
	return r ? r : vote_sync(dirname(copy), O_DIRECTORY);
}
