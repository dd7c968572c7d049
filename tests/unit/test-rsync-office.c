// SPDX-License-Identifier: BSD-3-Clause
/*
 * Becoming the source and ceasing to be it.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/file.h"
#include "office-world.h"
#include "rsync/changes.h"

/* "generation=12\n" */
static uint64_t token(struct world *w)
{
	AUTO_BUF struct buf text = BUF_INIT;

	if (file_read(scratch_path(w->scratch, "tree/.quorate/generation"), 64, &text))
		return 0;
	return strtoull(strchr(text.data, '=') + 1, NULL, 10);
}

static struct ledger kept(struct world *w)
{
	struct fault fault = FAULT_INIT;
	struct ledger ledger;

	assert_int_equal(ledger_load(w->d.ledger_path, &ledger, &fault), 0);
	return ledger;
}

static void promote(struct world *w)
{
	w->promote = (struct server_request){.answered = false};
	office_promote(&w->d, &w->promote);
}

static void demote(struct world *w)
{
	w->demote = (struct server_request){.answered = false};
	office_demote(&w->d, &w->demote);
}

static void be_source(struct world *w)
{
	promote(w);
	assert_int_equal(w->d.office, OFFICE_SOURCE);
	w->source.facts.serving = true;
	w->source.ops->serving(w->source.data);
	assert_true(w->promote.answered && !w->promote.result);
}

static void assert_refused(const struct world *w, int result, const char *why)
{
	assert_true(w->promote.answered);
	assert_int_equal(w->promote.result, result);
	if (!strstr(w->promote.text, why))
		fail_msg("%s", w->promote.text);
	assert_int_equal(w->d.office, OFFICE_TARGET);
	assert_non_null(w->d.target);
	assert_null(w->d.source);
}

/* What is promised. -------------------------------------------------------------------------- */

/* A generation that nobody has heard of; answered when it serves and not before. */
static void test_rises(void **state)
{
	struct world *w = *state;

	world_own(w, 5, 40);
	world_other(w, DOORBELL_TARGET, 5, 39);
	w->d.ledger.highest = 8;
	promote(w);
	assert_int_equal(w->d.office, OFFICE_SOURCE);
	assert_int_equal(w->d.ledger.generation, 9);
	assert_int_equal(token(w), 9);
	assert_true(kept(w).source && kept(w).generation == 9 && kept(w).whole);
	assert_null(w->d.target);
	assert_false(w->promote.answered);
	w->source.facts.serving = true;
	w->source.ops->serving(w->source.data);
	assert_true(w->promote.answered && !w->promote.result);
	promote(w);
	assert_true(w->promote.answered && !w->promote.result);
	assert_int_equal(w->d.ledger.generation, 9);
}

/* A death between the two leaves a tree that is newer than its ledger, never older. */
static void test_token_before_ledger(void **state)
{
	struct world *w = *state;

	world_own(w, 5, 40);
	(void)snprintf(w->d.ledger_path, sizeof(w->d.ledger_path), "%s",
		       scratch_path(w->scratch, "nosuch/ledger"));
	promote(w);
	assert_refused(w, -ENOENT, "nosuch/ledger");
	assert_int_equal(token(w), 6);
}

static void test_waits(void **state)
{
	struct world *w = *state;

	world_own(w, 5, 40);
	w->holds = false;
	promote(w);
	assert_int_equal(w->d.office, OFFICE_RISING);
	assert_true(w->d.step.set && !w->promote.answered && !w->d.source);
	w->holds = true;
	world_other(w, DOORBELL_SOURCE, 5, 40);
	office_step(&w->d);
	assert_int_equal(w->d.office, OFFICE_RISING);
	world_other(w, DOORBELL_TARGET, 5, 40);
	w->target.facts.busy = true;
	office_step(&w->d);
	assert_int_equal(w->d.office, OFFICE_RISING);
	world_at(1003); /* the pass has had its time: it is abandoned */
	office_step(&w->d);
	assert_int_equal(w->d.office, OFFICE_SOURCE);
	assert_null(w->d.target);
}

static void test_waits_in_vain(void **state)
{
	struct world *w = *state;

	world_own(w, 5, 40);
	w->holds = false;
	promote(w);
	world_at(1010);
	office_step(&w->d);
	assert_refused(w, -EAGAIN, "no quorum");
	w->holds = true;
	world_other(w, DOORBELL_SOURCE, 5, 40);
	promote(w);
	world_at(1020);
	office_step(&w->d);
	assert_refused(w, -EAGAIN, "other is the source still");
	assert_int_equal(token(w), 0);
}

static void test_refused(void **state)
{
	struct world *w = *state;

	world_own(w, 5, 40);
	w->d.unfit = true;
	(void)snprintf(w->d.text, sizeof(w->d.text), "nothing is mounted");
	promote(w);
	assert_refused(w, -ESTALE, "nothing is mounted");
	w->d.unfit = false;
	w->d.empty = true;
	promote(w);
	assert_refused(w, -ESTALE, "is empty");
	w->d.empty = false;
	w->d.ledger = (struct ledger){.highest = 5};
	promote(w);
	assert_refused(w, -ESTALE, "quorate-rsync accept");
	world_own(w, 5, 40);
	world_other(w, DOORBELL_TARGET, 5, 41);
	w->d.changed = 990;
	promote(w);
	assert_refused(w, -ESTALE, "newer copy");
	assert_int_equal(token(w), 0);
	/* The cluster has had the time to weigh it, and wants us nevertheless. */
	w->d.changed = 985;
	promote(w);
	assert_int_equal(w->d.office, OFFICE_SOURCE);
}

static void test_rings(void **state)
{
	struct world *w = *state;
	AUTO_CHANGES struct changes changes = CHANGES_INIT(100000);
	char path[64];

	world_own(w, 5, 40);
	be_source(w);
	changes_add(&changes, CHANGE_FILE, "file");
	assert_true(w->source.ops->ring(&changes, &w->d));
	assert_int_equal(w->d.ledger.sequence, 1);
	for (int i = 0; i < 2000; i++) {
		(void)snprintf(path, sizeof(path), "a-directory-with-a-long-name/file-%d", i);
		changes_add(&changes, CHANGE_FILE, path);
	}
	w->peers.sent = 0;
	assert_true(w->source.ops->ring(&changes, &w->d));
	assert_true(w->peers.sent > 1);
	assert_int_equal(w->d.ledger.sequence, 1 + w->peers.sent);
	w->peers.full = true;
	assert_false(w->source.ops->ring(&changes, &w->d));
	assert_int_equal(w->d.ledger.sequence, 1 + w->peers.sent);
	w->peers.full = false;
	w->holds = false;
	assert_false(w->source.ops->ring(&changes, &w->d));
}

/* It goes when all targets have everything; then nothing needs to be kept aside. */
static void test_sinks(void **state)
{
	struct world *w = *state;

	world_own(w, 5, 40);
	be_source(w);
	w->d.ledger.sequence = 12;
	world_other(w, DOORBELL_TARGET, 6, 11);
	w->source.facts.pending = 1;
	demote(w);
	assert_int_equal(w->d.office, OFFICE_SINKING);
	assert_non_null(w->d.source);
	w->source.facts.pending = 0;
	office_step(&w->d);
	assert_false(w->demote.answered);
	world_other(w, DOORBELL_TARGET, 6, 12);
	office_step(&w->d);
	assert_true(w->demote.answered && !w->demote.result);
	assert_null(w->d.source);
	assert_non_null(w->d.target);
	assert_false(kept(w).conflicts || kept(w).source);
	demote(w);
	assert_true(w->demote.answered && !w->demote.result);
}

static void test_sinks_late(void **state)
{
	struct world *w = *state;

	world_own(w, 5, 40);
	be_source(w);
	w->d.ledger.sequence = 12;
	world_other(w, DOORBELL_TARGET, 6, 11);
	demote(w);
	promote(w);
	assert_int_equal(w->promote.result, -EBUSY);
	world_at(1010);
	office_step(&w->d);
	assert_true(w->demote.answered && !w->demote.result);
	assert_true(kept(w).conflicts);
	assert_null(w->d.source);
}

static void test_sinks_without_quorum(void **state)
{
	struct world *w = *state;

	world_own(w, 5, 40);
	be_source(w);
	w->d.ledger.sequence = 1;
	w->holds = false;
	world_other(w, DOORBELL_TARGET, 6, 0);
	demote(w);
	assert_true(w->demote.answered && !w->demote.result);
	assert_true(kept(w).conflicts);
}

/* Who has it, when there is nobody? */
static void test_sinks_alone(void **state)
{
	struct world *w = *state;

	world_own(w, 5, 40);
	be_source(w);
	demote(w);
	assert_true(w->demote.answered && !w->demote.result);
	assert_true(kept(w).conflicts);
}

static void test_demoted_while_rising(void **state)
{
	struct world *w = *state;

	world_own(w, 5, 40);
	w->holds = false;
	promote(w);
	demote(w);
	assert_refused(w, -ECANCELED, "demotion");
	assert_true(w->demote.answered && !w->demote.result);
}

/* Back from a partition: another has a newer generation. */
static void test_steps_down(void **state)
{
	struct world *w = *state;

	world_own(w, 5, 40);
	be_source(w);
	world_other(w, DOORBELL_SOURCE, 6, 1); /* of our own generation: the cluster must decide */
	office_step(&w->d);
	assert_int_equal(w->d.office, OFFICE_SOURCE);
	world_other(w, DOORBELL_SOURCE, 7, 1);
	office_step(&w->d);
	assert_int_equal(w->d.office, OFFICE_TARGET);
	assert_null(w->d.source);
	assert_non_null(w->d.target);
	assert_true(kept(w).conflicts && !kept(w).source);
}

static void test_suspended(void **state)
{
	struct world *w = *state;

	world_own(w, 5, 40);
	be_source(w);
	w->holds = false;
	office_suspend(&w->d);
	assert_null(w->d.source);
	assert_int_equal(w->d.office, OFFICE_SOURCE);
	w->holds = true;
	office_resume(&w->d);
	assert_non_null(w->d.source);
	assert_int_equal(w->d.ledger.generation, 6);
	/* Meanwhile another has become it. */
	office_suspend(&w->d);
	world_other(w, DOORBELL_SOURCE, 7, 0);
	office_resume(&w->d);
	assert_null(w->d.source);
	assert_int_equal(w->d.office, OFFICE_TARGET);
}

static void test_lost(void **state)
{
	struct world *w = *state;
	struct fault fault = FAULT_INIT;

	world_own(w, 5, 40);
	be_source(w);
	(void)fault_set(&fault, FAULT_GENERIC, -ESTALE, "the tree was unmounted");
	w->source.ops->lost(&fault, &w->d);
	assert_true(w->d.unfit && w->d.failing && w->d.step.set);
	assert_string_equal(w->d.text, "the tree was unmounted");
	office_step(&w->d);
	assert_null(w->d.source);
	office_resume(&w->d); /* it does not come back by itself */
	assert_null(w->d.source);
}

static void test_rolls_back(void **state)
{
	struct world *w = *state;

	world_own(w, 5, 40);
	office_roll_back(&w->d, &w->other);
	assert_int_equal(w->other.result, -EINVAL);
	assert_non_null(strstr(w->other.text, "mode=snapshot"));
	w->other.answered = false;
	w->config.mode = CONFIG_SNAPSHOT;
	office_roll_back(&w->d, &w->other);
	assert_int_equal(w->other.result, -EINVAL);
	assert_non_null(strstr(w->other.text, "only the source"));
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORLD(test_rises),
		WITH_WORLD(test_token_before_ledger),
		WITH_WORLD(test_waits),
		WITH_WORLD(test_waits_in_vain),
		WITH_WORLD(test_refused),
		WITH_WORLD(test_rings),
		WITH_WORLD(test_sinks),
		WITH_WORLD(test_sinks_late),
		WITH_WORLD(test_sinks_without_quorum),
		WITH_WORLD(test_sinks_alone),
		WITH_WORLD(test_demoted_while_rising),
		WITH_WORLD(test_steps_down),
		WITH_WORLD(test_suspended),
		WITH_WORLD(test_lost),
		WITH_WORLD(test_rolls_back),
	};

	return cmocka_run_group_tests_name("rsync-office", tests, NULL, NULL);
}
