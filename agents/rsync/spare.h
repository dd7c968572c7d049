/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A spare rsync, begun before there is anything to pull: it has logged in at the source and waits for
 * its list of paths on stdin, which saves the next batch a process, a login and a fork at the source.
 *
 * It is begun anew before the other side gives up a silent connection. One that ends by itself is
 * forgotten, and then a pull starts as if there had never been one. The tree of the source is in use
 * while it waits; that of the target is not.
 */
#pragma once

struct argv;
struct child;
struct loop;
struct spare;

/* 0 or -ENOMEM. */
int spare_open(struct loop *loop, struct spare **ret_spare);
void spare_close(struct spare **spare);

/* One with these words waits from now on, or soon; the words are taken over and left empty. */
void spare_prepare(struct spare *spare, struct argv *argv, struct argv *environment);

/*
 * The one that waits, when it was begun with these words: the caller's now, child_hand_over() and
 * child_give() it. NULL without.
 */
struct child *spare_take(struct spare *spare, const struct argv *argv,
			 const struct argv *environment);

/* None from now on, until the next spare_prepare(). */
void spare_drop(struct spare *spare);
