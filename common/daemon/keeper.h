/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The keeper of an instance's one daemon: who it is, whether it lives and answers, and its end.
 *
 * The daemon holds a POSIX record lock (fcntl(2)) for life. The kernel names its holder, so there
 * is no pid file to be wrong: a process is signalled only through a pidfd that was opened while the
 * lock named it and still does. Its children carry the lock's path in READY_OF_VARIABLE, by which
 * what a killed daemon left is found and ended.
 *
 *	keeper_init(&keeper, call->record_path);
 *	agent:   keeper_ensure(&keeper, "quorate-rsync", call->record_path, &deadline, &fault)
 *	         keeper_look(&keeper, &deadline, &fault) == KEEPER_ANSWERS
 *	         keeper_end(&keeper, &deadline, &fault)
 *	daemon:  keeper_hold(&keeper, &fd, &fault) before anything else
 *
 * Costs the agent libc only.
 */
#pragma once

#include <sys/types.h>

#include "daemon/control.h"

struct deadline;
struct fault;

struct keeper {
	char lock[512];
	char socket[CONTROL_PATH_MAX];
};

enum keeper_state {
	KEEPER_GONE,	/* no daemon */
	KEEPER_ANSWERS, /* its loop goes round */
	KEEPER_SILENT,	/* it lives, but does not answer: stopped, blocked, or still starting */
};

/*
 * Both paths from one: BASE.daemon and BASE.sock, a long one by a hash in the same directory. base
 * is an absolute path without suffix in the run directory. 0 or -ENAMETOOLONG.
 */
int keeper_init(struct keeper *keeper, const char *base);

/*
 * In the daemon: takes the lock and keeps it until the process ends; *ret_fd stays open, and the
 * file is not opened again (closing any descriptor of it would give the lock back). -EBUSY with the
 * fault naming the holder.
 */
int keeper_hold(const struct keeper *keeper, int *ret_fd, struct fault *fault);

/* The holder's process id, 0 when there is none, or -errno. */
pid_t keeper_holder(const struct keeper *keeper);

/* Asks it. KEEPER_SILENT and KEEPER_GONE set the fault: the sentence for a monitor. */
enum keeper_state keeper_look(const struct keeper *keeper, const struct deadline *deadline,
			      struct fault *fault);

/*
 * A daemon that answers: nothing to do. One that does not is ended first; then "NAME daemon BASE" is
 * started, and is ready when this returns (daemon/ready.h has name, errors and faults).
 */
int keeper_ensure(const struct keeper *keeper, const char *name, const char *base,
		  const struct deadline *deadline, struct fault *fault);

/*
 * Ends the daemon: SIGTERM (and SIGCONT, for a stopped one), and SIGKILL when half of the time is
 * over; then whatever it left; then the socket. 0 when nothing is left, also when nothing was there;
 * -ETIMEDOUT with the fault set.
 */
int keeper_end(const struct keeper *keeper, const struct deadline *deadline, struct fault *fault);
