// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a real server answers to each kind of check: every conversation ends with an outcome, keeps
 * no more than its bound, and says the reason in one clean line. The first byte chooses the check,
 * the second the size of the pieces.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "ipvs/kind.h"
#include "ipvs/pattern.h"
#include "ipvs/talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct intent_url fuzz_digest = {
	.path = "/", .digest = "5d41402abc4b2a76b9719d911017c592", .status = "200-299,302"};
static const struct intent_url fuzz_match = {.path = "/", .receive = "h(el)+lo$"};

static const struct {
	struct intent_check check;
	const struct intent_url *url;
} fuzz_checks[] = {
	{{.kind = CHECK_HTTP}, NULL},
	{{.kind = CHECK_HTTP}, &fuzz_digest},
	{{.kind = CHECK_HTTP, .version = "1.1"}, &fuzz_match},
	{{.kind = CHECK_SMTP}, NULL},
	{{.kind = CHECK_FTP, .login = "a", .password = "b"}, NULL},
	{{.kind = CHECK_POP, .login = "a", .password = "b"}, NULL},
	{{.kind = CHECK_IMAP, .login = "a", .password = "b"}, NULL},
	{{.kind = CHECK_LDAP, .request = "dc=x", .receive = "hello"}, NULL},
	{{.kind = CHECK_TALK, .request = "x", .receive = "hello"}, NULL},
	{{.kind = CHECK_AGENT}, NULL},
	{{.kind = CHECK_DNS, .request = "a.b", .receive = "192"}, NULL},
	{{.kind = CHECK_UDP, .hex = true, .receive = "4? 0?"}, NULL},
	{{.kind = CHECK_PING}, NULL},
	{{.kind = CHECK_MYSQL, .read_only = -1, .lag_limit = -1}, NULL},
	{{.kind = CHECK_MYSQL,
	  .login = "a",
	  .password = "b",
	  .database = "c",
	  .read_only = 0,
	  .lag_limit = 10000,
	  .lag_weight = true,
	  .request = "SELECT 1",
	  .receive = "1"},
	 NULL},
	{{.kind = CHECK_MYSQL, .login = "a", .tls = true, .read_only = -1, .lag_limit = 0}, NULL},
	{{.kind = CHECK_FTP, .login = "a", .password = "b", .request = "/c", .receive = "d+e"},
	 NULL},
	{{.kind = CHECK_FTP, .login = "a", .password = "b", .request = "/c"}, NULL},
};

static void demand(bool holds)
{
	if (!holds)
		abort();
}

/* What the carrier does; TLS is given at once. */
static enum talk_turn fuzz_carry(struct talk *talk, enum talk_turn turn)
{
	buf_clear(&talk->out);
	if (turn == TALK_OVER || !talk->secure)
		return turn;
	talk->secure = false;
	return fuzz_carry(talk, talk_hear(talk, "", 0));
}

/* A DNS answer is heard only with the id of its question. */
static void fuzz_echo_id(const struct talk *talk, uint8_t *bytes, size_t size)
{
	if (talk->kind == &kind_dns && size >= 2)
		memcpy(bytes, talk->state, 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_PATTERN struct pattern *pattern = NULL;
	AUTO_TALK struct talk talk = TALK_INIT;
	AUTO_FREE uint8_t *copy = NULL;
	struct target target = {.port = 80};
	struct fault fault = FAULT_INIT;
	const char *receive;
	enum talk_turn turn;
	size_t choice, piece;
	bool aside = false;

	if (size < 2)
		return 0;
	choice = data[0] % ARRAY_SIZE(fuzz_checks);
	piece = data[1] ? data[1] : size;
	size -= 2;
	copy = malloc(size + 1);
	demand(copy != NULL);
	memcpy(copy, data + 2, size);
	target.check = &fuzz_checks[choice].check;
	target.url = fuzz_checks[choice].url;
	demand(!inet_parse("192.0.2.7", &target.address));
	receive = target.url ? target.url->receive : target.check->receive;
	if (receive && !target.check->hex)
		demand(!pattern_compile(receive, &fault, &pattern));
	target.pattern = pattern;
	turn = fuzz_carry(&talk, talk_begin(&talk, kind_of(target.check), &target));
	fuzz_echo_id(&talk, copy, size);
	for (size_t at = 0; turn == TALK_ON && at < size; at += piece) {
		const size_t length = size - at < piece ? size - at : piece;

		aside |= talk.side != 0;
		/* Once there is a second stream, every other piece comes over it. */
		turn = aside && (at / piece) % 2 ? talk_hear_side(&talk, copy + at, length, 0) :
						   talk_hear(&talk, copy + at, length);
		turn = fuzz_carry(&talk, turn);
		demand(talk.in.length <= TALK_IN_MAX || turn == TALK_OVER);
	}
	if (turn == TALK_ON && aside)
		turn = fuzz_carry(&talk, talk_hear_side(&talk, NULL, 0, 0));
	if (turn == TALK_ON)
		talk_end(&talk);
	demand(talk.outcome.code > OUTCOME_NONE && talk.outcome.code < OUTCOME_CODES);
	demand(strlen(talk.outcome.reason) < OUTCOME_REASON_MAX);
	demand(!strpbrk(talk.outcome.reason, "\r\n\x1b"));
	demand(talk.outcome.weight >= OUTCOME_NO_WEIGHT &&
	       talk.outcome.weight <= OUTCOME_WEIGHT_MAX);
	return 0;
}
