/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An errand: work that may block for as long as it likes, done in a thread of its own while the
 * loop goes on. For libraries without a timeout, such as corosync's while corosync is frozen.
 *
 * run() touches nothing but its data. One that never comes back costs a thread and its data.
 */
#pragma once

struct errand;
struct fault;
struct loop;

struct errand_ops {
	void (*run)(void *data);     /* in the thread */
	void (*done)(void *data);    /* on the loop, after run(), unless abandoned */
	void (*abandon)(void *data); /* releases the data, in whichever thread, when abandoned */
};

/* 0, or -errno with the fault set, and then nothing is called. */
int errand_start(struct loop *loop, const struct errand_ops *ops, void *data,
		 struct errand **ret_errand, struct fault *fault);

/* done() will not be called; abandon() is, as soon as run() is over. The pointer becomes NULL. */
void errand_abandon(struct errand **errand);
