// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/vote.h"

#include <ctype.h>
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

/* As enum vote_semi. */
static const char *const vote_semis[] = {"off", "writer", "replica"};

void vote_print(const struct vote_report *report, struct buf *text)
{
	const struct election_vote *v = &report->vote;

	buf_addf(text,
		 VOTE_HEAD "node=%s state=%s epoch=%lld partial=%d settled=%d ring=%" PRIu32
			   ":%" PRIu64 " asked=%" PRIu32
			   ":%lld lag=%lld semi=%s waiting=%lld sync=",
		 v->node, machine_traits(report->state)->name, v->epoch, v->partial,
		 report->settled, report->ring_node, report->ring_seq, report->asked.node,
		 report->asked.number, report->lag, vote_semis[report->semi], report->waiting);
	ledger_print_nodes(&report->sync, text);
	buf_addf(text, " office=%s received=", *report->office ? report->office : "-");
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

/* "NODE:NUMBER", the node an id of corosync's. */
static int vote_parse_pair(char *pair, uint32_t *ret_node, long long *ret_number)
{
	char *colon = pair ? strchr(pair, ':') : NULL;
	long long node = 0, number = 0;

	if (!colon)
		return -EINVAL;
	*colon = '\0';
	if (num_parse(pair, 0, UINT32_MAX, &node) || num_parse(colon + 1, 0, LLONG_MAX, &number))
		return -EINVAL;
	*ret_node = (uint32_t)node;
	*ret_number = number;
	return 0;
}

/* What only people read: letters, digits and marks that need no quoting anywhere. */
static int vote_parse_office(struct vote_report *report, const char *office)
{
	if (!office || !*office || strlen(office) >= sizeof(report->office))
		return -EINVAL;
	for (const char *c = office; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr(":,=@.-", *c))
			return -EINVAL;
	(void)snprintf(report->office, sizeof(report->office), "%s", office);
	return 0;
}

static int vote_parse_semi(struct vote_report *report, const char *semi)
{
	for (size_t i = 0; semi && i < ARRAY_SIZE(vote_semis); i++) {
		if (!strcmp(vote_semis[i], semi)) {
			report->semi = (enum vote_semi)i;
			return 0;
		}
	}
	return -EINVAL;
}

static int vote_parse_sync(struct vote_report *report, const char *sync)
{
	return sync ? ledger_parse_nodes(&report->sync, sync, strlen(sync)) : -EINVAL;
}

/* Who it is and what it is worth in an election. */
static int vote_parse_standing(struct vote_report *report, char **text)
{
	long long partial = 0, settled = 0, sequence = 0;
	const char *word;

	if (vote_parse_node(report, vote_word(text, "node=")))
		return -EINVAL;
	word = vote_word(text, "state=");
	if (!word || machine_parse(word, &report->state) ||
	    vote_number(text, "epoch=", 0, LLONG_MAX, &report->vote.epoch) ||
	    vote_number(text, "partial=", 0, 1, &partial) ||
	    vote_number(text, "settled=", 0, 1, &settled) ||
	    vote_parse_pair(vote_word(text, "ring="), &report->ring_node, &sequence))
		return -EINVAL;
	report->ring_seq = (uint64_t)sequence;
	report->vote.partial = partial;
	report->settled = settled;
	report->vote.frozen = settled && machine_traits(report->state)->votes;
	return 0;
}

static int vote_parse_words(struct vote_report *report, char *text)
{
	const char *word;

	if (vote_parse_standing(report, &text) ||
	    vote_parse_pair(vote_word(&text, "asked="), &report->asked.node,
			    &report->asked.number) ||
	    vote_number(&text, "lag=", VOTE_LAG_UNKNOWN, LLONG_MAX, &report->lag) ||
	    vote_parse_semi(report, vote_word(&text, "semi=")) ||
	    vote_number(&text, "waiting=", 0, LLONG_MAX, &report->waiting) ||
	    vote_parse_sync(report, vote_word(&text, "sync=")) ||
	    vote_parse_office(report, vote_word(&text, "office=")))
		return -EINVAL;
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

#define VOTE_ASK "ask "

void vote_print_question(const struct vote_question *question, struct buf *text)
{
	buf_addf(text, VOTE_HEAD VOTE_ASK "%" PRIu32 ":%lld", question->node, question->number);
}

int vote_parse_question(struct vote_question *question, const char *text, size_t length)
{
	const size_t head = strlen(VOTE_HEAD VOTE_ASK);
	AUTO_FREE char *copy = NULL;

	if (length <= head || memcmp(text, VOTE_HEAD VOTE_ASK, head) || memchr(text, '\0', length))
		return -EINVAL;
	copy = strndup(text + head, length - head);
	return copy ? vote_parse_pair(copy, &question->node, &question->number) : -ENOMEM;
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
